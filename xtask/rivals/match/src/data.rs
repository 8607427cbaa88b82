//! Posts and queries of the data folder; its README says where they come from.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use domain::{Channel, Engagement, Platform, Post, Source, Time};
use flate2::Compression;
use flate2::write::GzEncoder;

/// A query in the neutral form of the files.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `AND` of `OR`s.
    pub all: Vec<Vec<Literal>>,
    /// None of these.
    pub not: Vec<Literal>,
    /// As the file has it.
    pub line: String,
}

/// One condition.
#[derive(Clone, Debug)]
pub enum Literal {
    Term(String),
    Phrase(Vec<String>),
    Near(String, String, u32),
    Prefix(String),
}

impl Literal {
    fn read(text: &str) -> Option<Literal> {
        let (kind, words) = text.split_once(':')?;
        let parts: Vec<&str> = words.split(' ').collect();
        Some(match (kind, parts.as_slice()) {
            ("t", [word]) => Literal::Term((*word).to_owned()),
            ("p", words) => Literal::Phrase(words.iter().map(|w| (*w).to_owned()).collect()),
            ("n", [a, b, gap]) => {
                Literal::Near((*a).to_owned(), (*b).to_owned(), gap.parse().ok()?)
            }
            ("x", [start]) => Literal::Prefix((*start).to_owned()),
            _ => return None,
        })
    }

    fn native(&self) -> String {
        match self {
            Literal::Term(word) => format!("\"{word}\""),
            Literal::Phrase(words) => format!("\"{}\"", words.join(" ")),
            Literal::Near(a, b, gap) => format!("(\"{a}\" NEAR/{gap} \"{b}\")"),
            Literal::Prefix(start) => format!("{start}*"),
        }
    }
}

impl Asked {
    fn read(line: &str) -> Option<Asked> {
        let mut fields = line.split('\t').skip(2);
        let (all, not) = (fields.next()?, fields.next().unwrap_or(""));
        let literals = |text: &str| -> Option<Vec<Literal>> {
            text.split(',').filter(|t| !t.is_empty()).map(Literal::read).collect()
        };
        let all = all.split(';').filter(|t| !t.is_empty()).map(literals).collect::<Option<_>>()?;
        Some(Asked { all, not: literals(not)?, line: line.to_owned() })
    }

    /// In the native syntax.
    pub fn native(&self) -> String {
        let group = |group: &Vec<Literal>| {
            let alternatives: Vec<String> = group.iter().map(Literal::native).collect();
            format!("({})", alternatives.join(" OR "))
        };
        let mut query = self.all.iter().map(group).collect::<Vec<_>>().join(" AND ");
        for literal in &self.not {
            query.push_str(&format!(" NOT {}", literal.native()));
        }
        query
    }
}

fn lines(path: &Path) -> anyhow::Result<Vec<String>> {
    let file = File::open(path).with_context(|| format!("{} is not there", path.display()))?;
    Ok(BufReader::new(flate2::read::MultiGzDecoder::new(file)).lines().collect::<Result<_, _>>()?)
}

/// The queries of a file that the native language can say: as they stand there, and read.
pub fn queries(path: &Path) -> anyhow::Result<(Vec<Asked>, Vec<query::Query>)> {
    let all = lines(path)?.into_iter().filter_map(|line| {
        let asked = Asked::read(&line)?;
        let query = query::parse(&asked.native()).ok()?;
        Some((asked, query))
    });
    Ok(all.unzip())
}

/// Writes them back, for those who read the file themselves.
pub fn write(path: &Path, queries: &[Asked]) -> anyhow::Result<()> {
    let mut out = GzEncoder::new(BufWriter::new(File::create(path)?), Compression::fast());
    for asked in queries {
        writeln!(out, "{}", asked.line)?;
    }
    out.finish()?.flush()?;
    Ok(())
}

/// Every text of a file as a post.
pub fn posts(path: &Path) -> anyhow::Result<Vec<Post>> {
    Ok(lines(path)?.into_iter().enumerate().map(|(n, text)| post(n, text)).collect())
}

fn post(n: usize, body: String) -> Post {
    Post {
        platform: Platform::named("bench"),
        native_id: n.to_string(),
        url: format!("https://bench.example/{n}"),
        channel: Channel::Microblog,
        source: Source::default(),
        author: None,
        title: String::new(),
        lead: String::new(),
        body,
        lang: None,
        published: Time(0),
        received: Time(0),
        links: vec![],
        hashtags: vec![],
        mentions: vec![],
        relation: None,
        engagement: Engagement::default(),
        media: vec![],
    }
}

//! `cargo xtask eval kinds`: what posts are, against what people said of them.
//!
//! Posts of public sets were labelled by hand for this, without looking at what the program says
//! (`kinds/labels.tsv` holds the numbers of the rows and no text); of posts written for this program
//! one half was there when the cues were written, the other was not looked at.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use domain::{Kind, Kinds};
use serde_json::Value;
use text::kinds;
use text::sentiment::{self, Care};

use super::Figures;
use crate::train::data;

/// Kinds of rows of public sets.
const LABELS: &str = include_str!("kinds/labels.tsv");

/// Posts written for this program, a half of them kept from whoever writes cues.
const WRITTEN: [(&str, &str); 2] = [
    ("de", include_str!("../../../crates/text/tests/kinds/de.tsv")),
    ("en", include_str!("../../../crates/text/tests/kinds/en.tsv")),
];

/// The sets that cues were written with; what is told of the others was not looked at.
const LOOKED_AT: [&str; 3] = ["written, building", "sb10k", "semeval"];

/// A post and what it is.
struct Labelled {
    set: String,
    lang: &'static str,
    text: String,
    /// The kinds that were judged: of some sets one alone.
    judged: Kinds,
    kinds: Kinds,
}

/// Prints and keeps the figures.
pub(super) fn kinds(folder: &Path, care: Care, figures: &mut Figures) -> anyhow::Result<()> {
    let mut posts = written();
    posts.extend(rows(folder)?);
    posts.extend(comments(folder)?);
    posts.extend(offensive(folder)?);
    println!("# Kinds of {} posts, tone read {care:?}\n", posts.len());
    println!("posts                  kind        posts  wanted  told  precision  recall");
    let mut tallies: BTreeMap<(String, Kind), Tally> = BTreeMap::new();
    let mut all: BTreeMap<(&str, Kind), Tally> = BTreeMap::new();
    for post in &posts {
        let shares = sentiment::read(care, &post.text, post.lang).map(|reading| reading.shares);
        let told = kinds::of(&post.text, post.lang, shares.as_ref());
        for kind in post.judged.iter() {
            let said = (post.kinds.has(kind), told.has(kind));
            let set = format!("{} {}", post.lang, post.set);
            tallies.entry((set, kind)).or_default().add(said);
            if !LOOKED_AT.contains(&post.set.as_str()) && post.judged == every() {
                all.entry((post.lang, kind)).or_default().add(said);
            }
            if std::env::var_os("HORCH_EVAL_WRONG").is_some()
                && said.0 != said.1
                && LOOKED_AT.contains(&post.set.as_str())
            {
                let what = if said.1 { "told  " } else { "missed" };
                println!("  {what} {} {:?}: {}", kind.as_str(), shares, post.text);
            }
        }
    }
    for ((set, kind), tally) in &tallies {
        tally.print(set, *kind);
    }
    println!();
    for ((lang, kind), tally) in &all {
        tally.print(&format!("{lang} not looked at"), *kind);
        if tally.told + tally.wanted > 0 && care == Care::Close {
            let name = |what: &str| format!("kind {} {lang}, {what}", kind.as_str());
            figures.at_least(&name("precision"), tally.precision(), "share", PRECISION);
            figures.at_least(&name("recall"), tally.recall(), "share", RECALL);
        }
    }
    Ok(())
}

/// What a kind that is told should keep at least.
const PRECISION: f64 = 0.7;
const RECALL: f64 = 0.5;

#[derive(Default)]
struct Tally {
    posts: usize,
    wanted: usize,
    told: usize,
    right: usize,
}

impl Tally {
    fn add(&mut self, (wanted, told): (bool, bool)) {
        self.posts += 1;
        self.wanted += usize::from(wanted);
        self.told += usize::from(told);
        self.right += usize::from(wanted && told);
    }

    fn precision(&self) -> f64 {
        self.right as f64 / self.told.max(1) as f64
    }

    fn recall(&self) -> f64 {
        self.right as f64 / self.wanted.max(1) as f64
    }

    fn print(&self, set: &str, kind: Kind) {
        let of =
            |value: f64, n: usize| if n == 0 { "–".to_owned() } else { format!("{value:.2}") };
        println!(
            "{set:22} {:10} {:6} {:7} {:5}  {:>9}  {:>6}",
            kind.as_str(),
            self.posts,
            self.wanted,
            self.told,
            of(self.precision(), self.told),
            of(self.recall(), self.wanted)
        );
    }
}

/// Every kind that the machine tells unless taught otherwise.
fn every() -> Kinds {
    Kind::ALL.into_iter().filter(|kind| !kind.is_of_one_watch()).collect()
}

fn read_kinds(cell: &str) -> anyhow::Result<Kinds> {
    let named = |name: &str| Kind::named(name).with_context(|| format!("no kind {name:?}"));
    cell.split(' ').filter(|name| *name != "-").map(named).collect()
}

fn written() -> Vec<Labelled> {
    let post = |lang: &'static str, line: &str| -> Option<Labelled> {
        let mut cells = line.split('\t');
        let half = if cells.next()? == "build" { "building" } else { "held out" };
        let kinds = read_kinds(cells.next()?).ok()?;
        let text = cells.next()?.to_owned();
        Some(Labelled { set: format!("written, {half}"), lang, text, judged: every(), kinds })
    };
    let lines = WRITTEN
        .into_iter()
        .flat_map(|(lang, table)| table.lines().skip(1).map(move |line| (lang, line)));
    lines.filter_map(|(lang, line)| post(lang, line)).collect()
}

/// The labelled rows of public sets.
fn rows(folder: &Path) -> anyhow::Result<Vec<Labelled>> {
    let column = |file: &str, at: usize| -> anyhow::Result<Vec<String>> {
        let rows = data::rows(&folder.join(file))?;
        Ok(rows.into_iter().map(|mut row| row.swap_remove(at)).collect())
    };
    let airlines = data::unpack(&std::fs::read(folder.join("replay/airlines_2015.jsonl.gz"))?)?;
    let airlines = airlines.lines().map(|line| -> anyhow::Result<String> {
        let post: Value = serde_json::from_str(line)?;
        Ok(post["text"].as_str().context("a post without text")?.to_owned())
    });
    let sets = BTreeMap::from([
        ("sb10k", ("de", column("sentiment/sb10k_train.tsv.gz", 1)?)),
        ("germeval2017", ("de", column("sentiment/germeval2017_dev_NOSHIP.tsv.gz", 2)?)),
        ("semeval", ("en", column("sentiment/semeval2013_2016_train.tsv.gz", 1)?)),
        ("airlines", ("en", airlines.collect::<anyhow::Result<Vec<String>>>()?)),
    ]);
    let labelled = |line: &str| -> anyhow::Result<Labelled> {
        let cells: Vec<&str> = line.split('\t').collect();
        let [set, row, kinds] = cells[..] else { anyhow::bail!("{line:?} has not three cells") };
        let (lang, texts) = sets.get(set).with_context(|| format!("no set {set:?}"))?;
        let text =
            texts.get(row.parse::<usize>()?).with_context(|| format!("{set} has no row {row}"))?;
        let (set, text) = (set.to_owned(), text.clone());
        Ok(Labelled { set, lang, text, judged: every(), kinds: read_kinds(kinds)? })
    };
    LABELS.lines().skip(1).map(labelled).collect()
}

/// Page comments whose claims of fact, and offences, people marked (GermEval 2021).
fn comments(folder: &Path) -> anyhow::Result<Vec<Labelled>> {
    let judged = [Kind::Claim, Kind::Abuse].into_iter().collect();
    let mut posts = Vec::new();
    for part in ["train", "dev"] {
        let path = folder.join(format!("sentiment/germeval2021_{part}_NOSHIP.csv.gz"));
        let file = data::unpack(&std::fs::read(&path)?)?;
        let mut reader = csv::Reader::from_reader(file.as_bytes());
        for row in reader.records() {
            let row = row?;
            let marked = |at: usize, kind: Kind| (row.get(at) == Some("1")).then_some(kind);
            let kinds = [marked(2, Kind::Abuse), marked(4, Kind::Claim)];
            posts.push(Labelled {
                set: "germeval2021".to_owned(),
                lang: "de",
                text: row.get(1).unwrap_or_default().to_owned(),
                judged,
                kinds: kinds.into_iter().flatten().collect(),
            });
        }
    }
    Ok(posts)
}

/// Tweets that people found offensive or not (OLID, Zampieri and others 2019).
fn offensive(folder: &Path) -> anyhow::Result<Vec<Labelled>> {
    let rows = data::rows(&folder.join("sentiment/tweeteval_offensive_train_val.tsv.gz"))?;
    let judged = Kinds::NONE.with(Kind::Abuse);
    let post = |row: Vec<String>| Labelled {
        set: "olid, validation".to_owned(),
        lang: "en",
        kinds: if row[1] == "1" { judged } else { Kinds::NONE },
        text: row[2].clone(),
        judged,
    };
    Ok(rows.into_iter().filter(|row| row[0] == "val").map(post).collect())
}

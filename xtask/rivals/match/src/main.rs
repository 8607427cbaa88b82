//! `cargo xtask bench match`: the matcher, its rivals and its floor in one run. Prints one JSON
//! object of figures; progress goes to the error output.
//!
//! Its argument is the folder of posts and queries. Rates are by the time of one thread on a core
//! and contain the preparation of the text, everyone's own.

mod data;
mod lucene;
mod measure;
mod mokaccino;
mod naive;
mod ours;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use data::{Asked, Literal};
use domain::Post;
use lucene::{Lucene, PRESEARCHERS};
use naive::Naive;
use query::{Frequencies, Live, Query, Snapshot};
use serde_json::{Map, Value, json};

/// Posts whose matches are held against those of the others.
const COMPARED: usize = 100;
/// Seconds that rivals are measured for.
const RIVAL_SECONDS: u32 = 8;

fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_default());
    let posts = data::posts(&folder.join("posts.txt.gz"))?;
    let (posts, others) = posts.split_at(posts.len() - 5_000);
    let mut bench = Bench {
        scratch: std::env::temp_dir().join(format!("bench-match-{}", std::process::id())),
        posts,
        observed: ours::observe(others),
        figures: Map::new(),
        floor: ours::floor(posts),
    };
    std::fs::create_dir_all(&bench.scratch)?;
    let told = bench.run(&folder);
    std::fs::remove_dir_all(&bench.scratch)?;
    told?;
    println!("{}", Value::Object(bench.figures));
    Ok(())
}

/// Who matches what: a post and a query each.
type Pairs = HashSet<(usize, usize)>;

struct Bench<'a> {
    scratch: PathBuf,
    posts: &'a [Post],
    /// Learnt from posts that are not among those measured.
    observed: Frequencies,
    figures: Map<String, Value>,
    floor: f64,
}

impl Bench<'_> {
    fn tell(&mut self, name: &str, value: f64) {
        eprintln!("{name:<48} {value:>14.3}");
        self.figures.insert(name.to_owned(), json!(value));
    }

    fn run(&mut self, folder: &Path) -> anyhow::Result<()> {
        self.tell("floor: posts/s", self.floor);
        let (asked, queries) = data::queries(&folder.join("queries_100k.tsv.gz"))?;
        let mut rates = Vec::new();
        for n in [1_000, 10_000, queries.len()] {
            rates.push(self.ours(&format!("{}k", n / 1_000), &queries[..n]));
        }
        self.tell("ten times the queries cost", (rates[1] / rates[2]).max(rates[0] / rates[1]));
        let live = Live::new(ours::build(&queries, &self.observed).matcher);
        let (add, remove) = ours::changes(&live, &queries[..2_000]);
        self.tell("add: µs", add);
        self.tell("remove: µs", remove);
        let articles = data::posts(&folder.join("articles.txt.gz"))?;
        let (article_rate, _) = ours::rate(&live.load(), &articles);
        self.tell("articles: posts/s", article_rate);

        let ours: Pairs = ours::pairs(&live.load(), &self.posts[..COMPARED]).into_iter().collect();
        drop(live);
        let (heavy_asked, heavy) = data::queries(&folder.join("heavy_10k.tsv.gz"))?;
        self.ours("heavy", &heavy);
        self.naive(&asked, &ours);
        let build = |queries: &[Query]| ours::build(queries, &self.observed).matcher.snapshot();
        let (mixed, heavy) = (build(&queries), build(&heavy));
        self.mokaccino((&asked, &mixed), &ours, &articles);
        let (mixed, heavy) = ((&asked[..], &mixed), (&heavy_asked[..], &heavy));
        self.lucene(&folder.join("posts.txt.gz"), mixed, &ours, heavy)
    }

    /// Posts a second over these queries.
    fn ours(&mut self, name: &str, queries: &[Query]) -> f64 {
        let n = queries.len() as f64;
        let built = ours::build(queries, &self.observed);
        let snapshot = built.matcher.snapshot();
        let before = ours::floor(self.posts);
        let (rate, matches) = ours::rate(&snapshot, self.posts);
        let floor = (before + ours::floor(self.posts)) / 2.0;
        self.tell(&format!("{name}: posts/s"), rate);
        self.tell(&format!("{name}: share of floor"), rate / floor);
        self.tell(&format!("{name}: matches a post"), matches as f64 / self.posts.len() as f64);
        self.tell(&format!("{name}: built/s"), n / built.seconds);
        self.tell(&format!("{name}: bytes a query"), built.bytes / n);
        self.tell(
            &format!("{name}: explained posts/s"),
            ours::rate_explained(&snapshot, self.posts),
        );
        let took = ours::latencies(&snapshot, self.posts);
        self.tell(&format!("{name}: p50 µs"), took[took.len() / 2]);
        self.tell(&format!("{name}: p99 µs"), took[took.len() * 99 / 100]);
        self.tell(&format!("{name}: max µs"), took[took.len() - 1]);
        let two = ours::rate_threads(&snapshot, self.posts, 2);
        self.tell(&format!("{name}: two threads posts/s"), two);
        rate
    }

    /// Every match is held against the queries read literally.
    fn naive(&mut self, asked: &[Asked], ours: &Pairs) {
        let right = Naive::new(asked).pairs(&self.posts[..COMPARED]);
        self.tell("compared: matches", right.len() as f64);
        self.tell("compared: wrong matches", right.symmetric_difference(ours).count() as f64);
    }

    fn mokaccino(
        &mut self,
        (asked, snapshot): (&[Asked], &Snapshot),
        ours: &Pairs,
        articles: &[Post],
    ) {
        let built = mokaccino::build(asked);
        self.tell("mokaccino 100k: built/s", built.rate);
        self.tell("mokaccino 100k: bytes a query", built.bytes);
        let seconds = f64::from(RIVAL_SECONDS);
        let (rate, theirs) = beside(snapshot, self.posts, || built.rate(self.posts, seconds));
        self.tell("mokaccino 100k: posts/s", theirs);
        self.tell("mokaccino 100k: ours to it", rate / theirs);
        let pairs: Pairs = built.pairs(&self.posts[..COMPARED]).into_iter().collect();
        let can = |(_, query): &&(usize, usize)| can_say(&asked[*query]);
        let (ours, pairs): (Pairs, Pairs) = (
            ours.iter().filter(can).copied().collect(),
            pairs.iter().filter(can).copied().collect(),
        );
        self.compare("mokaccino", &ours, &pairs);
        let (rate, theirs) = beside(snapshot, articles, || built.rate(articles, seconds));
        self.tell("mokaccino articles: posts/s", theirs);
        self.tell("mokaccino articles: ours to it", rate / theirs);
    }

    fn lucene(
        &mut self,
        posts: &Path,
        mixed: (&[Asked], &Snapshot),
        ours: &Pairs,
        heavy: (&[Asked], &Snapshot),
    ) -> anyhow::Result<()> {
        let lucene = match Lucene::build() {
            Ok(lucene) => lucene,
            Err(error) => {
                eprintln!("Lucene's Monitor is left out: {error:#}");
                return Ok(());
            }
        };
        for (name, (asked, snapshot)) in [("100k", mixed), ("heavy", heavy)] {
            let file = self.scratch.join("queries.tsv.gz");
            data::write(&file, asked)?;
            let mut least = f64::INFINITY;
            for presearcher in PRESEARCHERS {
                let queries = (file.as_path(), asked.len());
                let (rate, told) = beside(snapshot, self.posts, || {
                    lucene.run((posts, COMPARED), queries, presearcher, RIVAL_SECONDS)
                });
                let told = told?;
                self.tell(&format!("lucene {name} {presearcher}: posts/s"), told.rate);
                self.tell(&format!("lucene {name} {presearcher}: built/s"), told.built);
                least = least.min(rate / told.rate);
                if name == "100k" && presearcher == PRESEARCHERS[0] {
                    self.compare("lucene", ours, &told.pairs.into_iter().collect());
                }
            }
            self.tell(&format!("lucene {name}: ours to it"), least);
        }
        Ok(())
    }

    fn compare(&mut self, rival: &str, ours: &Pairs, theirs: &Pairs) {
        self.tell(&format!("{rival}: matches in common"), ours.intersection(theirs).count() as f64);
        self.tell(&format!("{rival}: only ours"), ours.difference(theirs).count() as f64);
        self.tell(&format!("{rival}: only its"), theirs.difference(ours).count() as f64);
    }
}

/// Our posts a second just before and just after somebody else's turn, and what came of that: a
/// machine that others share is now faster, now slower.
fn beside<T>(snapshot: &Snapshot, posts: &[Post], theirs: impl FnOnce() -> T) -> (f64, T) {
    let before = ours::rate(snapshot, posts).0;
    let told = theirs();
    ((before + ours::rate(snapshot, posts).0) / 2.0, told)
}

/// Whether mokaccino can say all of a query.
fn can_say(asked: &Asked) -> bool {
    let all = asked.all.iter().flatten().chain(&asked.not);
    all.into_iter().all(|literal| !matches!(literal, Literal::Near(..)))
}

//! `cargo xtask bench match`: the matcher, its rivals and its floor in one run. Prints one JSON
//! object of figures; progress goes to the error output.

mod data;
mod measure;
mod ours;

use std::path::PathBuf;

use query::{Live, Query};
use serde_json::{Map, Value, json};

fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_default());
    let mut figures = Map::new();
    let mut tell = |name: &str, value: f64| {
        eprintln!("{name:<48} {value:>14.3}");
        figures.insert(name.to_owned(), json!(value));
    };
    let posts = data::posts(&folder.join("posts.txt.gz"))?;
    let (posts, others) = posts.split_at(posts.len() - 5_000);
    let mixed = data::queries(&folder.join("queries_100k.tsv.gz"), 100_000)?;
    let mixed: Vec<&Query> = mixed.iter().map(|(_, query)| query).collect();
    let observed = ours::observe(others);
    let floor = ours::floor(posts);
    tell("floor", floor);
    for n in [1_000, 10_000, mixed.len()] {
        let built = ours::build(&mixed[..n], &observed);
        let snapshot = built.matcher.snapshot();
        let (rate, matches) = ours::rate(&snapshot, posts);
        tell(&format!("ours {n}: posts/s"), rate);
        tell(&format!("ours {n}: share of floor"), rate / floor);
        tell(&format!("ours {n}: matches a post"), matches as f64 / posts.len() as f64);
        tell(&format!("ours {n}: built/s"), n as f64 / built.seconds);
        tell(&format!("ours {n}: bytes a query"), built.bytes / n as f64);
        tell(&format!("ours {n}: explained posts/s"), ours::rate_explained(&snapshot, posts));
        let took = ours::latencies(&snapshot, posts);
        tell(&format!("ours {n}: p50 µs"), took[took.len() / 2]);
        tell(&format!("ours {n}: p99 µs"), took[took.len() * 99 / 100]);
        tell(&format!("ours {n}: max µs"), took[took.len() - 1]);
        if n == mixed.len() {
            tell("two threads: posts/s", ours::rate_threads(&snapshot, posts, 2));
            drop(snapshot);
            let live = Live::new(built.matcher);
            let (add, remove) = ours::changes(&live, &mixed[..2_000]);
            tell("add µs", add);
            tell("remove µs", remove);
        }
    }
    let heavy = data::queries(&folder.join("heavy_10k.tsv.gz"), 10_000)?;
    let heavy: Vec<&Query> = heavy.iter().map(|(_, query)| query).collect();
    let built = ours::build(&heavy, &observed);
    tell("ours heavy: posts/s", ours::rate(&built.matcher.snapshot(), posts).0);
    tell("ours heavy: bytes a query", built.bytes / heavy.len() as f64);
    let articles = data::posts(&folder.join("articles.txt.gz"))?;
    let built = ours::build(&mixed, &observed);
    tell("ours articles: posts/s", ours::rate(&built.matcher.snapshot(), &articles).0);
    println!("{}", Value::Object(figures));
    Ok(())
}

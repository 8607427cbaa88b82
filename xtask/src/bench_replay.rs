//! `cargo xtask bench replay`: recorded posts through the whole flow into SQLite, with 1,000
//! watches, as a process of its own; beside it the floor (the same file read and parsed, nothing
//! matched, nothing kept).

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use domain::{AlertRules, Time};
use horch::recorded::{Mapping, Recording};
use serde_json::{Value, json};

use crate::figures::{Figure, Goal, root, tell};
use crate::process::{cpu_seconds, memory_mib, release_binary};

const WATCHES: usize = 1_000;

/// Runs the bench. `--data DIR` names the folder of data, `--posts N` how many posts.
///
/// # Errors
/// The data is not there, or a step fails.
pub fn run(args: &[String]) -> anyhow::Result<()> {
    let data = data_folder(args).join("match");
    let wanted: usize = option(args, "--posts").map_or(Ok(120_000), str::parse)?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("posts.jsonl");
    let posts = write_posts(&data.join("posts.txt.gz"), &file, wanted)?;
    let queries = read_queries(&data.join("queries_100k.tsv.gz"))?;
    let house = folder.path().join("data");
    tokio::runtime::Runtime::new()?.block_on(furnish(&house, &queries))?;

    let horch = release_binary()?;
    let floor = floor(&file)?;
    let first = replay(&horch, &file, &house)?;
    let again = replay(&horch, &file, &house)?;
    if first.told["new"] != json!(posts) || again.told["new"] != json!(0) {
        bail!("wrong counts: first {}, again {}", first.told, again.told);
    }
    let mentions: u64 = first.told["mentions"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(_, n)| n.as_u64())
        .sum();
    let rate = |run: &Run| posts as f64 / run.told["seconds"].as_f64().unwrap_or(f64::INFINITY);
    tell(
        "replay",
        &[
            Figure::new("posts", posts as f64, "posts", Goal::None),
            Figure::new("watches", queries.len() as f64, "watches", Goal::None),
            Figure::new("mentions", mentions as f64, "mentions", Goal::None),
            Figure::new("posts a second, new", rate(&first), "posts/s", Goal::AtLeast(6_000.0)),
            Figure::new("posts a second, known", rate(&again), "posts/s", Goal::None),
            Figure::new("cores used", first.cpu / first.wall, "cores", Goal::AtMost(2.0)),
            Figure::new(
                "memory at its highest",
                first.memory.max(again.memory),
                "MiB",
                Goal::AtMost(300.0),
            ),
            Figure::new("floor: read and parse only", posts as f64 / floor, "posts/s", Goal::None),
            Figure::new(
                "share of the floor",
                rate(&first) / (posts as f64 / floor),
                "",
                Goal::None,
            ),
        ],
    )
}

/// The value behind an option.
pub fn option<'a>(args: &'a [String], name: &str) -> Option<&'a str> {
    let at = args.iter().position(|arg| arg == name)?;
    args.get(at + 1).map(String::as_str)
}

/// The folder of data: `--data`, `HORCH_EVAL_DATA`, or `../shared/data` beside the repository.
pub fn data_folder(args: &[String]) -> PathBuf {
    option(args, "--data")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HORCH_EVAL_DATA").map(PathBuf::from))
        .unwrap_or_else(|| root().join("../shared/data"))
}

/// The lines of a packed text.
///
/// # Errors
/// It is not there.
pub fn lines(path: &Path) -> anyhow::Result<impl Iterator<Item = std::io::Result<String>>> {
    let file = File::open(path).with_context(|| {
        format!("{} is not there; name the folder of data with --data", path.display())
    })?;
    Ok(BufReader::new(flate2::read::MultiGzDecoder::new(file)).lines())
}

fn write_posts(from: &Path, to: &Path, wanted: usize) -> anyhow::Result<usize> {
    let texts: Vec<String> = lines(from)?.collect::<Result<_, _>>()?;
    let mut out = std::io::BufWriter::new(File::create(to)?);
    for n in 0..wanted {
        // Later rounds through the file are other posts: a number makes them differ.
        let text = &texts[n % texts.len()];
        let text = if n < texts.len() { text.clone() } else { format!("{text} {n}") };
        let line = json!({
            "id": n, "platform": "bench", "author": format!("voice{}", n % 9_973),
            "published": 1_700_000_000_000_i64 + n as i64 * 50, "text": text,
        });
        writeln!(out, "{line}")?;
    }
    out.flush()?;
    Ok(wanted)
}

/// The first queries of the file that the native language can say, in its syntax.
fn read_queries(from: &Path) -> anyhow::Result<Vec<String>> {
    let mut queries = Vec::new();
    for line in lines(from)? {
        let line = line?;
        let mut fields = line.split('\t').skip(2);
        let (all, not) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
        let query = native(all, not);
        if query::parse(&query).is_ok() {
            queries.push(query);
        }
        if queries.len() == WATCHES {
            return Ok(queries);
        }
    }
    bail!("only {} queries could be read", queries.len())
}

/// A query of the file of queries in the native language.
pub fn native(all: &str, not: &str) -> String {
    let groups: Vec<String> = all
        .split(';')
        .map(|group| {
            let alternatives: Vec<String> = group.split(',').map(literal).collect();
            format!("({})", alternatives.join(" OR "))
        })
        .collect();
    let mut query = groups.join(" AND ");
    for literal_text in not.split(',').filter(|text| !text.is_empty()) {
        query.push_str(&format!(" NOT {}", literal(literal_text)));
    }
    query
}

fn literal(text: &str) -> String {
    let (kind, words) = text.split_once(':').unwrap_or(("t", text));
    let parts: Vec<&str> = words.split(' ').collect();
    match (kind, parts.as_slice()) {
        ("n", [a, b, distance]) => format!("(\"{a}\" NEAR/{distance} \"{b}\")"),
        ("x", _) => format!("{words}*"),
        _ => format!("\"{words}\""),
    }
}

async fn furnish(folder: &Path, queries: &[String]) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let store = store::Store::open(folder).await?;
    for (n, query) in queries.iter().enumerate() {
        store.add_watch(&format!("watch {n}"), query, AlertRules::default(), Time(0)).await?;
    }
    store.close().await;
    Ok(())
}

/// Seconds to read and parse the file.
fn floor(file: &Path) -> anyhow::Result<f64> {
    let began = Instant::now();
    let posts = Recording::open(file, &Mapping::default(), Time(1_900_000_000_000))?;
    let read = posts.filter(|item| item.post.is_ok()).count();
    if read == 0 {
        bail!("nothing could be read");
    }
    Ok(began.elapsed().as_secs_f64())
}

struct Run {
    told: Value,
    wall: f64,
    cpu: f64,
    memory: f64,
}

fn replay(horch: &Path, file: &Path, data: &Path) -> anyhow::Result<Run> {
    let began = Instant::now();
    let mut child = Command::new(horch)
        .args(["replay", "--json", "--log", "error"])
        .arg(file)
        .arg("--data")
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()?;
    let (mut memory, mut cpu) = (0.0_f64, 0.0_f64);
    // The last looks at a process that still lives are its accounts to within 20 ms.
    while child.try_wait()?.is_none() {
        memory = memory.max(memory_mib(child.id()).map_or(0.0, |(_, highest)| highest));
        cpu = cpu.max(cpu_seconds(child.id()).unwrap_or(0.0));
        std::thread::sleep(Duration::from_millis(20));
    }
    let wall = began.elapsed().as_secs_f64();
    let output = child.wait_with_output()?;
    let text = String::from_utf8(output.stdout)?;
    let last = text.lines().last().context("replay said nothing")?;
    Ok(Run { told: serde_json::from_str(last)?, wall, cpu, memory })
}

//! `cargo xtask eval copies`: plants edits into public texts and tells how many are recognised;
//! and what a million prints weigh and how long a look-up takes.
//!
//! Settings were chosen on one half of the texts; the other half is told. Every edited text is
//! looked up in an index of all unedited ones, so that a relative must be found, not only seen.

mod edits;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use text::copies::{Index, Kinship, Print};

use super::Figures;
use crate::process::{cpu_seconds, memory_mib};
use crate::train::data;
use edits::{Dice, Edit, Expect, Text};

/// Prints that are weighed.
const MILLION: usize = 1_000_000;
/// Look-ups that are timed.
const LOOK_UPS: usize = 40_000;

/// Which texts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// Settings were chosen by these.
    Tuning,
    /// These are told.
    Told,
}

/// Prints and keeps the figures.
pub(super) fn copies(folder: &Path, figures: &mut Figures) -> anyhow::Result<()> {
    let all = texts(folder)?;
    planted(&all, Half::Told, figures);
    weigh(&many_posts(folder)?, figures);
    Ok(())
}

/// Headlines, posts and articles, each text once.
pub fn texts(folder: &Path) -> anyhow::Result<Vec<Text>> {
    let mut all = Vec::new();
    let mut reader = csv::Reader::from_path(folder.join("stories/uci_news_head.csv"))?;
    // The last line is cut in its middle.
    for row in reader.records().filter_map(Result::ok) {
        all.push(Text::new("headline", row[1].to_owned()).of_story(&row[5]));
    }
    let posts = data::unpack(&std::fs::read(folder.join("match/posts.txt.gz"))?)?;
    all.extend(posts.lines().take(12_000).map(|line| Text::new("post", line.to_owned())));
    let german = data::rows(&folder.join("sentiment/one_million_posts_NOSHIP.tsv.gz"))?;
    all.extend(german.into_iter().map(|mut row| Text::new("german", row.remove(1))));
    let articles = data::unpack(&std::fs::read(folder.join("match/articles.txt.gz"))?)?;
    for (line, i) in articles.lines().zip(0_u64..) {
        let words: Vec<&str> = line.split(' ').collect();
        let length = 80 + Dice::new(i).below(520);
        all.push(Text::new("article", words[..length.min(words.len())].join(" ")));
    }
    Ok(all.into_iter().filter(fits).collect())
}

/// About 190,000 public posts in many languages.
fn many_posts(folder: &Path) -> anyhow::Result<Vec<String>> {
    let posts = data::unpack(&std::fs::read(folder.join("match/posts.txt.gz"))?)?;
    let mut all: Vec<String> = posts.lines().map(str::to_owned).collect();
    for file in ["mozetic_languages_dev", "semeval2013_2016_train"] {
        let rows = data::rows(&folder.join(format!("sentiment/{file}.tsv.gz")))?;
        all.extend(rows.into_iter().filter_map(|mut row| row.pop()));
    }
    all.retain(|post| post.split_whitespace().count() >= 8);
    Ok(all)
}

fn fits(text: &Text) -> bool {
    let words = text.words().len();
    if text.set == "article" { words >= 120 } else { (8..=60).contains(&words) }
}

/// What became of the texts of one edit.
#[derive(Default)]
struct Tally {
    texts: usize,
    copies: usize,
    quoted: usize,
    /// Copies said to be of the very text that was edited.
    right: usize,
}

/// Recognises every edit of every text of a half.
pub fn planted(all: &[Text], half: Half, figures: &mut Figures) {
    let (of_half, others): (Vec<&Text>, Vec<&Text>) =
        all.iter().partition(|text| text.half() == half);
    // Texts that are no relatives of each other by themselves; of them, what others are made of.
    let mut index = Index::new();
    let mut alone = Vec::new();
    for text in of_half {
        let print = Print::of(&text.text);
        if index.find(&print).is_none() {
            index.add(alone.len() as u64, print);
            alone.push(text);
        }
    }
    let strange = |text: &&Text| index.find(&Print::of(&text.text)).is_none();
    let others: Vec<&Text> = others.into_iter().filter(strange).collect();
    let mut tallies: BTreeMap<(bool, Expect, Edit), Tally> = BTreeMap::new();
    for (text, id) in alone.into_iter().zip(0_u64..) {
        for edit in Edit::ALL {
            let mut dice = Dice::new(id * 64 + edit as u64);
            let Some(edited) = edit.plant(text, &others, &mut dice) else { continue };
            let print = Print::of(&edited);
            let found = index.find(&print);
            let long = Print::of(&text.text).words() > text::copies::SHORT;
            let tally = tallies.entry((long, edit.expect(), edit)).or_default();
            tally.texts += 1;
            let copy = found.is_some_and(|(_, kinship)| kinship.is_copy());
            tally.copies += usize::from(copy);
            tally.right += usize::from(copy && found.is_some_and(|(found, _)| found == id));
            tally.quoted +=
                usize::from(found.is_some_and(|(_, kinship)| kinship == Kinship::Quoted));
            if std::env::var_os("HORCH_EVAL_SHOW").is_some() {
                show(text, edit, &edited, found, id, copy);
            }
        }
    }
    report(&tallies, figures);
}

/// Prints what was taken wrongly, for whoever mends it.
fn show(text: &Text, edit: Edit, edited: &str, found: Option<(u64, Kinship)>, id: u64, copy: bool) {
    if copy != (edit.expect() == Expect::Copy) || (copy && found.is_some_and(|f| f.0 != id)) {
        println!("?? {edit:?} {found:?} wanted {id}\n   {}\n   {edited}", text.text);
    }
}

fn report(tallies: &BTreeMap<(bool, Expect, Edit), Tally>, figures: &mut Figures) {
    println!("# Copies: every edited text is looked up among all unedited ones\n");
    println!(
        "words    should be  edit                          texts  called a copy  quoted   none"
    );
    for ((long, expect, edit), tally) in tallies {
        let share = |n: usize| 100.0 * n as f64 / tally.texts as f64;
        println!(
            "{:8} {:10} {:28} {:6} {:12.1} % {:5.1} % {:5.1} %",
            if *long { "29 on" } else { "8 to 28" },
            format!("{expect:?}").to_lowercase(),
            edit.name(),
            tally.texts,
            share(tally.copies),
            share(tally.quoted),
            share(tally.texts - tally.copies - tally.quoted),
        );
    }
    let sum = |keep: &dyn Fn(&(bool, Expect, Edit)) -> bool, of: &dyn Fn(&Tally) -> usize| -> f64 {
        tallies.iter().filter(|(key, _)| keep(key)).map(|(_, tally)| of(tally) as f64).sum()
    };
    for (name, long) in [("short", Some(false)), ("longer", Some(true)), ("all", None)] {
        let fits = |key: &(bool, Expect, Edit)| {
            long.is_none_or(|long| long == key.0) && !key.2.is_known_limit(key.0)
        };
        let right = sum(&|key| fits(key) && key.1 == Expect::Copy, &|t| t.right);
        let wanted = sum(&|key| fits(key) && key.1 == Expect::Copy, &|t| t.texts);
        let said = sum(&fits, &|t| t.copies);
        figures.at_least(&format!("copies, {name} texts, precision"), right / said, "share", 0.95);
        figures.at_least(&format!("copies, {name} texts, recall"), right / wanted, "share", 0.95);
    }
}

/// A million prints of different texts: memory, and time of a look-up.
fn weigh(posts: &[String], figures: &mut Figures) {
    // Four pieces of four posts: about as many different pairs of words as a million posts have.
    let mixed = |i: usize| -> String {
        let mut dice = Dice::new(i as u64);
        let mut piece = || -> Vec<&str> {
            let words: Vec<&str> = posts[dice.below(posts.len())].split_whitespace().collect();
            let length = 4 + dice.below(4);
            let from = dice.below(words.len() - length + 1);
            words[from..from + length].to_vec()
        };
        (0..4).flat_map(|_| piece()).collect::<Vec<_>>().join(" ")
    };
    let resident = || memory_mib(std::process::id()).map_or(0.0, |(now, _)| now * 1.048_576);
    let before = resident();
    let mut index = Index::new();
    let (mut making, mut adding) = (0.0, 0.0);
    for i in 0..MILLION {
        let text = mixed(i);
        let start = Instant::now();
        let print = Print::of(&text);
        making += start.elapsed().as_secs_f64();
        let start = Instant::now();
        index.add(i as u64, print);
        adding += start.elapsed().as_secs_f64();
    }
    let grown = resident() - before;
    let each = 1e6 / MILLION as f64;
    println!("\n# A million prints\n");
    println!("made in {:.2} µs each, added in {:.2} µs each", making * each, adding * each);
    let busy = || cpu_seconds(std::process::id()).unwrap_or_default();
    let mut times = Vec::with_capacity(LOOK_UPS);
    let mut found = 0;
    // Every second one is a copy of one that is there, but for a few words more.
    let text = |i: usize| match i % 2 {
        0 => format!("{} and so on", mixed(i * 25)),
        _ => mixed(MILLION + i),
    };
    let prints: Vec<Print> = (0..LOOK_UPS).map(|i| Print::of(&text(i))).collect();
    let before = busy();
    for (i, print) in prints.iter().enumerate() {
        let start = Instant::now();
        let relative = index.find(print);
        times.push(start.elapsed().as_secs_f64() * 1e6);
        let right = relative.is_some_and(|(id, kin)| id == i as u64 * 25 && kin.is_copy());
        found += usize::from(i % 2 == 0 && right);
    }
    let processor = (busy() - before) * 1e6 / LOOK_UPS as f64;
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("{found} of {} copies among them found", LOOK_UPS / 2);
    figures.at_least(
        "copies, found among a million",
        found as f64 / (LOOK_UPS / 2) as f64,
        "share",
        0.95,
    );
    figures.at_most("copies, a million prints, asked for", index.bytes() as f64 / 1e6, "MB", 100.0);
    figures.at_most("copies, a million prints, grown by", grown, "MB", 105.0);
    figures.at_most("copies, look-up, median", at(0.5), "µs", 100.0);
    figures.at_most("copies, look-up, 99th percentile", at(0.99), "µs", 100.0);
    figures.at_most("copies, look-up, processor, mean", processor, "µs", 100.0);
    println!("the longest look-up took {:.0} µs", at(1.0));
    figures.at_most("copies, print of a post", making * each, "µs", 20.0);
}

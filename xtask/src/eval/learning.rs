//! What a house learns of its own, and how one name fares beside another.

use std::ops::Range;
use std::path::Path;

use domain::{Kind, Kinds, Tone};
use text::head::{self, Head, KindLesson, Lesson};
use text::kinds;
use text::sentiment::{self, Care};
use text::target;

use super::measure::{Judged, auc};
use super::{Figures, summary};
use crate::train::data;

/// Numbers of lessons whose worth is measured.
const LESSONS: [usize; 5] = [50, 100, 300, 1_000, 5_000];
/// Every text is judged once, taught by lessons of the other folds.
const FOLDS: usize = 5;
/// Posts about two names, written for this program.
const TARGETS: &str = include_str!("../../../crates/text/tests/targets.tsv");

type Texts = Vec<(String, Tone)>;

/// Lessons of kinds of texts that the shipped model never met: how it judges others of that kind
/// before and after.
///
/// # Errors
/// The data are not there.
pub fn lessons(folder: &Path, figures: &mut Figures) -> anyhow::Result<()> {
    println!("\n# What lessons bring, on texts of the same kind that were not among them\n");
    println!("set                       lessons  right  macro-recall  AUC negative");
    let table = data::rows(&folder.join("sentiment/germeval2017_dev_NOSHIP.tsv.gz"))?;
    let rows = table.iter().filter_map(|row| labelled(&row[0], &row[2])).collect();
    curve("GermEval 2017 dev (de)", "de", rows, "germeval2017", figures);
    let table = data::rows(&folder.join("sentiment/one_million_posts_NOSHIP.tsv.gz"))?;
    let rows = table.iter().filter_map(|row| labelled(&row[0], &row[1])).collect();
    curve("One Million Posts (de)", "de", rows, "one_million_posts", figures);
    let airlines = data::unpack(&std::fs::read(folder.join("replay/airlines_2015.jsonl.gz"))?)?;
    let mut rows = Vec::new();
    for line in airlines.lines() {
        let post: serde_json::Value = serde_json::from_str(line)?;
        let cell = |name: &str| post[name].as_str().unwrap_or_default();
        rows.extend(labelled(cell("sentiment"), cell("text")));
    }
    curve("airlines 2015 (en)", "en", rows, "airlines", figures);
    Ok(())
}

/// What a watch's own verdicts "off topic" bring: railway feedback that its labels call irrelevant.
///
/// # Errors
/// The data are not there.
pub fn off_topic(folder: &Path, figures: &mut Figures) -> anyhow::Result<()> {
    let table = data::rows(&folder.join("sentiment/germeval2017_dev_NOSHIP.tsv.gz"))?;
    let mut rows: Vec<(&str, bool)> =
        table.iter().map(|row| (row[2].as_str(), row[1] == "irrelevant")).collect();
    shuffle(&mut rows, 1);
    let off = rows.iter().filter(|(_, off)| *off).count() as f64 / rows.len() as f64;
    println!("\n# What is off topic, of {} posts of GermEval 2017 (dev, de)\n", rows.len());
    println!("                        told              surely told");
    println!("lessons  right  AUC     precision  recall  precision  recall");
    println!("{:>7} {:6.3}", "none", 1.0 - off);
    let most = rows.len() - rows.len().div_ceil(FOLDS);
    let mut last = (0.0, 0.0);
    for taught in LESSONS.map(|count| count.min(most)) {
        let judged: Vec<(f32, bool)> =
            (0..FOLDS).flat_map(|fold| fold_off_topic(&rows, fold, taught)).collect();
        let right = judged.iter().filter(|(share, off)| (*share > 0.5) == *off).count();
        last = (right as f64 / judged.len() as f64, auc(&judged));
        let (told, surely) = (told_from(0.5, &judged), told_from(kinds::SURELY, &judged));
        println!("{taught:>7} {:6.3} {:6.3} {told} {surely}", last.0, last.1);
    }
    figures.at_least("lessons_germeval2017_off_topic_right_with_all", last.0, "share", 0.89);
    figures.at_least("lessons_germeval2017_off_topic_auc_with_all", last.1, "AUC", 0.90);
    Ok(())
}

/// Precision and recall of what is told from that share on.
fn told_from(least: f32, judged: &[(f32, bool)]) -> String {
    let of = |wanted: fn(bool, bool) -> bool| {
        judged.iter().filter(|(share, off)| wanted(*share > least, *off)).count() as f64
    };
    let hits = of(|told, off| told && off);
    let (told, off) = (of(|told, _| told), of(|_, off| off));
    format!("{:10.3} {:7.3}", hits / told.max(1.0), hits / off.max(1.0))
}

/// How likely each text of a fold is off topic to a head taught by so many of the others.
fn fold_off_topic(rows: &[(&str, bool)], fold: usize, taught: usize) -> Vec<(f32, bool)> {
    let (own, others) = parts(rows, fold);
    let kinds = |off: bool| if off { Kinds::NONE.with(Kind::Offtopic) } else { Kinds::NONE };
    let lessons: Vec<KindLesson<'_>> = (others[..taught].iter())
        .map(|&(text, off)| KindLesson { text, lang: "de", kinds: kinds(off) })
        .collect();
    let head = head::learn_kind(Kind::Offtopic, &lessons, &[]).map(|learnt| learnt.head);
    let share = |text: &str| {
        let reading = sentiment::read(Care::Close, text, "de");
        head.as_ref().zip(reading).map_or(0.0, |(head, reading)| {
            kinds::likely_by(head, Kind::Offtopic, text, "de", &reading)
        })
    };
    own.into_iter().map(|(text, off)| (share(text), off)).collect()
}

fn labelled(label: &str, text: &str) -> Option<(String, Tone)> {
    Some((text.to_owned(), Tone::named(label)?))
}

fn curve(name: &str, lang: &str, mut rows: Texts, key: &str, figures: &mut Figures) {
    shuffle(&mut rows, 1);
    let before = Row::of(judged(&rows, None, lang));
    println!("{name:24} {:>8} {}", "none", before.told());
    let most = rows.len() - rows.len().div_ceil(FOLDS);
    let mut last = before;
    for count in LESSONS {
        if count > most && LESSONS.iter().any(|c| *c < count && *c >= most) {
            break;
        }
        let taught = count.min(most);
        let mut all = Vec::with_capacity(rows.len());
        for fold in 0..FOLDS {
            let (own, others) = parts(&rows, fold);
            let lessons: Vec<Lesson<'_>> = (others[..taught].iter())
                .map(|(text, tone)| Lesson { text, lang, tone: *tone })
                .collect();
            let head = head::learn(&lessons, &[]).map(|learnt| learnt.head);
            all.extend(judged(&own, head.as_ref(), lang));
        }
        let row = Row::of(all);
        println!("{name:24} {taught:>8} {}", row.told());
        if key == "germeval2017" && count == 100 {
            figures.at_least("lessons_germeval2017_right_with_100", row.right, "share", 0.67);
        }
        last = row;
    }
    let goal = match key {
        "germeval2017" => (0.75, 0.76),
        "airlines" => (0.78, 0.90),
        _ => (0.55, 0.60),
    };
    figures.at_least(&format!("lessons_{key}_right_with_all"), last.right, "share", goal.0);
    figures.at_least(&format!("lessons_{key}_negative_auc_with_all"), last.auc, "AUC", goal.1);
}

/// The texts of a fold, and all others, shuffled: from their beginning it is taught.
fn parts<T: Clone>(rows: &[T], fold: usize) -> (Vec<T>, Vec<T>) {
    let of = |own: bool| {
        let rows = rows.iter().enumerate().filter(|(i, _)| (i % FOLDS == fold) == own);
        rows.map(|(_, row)| row.clone()).collect::<Vec<T>>()
    };
    let mut others = of(false);
    shuffle(&mut others, 100 + fold as u64);
    (of(true), others)
}

fn judged(texts: &Texts, head: Option<&Head>, lang: &str) -> Vec<Judged> {
    let judge = |(text, tone): &(String, Tone)| Judged {
        shares: sentiment::shares_by(Care::Close, head, text, lang).unwrap_or([0.0, 1.0, 0.0]),
        truth: *tone as usize,
    };
    texts.iter().map(judge).collect()
}

#[derive(Clone, Copy)]
struct Row {
    right: f64,
    recall: f64,
    auc: f64,
}

impl Row {
    fn of(judged: Vec<Judged>) -> Row {
        let (confusion, _) = summary(&judged.iter().collect::<Vec<_>>());
        let negative: Vec<(f32, bool)> =
            judged.iter().map(|j| (j.shares[0], j.truth == 0)).collect();
        Row { right: confusion.accuracy(), recall: confusion.macro_recall(), auc: auc(&negative) }
    }

    fn told(&self) -> String {
        format!("{:6.3} {:13.3} {:13.3}", self.right, self.recall, self.auc)
    }
}

/// Fisher and Yates, in the same order every time.
fn shuffle<T>(list: &mut [T], mut seed: u64) {
    for i in (1..list.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        list.swap(i, (seed >> 33) as usize % (i + 1));
    }
}

/// Posts about two names: those of [`TARGETS`], and pairs of held-out posts put together.
///
/// # Errors
/// The data are not there.
pub fn targets(folder: &Path, figures: &mut Figures) -> anyhow::Result<()> {
    println!("\n# Tone towards one of two names\n");
    println!("posts                          names  by the whole post  by what speaks of the name");
    let mut written = Vec::new();
    for line in TARGETS.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [lang, first, second, post] = cells[..] else { anyhow::bail!("a broken line: {line}") };
        let (text, [a, b]) = unmark(post);
        for (own, other, tone) in [(&a, &b, first), (&b, &a, second)] {
            let tone = Tone::named(tone).ok_or_else(|| anyhow::anyhow!("no tone: {tone}"))?;
            let lang = if lang == "de" { "de" } else { "en" };
            let (text, own, other) = (text.clone(), own.clone(), other.clone());
            written.push(Target { text, lang, own, other, tone });
        }
    }
    let right = told("written for Horch", &written);
    figures.at_least("targets_written_right", right, "share", 0.75);
    let samples = data::tones(folder)?;
    let of = |lang: &str, label: &str| -> Vec<&str> {
        let held = samples.iter().filter(|s| s.part == data::Part::Test && s.set == "umsab");
        held.filter(|s| s.label == label && s.lang == lang).map(|s| s.text.as_str()).collect()
    };
    let mut paired = Vec::new();
    for lang in ["de", "en"] {
        for (negative, positive) in of(lang, "negative").into_iter().zip(of(lang, "positive")) {
            let text = format!("Acme: {negative} \nUmbra: {positive}");
            let umbra = text.len() - positive.len() - 7;
            let (a, b) = (0..4, umbra..umbra + 5);
            for (own, other, tone) in [(&a, &b, Tone::Negative), (&b, &a, Tone::Positive)] {
                let (text, own, other) = (text.clone(), own.clone(), other.clone());
                paired.push(Target { text, lang, own, other, tone });
            }
        }
    }
    let right = told("UMSAB, two in one", &paired);
    figures.at_least("targets_paired_right", right, "share", 0.60);
    Ok(())
}

struct Target {
    text: String,
    lang: &'static str,
    own: Range<usize>,
    other: Range<usize>,
    tone: Tone,
}

fn told(name: &str, targets: &[Target]) -> f64 {
    let is = |text: &str, target: &Target| {
        let shares = sentiment::shares_by(Care::Close, None, text, target.lang);
        shares.is_some_and(|shares| sentiment::top(&shares).tone == target.tone)
    };
    let whole = targets.iter().filter(|target| is(&target.text, target)).count();
    let own = targets.iter().filter(|target| {
        let Target { text, own, other, .. } = target;
        let part = target::own(text, std::slice::from_ref(own), std::slice::from_ref(other));
        is(part.as_deref().unwrap_or(text), target)
    });
    let share = |count: usize| count as f64 / targets.len() as f64;
    let own = share(own.count());
    println!("{name:28} {:>7} {:18.3} {own:27.3}", targets.len(), share(whole));
    own
}

/// A post without its brackets, and the places of the name in square and of the one in
/// curly brackets.
fn unmark(post: &str) -> (String, [Range<usize>; 2]) {
    let (mut text, mut names, mut start) = (String::new(), [0..0, 0..0], 0);
    for c in post.chars() {
        match c {
            '[' | '{' => start = text.len(),
            ']' => names[0] = start..text.len(),
            '}' => names[1] = start..text.len(),
            c => text.push(c),
        }
    }
    (text, names)
}

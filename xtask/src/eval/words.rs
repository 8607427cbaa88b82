//! German compounds, and stems, against words and pairs labelled by hand.

use std::time::Instant;

use text::{compound, stem};

use super::Figures;

/// How often the labelled words are read for the time of one.
const ROUNDS: usize = 200;

/// Prints and keeps the figures of both.
pub(super) fn words(figures: &mut Figures) {
    println!("# German compounds\n");
    println!("words                       right  of the parts wanted, found  of the found, right");
    let sets = compound::labels::measure();
    for (name, m) in ["seen while it was made", "held out"].iter().zip(sets) {
        let share = |part: usize, of: usize| format!("{part} of {of}");
        let right = share(m.right, m.words);
        let (hit, found) = (share(m.hit, m.wanted), share(m.found_right, m.found));
        println!("{name:24} {right:>9}  {hit:>26}  {found:>19}");
    }
    let held_out = sets[1];
    figures.at_least("compounds, held out, words right", held_out.exact(), "share", 0.9);
    figures.at_least("compounds, held out, parts found", held_out.recall(), "share", 0.9);
    figures.at_least("compounds, held out, found parts right", held_out.precision(), "share", 0.95);
    figures.at_most(
        "compounds, a word",
        time_of(LONG, |word| compound::parts(word).len()),
        "µs",
        2.0,
    );

    println!("\n# Stems\n");
    println!("pairs                      forms of one word, joined  two words, kept apart");
    for (lang, joined) in [("de", 0.9), ("en", 0.85)] {
        let sets = stem::labels::measure(lang);
        for (name, m) in ["seen while it was made", "held out"].iter().zip(&sets) {
            let joined = format!("{} of {}", m.joined, m.same);
            let parted = format!("{} of {}", m.parted, m.other);
            println!("{lang} {name:24} {joined:>25}  {parted:>21}");
            println!("   wrong: {:?}", m.wrong);
        }
        let share = sets[1].joined as f64 / sets[1].same as f64;
        figures.at_least(&format!("stems {lang}, held out, joined"), share, "share", joined);
    }
    figures.at_most(
        "stems, a German word",
        time_of(LONG, |w| stem::stem(w, "de").len()),
        "µs",
        2.0,
    );
}

/// Long words, a few of which are no compounds.
const LONG: &[&str] = &[
    "gehaltserhöhung",
    "bahnhofsvorsteher",
    "unternehmenskommunikation",
    "verkehrsministerium",
    "verspätungen",
    "wissenschaftlerinnen",
    "windowsabsturz",
    "entscheidung",
    "krankenversicherung",
    "veröffentlichung",
];

/// Microseconds a word, in the quickest round.
fn time_of(words: &[&str], work: impl Fn(&str) -> usize) -> f64 {
    let round = |_| {
        let start = Instant::now();
        std::hint::black_box(words.iter().map(|word| work(word)).sum::<usize>());
        start.elapsed().as_secs_f64() * 1e6 / words.len() as f64
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}

//! Each step that a matched post goes through, and other libraries on the same posts, one after the
//! other in one run on one core; then all steps together on two. Prints one JSON object of figures.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::Read;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use flate2::read::MultiGzDecoder;
use text::copies::Print;
use text::encoder::Encoder;
use text::sentiment::{self, Care};
use text::words::Words;
use text::{language, names};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Posts that are read.
const POSTS: usize = 20_000;
/// Of these, how many the slow ones read.
const FEW: usize = 2_000;

fn main() -> anyhow::Result<()> {
    let data = PathBuf::from(std::env::args().nth(1).context("the folder of data is missing")?);
    let file = data.join("posts.txt.gz");
    let mut all = String::new();
    let packed = std::fs::File::open(&file).with_context(|| file.display().to_string())?;
    MultiGzDecoder::new(packed).read_to_string(&mut all)?;
    let posts: Vec<&str> = all.lines().take(POSTS).collect();
    let few = &posts[..FEW.min(posts.len())];
    // What was read lately is not read again: each measurement of it has posts of its own.
    let mut unread = posts.chunks_exact(FEW);
    let mut fresh = || unread.next().context("there are too few posts");
    let mut told = BTreeMap::new();
    let chars: usize = posts.iter().map(|post| post.chars().count()).sum();
    told.insert("characters a post".to_owned(), chars as f64 / posts.len() as f64);

    let mut tell = |name: &str, micros: f64| {
        eprintln!("{name:40} {micros:10.2} µs a post");
        told.insert(format!("{name}: µs"), micros);
        micros
    };
    tell(
        "words",
        each(&posts, |post| {
            let mut words = Words::for_text(post.len());
            words.push(post);
            words.tokens().len()
        }),
    );
    let ours = tell("language", each(&posts, |post| language::detect(post).is_some()));
    let whatlang =
        tell("language, whatlang", each(&posts, |post| whatlang::detect(post).is_some()));
    let lingua = lingua::LanguageDetectorBuilder::from_all_languages()
        .with_preloaded_language_models()
        .build();
    let lingua =
        tell("language, lingua", each(few, |post| lingua.detect_language_of(*post).is_some()));
    let quick = tell("tone, quick", each(&posts, |post| sentiment::shares(post).is_some()));
    let vader = vader_sentiment::SentimentIntensityAnalyzer::new();
    let vader = tell("tone, VADER", each(few, |post| vader.polarity_scores(post).len()));
    let encoder = Encoder::shared();
    tell("encoder, one at a time", each(fresh()?, |post| encoder.read(&[post]).len()));
    let batched = fresh()?;
    let began = Instant::now();
    batched.chunks(64).for_each(|some| drop(black_box(encoder.read(some))));
    tell("encoder, batched", micros(began, batched.len()));
    tell("tone, close", each(fresh()?, |post| sentiment::read(Care::Close, post, "en").is_some()));
    tell("fingerprint", each(&posts, |post| Print::of(post).words()));
    tell("names", each(&posts, |post| names::names(post, "en").len()));
    told.insert("language: whatlang to ours".into(), whatlang / ours);
    told.insert("language: lingua to ours".into(), lingua / ours);
    told.insert("tone, quick: VADER to ours".into(), vader / quick);
    let speed = two_cores(fresh()?);
    eprintln!("all steps on two cores: {speed:.0} mentions a second");
    told.insert("mentions/s, all steps, two cores".into(), speed);
    println!("{}", serde_json::to_string(&told)?);
    Ok(())
}

/// Microseconds a post; the first ones warm up and do not count.
fn each<T>(posts: &[&str], step: impl Fn(&&str) -> T) -> f64 {
    let (first, posts) = posts.split_at(posts.len() / 10);
    first.iter().for_each(|post| drop(black_box(step(post))));
    let began = Instant::now();
    posts.iter().for_each(|post| drop(black_box(step(post))));
    micros(began, posts.len())
}

fn micros(began: Instant, count: usize) -> f64 {
    began.elapsed().as_secs_f64() * 1e6 / count as f64
}

/// Everything that is said of a matched post.
fn enrich(post: &str) -> usize {
    let lang = language::detect(post).map_or("en", |guess| guess.lang);
    let tone = sentiment::read(Care::Close, post, lang);
    let names = names::names(post, lang);
    Print::of(post).words() + names.len() + usize::from(tone.is_some())
}

fn two_cores(posts: &[&str]) -> f64 {
    let began = Instant::now();
    let half = posts.len() / 2;
    std::thread::scope(|scope| {
        for some in [&posts[..half], &posts[half..]] {
            scope.spawn(move || some.iter().for_each(|post| _ = black_box(enrich(post))));
        }
    });
    posts.len() as f64 / began.elapsed().as_secs_f64()
}

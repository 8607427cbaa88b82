//! Whether a story that began in one language will reach another: forecast after six hours,
//! learning only from stories that had ended by then.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use domain::forecast::reach::{INPUTS, Reach, Told, Voice};
use domain::{DAY, HOUR, Time};

use super::Figures;
use super::measure::auc;

/// A story that has reached no other language for so long has ended in one.
const ENDED: i64 = 2 * DAY;

/// A headline.
pub(super) struct Post {
    /// When it was published.
    pub(super) at: Time,
    /// Its language, ISO 639-3.
    pub(super) language: String,
    /// The true story.
    pub(super) story: String,
    /// What it says.
    pub(super) title: String,
}

/// Which stories a row of the table is about.
type Keep<'a> = &'a dyn Fn(&Said) -> bool;

/// Measures the forecast of languages.
///
/// # Errors
/// Data that are missing or unreadable.
pub(super) fn crossing(folder: &Path, figures: &mut Figures) -> anyhow::Result<()> {
    let posts = posts(folder)?;
    let mut stories: BTreeMap<&str, Vec<Voice<'_>>> = BTreeMap::new();
    for p in &posts {
        let voice = Voice { at: p.at, language: &p.language, title: &p.title };
        stories.entry(&p.story).or_default().push(voice);
    }
    let mut open: Vec<&[Voice<'_>]> = stories.values().map(Vec::as_slice).collect();
    open.sort_by_key(|story| story[0].at);
    let said = progressive(&posts, &open);
    println!("# Language crossing: {} stories, {} titles\n", open.len(), posts.len());
    let area = |keep: &dyn Fn(&Said) -> bool, value: &dyn Fn(&Said) -> f32| {
        let pairs: Vec<_> =
            said.iter().filter(|s| keep(s)).map(|s| (value(s), s.reached)).collect();
        let hits = pairs.iter().filter(|p| p.1).count();
        (auc(&pairs), pairs.len(), hits)
    };
    let one = |s: &Said| s.chance < 1.0;
    let rows: [(&str, Keep<'_>); 4] = [
        ("all stories", &|_| true),
        ("the second half, by time", &|s| s.half),
        ("told in one language after six hours", &one),
        ("of these the second half", &|s| one(s) && s.half),
    ];
    println!("{:38} stories  reach another   AUC  by number of posts", "");
    for (name, keep) in rows {
        let (value, stories, hits) = area(keep, &|s| s.chance);
        let counts = area(keep, &|s| s.posts as f32).0;
        println!("{name:38} {stories:7} {hits:14} {value:.3} {counts:12.3}");
    }
    let all = area(&|_| true, &|s| s.chance).0;
    figures.at_least("language_crossing_auc", all, "AUC", 0.75);
    figures.told("language_crossing_by_counts", area(&|_| true, &|s| s.posts as f32).0, "AUC");
    figures.told("language_crossing_still_one_language", area(&one, &|s| s.chance).0, "AUC");
    Ok(())
}

/// What was said of a story after six hours, and what came.
struct Said {
    chance: f32,
    posts: usize,
    reached: bool,
    half: bool,
}

/// Stories in the order of time; before each forecast the titles until then are heard and the
/// stories that had ended by then learnt.
fn progressive(posts: &[Post], stories: &[&[Voice<'_>]]) -> Vec<Said> {
    let mut reach = Reach::default();
    let mut heard = posts.iter().peekable();
    let mut waiting: Vec<Waiting<'_>> = Vec::new();
    let mut said = Vec::new();
    for (i, story) in stories.iter().enumerate() {
        let now = story[0].at.plus(6 * HOUR);
        while let Some(post) = heard.next_if(|p| p.at <= now) {
            reach.hear(&post.language, &post.title);
        }
        waiting.retain(|w| !w.learn(now, &mut reach));
        let second = story.iter().find(|v| v.language != story[0].language).map(|v| v.at);
        if let Told::InOne(inputs) = reach.inputs(story, now) {
            waiting.push(Waiting { language: story[0].language, since: now, second, inputs });
        }
        said.push(Said {
            chance: reach.chance(story, now),
            posts: story.iter().filter(|v| v.at <= now).count(),
            reached: second.is_some(),
            half: 2 * i >= stories.len(),
        });
    }
    said
}

/// A story whose end is waited for.
struct Waiting<'a> {
    language: &'a str,
    since: Time,
    second: Option<Time>,
    inputs: [f32; INPUTS],
}

impl Waiting<'_> {
    /// Learns the story if its end is known at `now`.
    fn learn(&self, now: Time, reach: &mut Reach) -> bool {
        let reached = self.second.is_some_and(|t| t <= now);
        let known = reached || now.since(self.since) >= ENDED;
        if known {
            reach.learn(self.language, &self.inputs, reached);
        }
        known
    }
}

/// The headlines in the order of time.
///
/// # Errors
/// Data that are missing or unreadable.
pub(super) fn posts(folder: &Path) -> anyhow::Result<Vec<Post>> {
    let text = std::fs::read_to_string(folder.join("stories/olympics2021.tsv"))?;
    let mut posts = text.lines().skip(1).map(post).collect::<anyhow::Result<Vec<Post>>>()?;
    posts.sort_by_key(|p| p.at);
    Ok(posts)
}

fn post(line: &str) -> anyhow::Result<Post> {
    let cells: Vec<&str> = line.splitn(6, '\t').collect();
    let [_, time, language, story, _, title] = cells[..] else {
        anyhow::bail!("a line of {} cells", cells.len());
    };
    let at: jiff::Timestamp =
        format!("{time}Z").parse().with_context(|| format!("the time {time:?}"))?;
    let [language, story, title] = [language, story, title].map(str::to_owned);
    Ok(Post { at: Time(at.as_millisecond()), language, story, title })
}

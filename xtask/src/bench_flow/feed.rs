//! Posts at a steady rate, with a burst.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{Batch, Channel, Engagement, Observation, Platform, Post, Source};
use tokio::sync::mpsc;

/// Posts handed over at once, at most.
const BATCH: u64 = 100;
/// How often it is looked at what is due.
const TICK: Duration = Duration::from_millis(1);

/// What sends posts.
pub struct Feed {
    /// Their texts, in turn.
    pub texts: Arc<Vec<String>>,
    /// Posts a second.
    pub rate: u64,
    /// How long.
    pub seconds: u64,
    /// The seconds of the burst.
    pub burst: Range<u64>,
    /// Where they go.
    pub inlet: mpsc::Sender<Batch>,
}

/// What was sent.
#[derive(Debug, Default)]
pub struct Sent {
    /// Posts.
    pub posts: u64,
    /// The longest time a post was due and could not be handed over.
    pub held: Duration,
}

/// How many posts are due then.
pub fn due(at: Duration, rate: u64, burst: &Range<u64>, seconds: u64) -> u64 {
    let at = at.as_secs_f64().min(seconds as f64);
    let in_burst = at.clamp(burst.start as f64, burst.end as f64) - burst.start as f64;
    ((at + in_burst * (super::TIMES - 1) as f64) * rate as f64) as u64
}

impl Feed {
    /// Sends until all is handed over.
    pub fn run(self) -> Sent {
        let began = Instant::now();
        let mut sent = Sent::default();
        let all = due(Duration::from_secs(self.seconds), self.rate, &self.burst, self.seconds);
        while sent.posts < all {
            let due = due(began.elapsed(), self.rate, &self.burst, self.seconds);
            if due == sent.posts {
                std::thread::sleep(TICK);
                continue;
            }
            let count = (due - sent.posts).min(BATCH);
            let observations = (sent.posts..sent.posts + count)
                .map(|n| Observation::Seen(Box::new(self.post(n))))
                .collect();
            let batch = Batch { observations, ..Batch::default() };
            let waits = Instant::now();
            if self.inlet.blocking_send(batch).is_err() {
                return sent;
            }
            sent.held = sent.held.max(waits.elapsed());
            sent.posts += count;
        }
        sent
    }

    fn post(&self, n: u64) -> Post {
        let now = channels::Clock::wall().now();
        let len = self.texts.len() as u64;
        let text = &self.texts[(n % len) as usize];
        // Later rounds through the texts are other posts: a word of their own makes them differ.
        let body = if n < len { text.clone() } else { format!("{text} zq{n}zq") };
        let key = format!("voice{}", n % 9_973);
        Post {
            platform: Platform::named("bench"),
            native_id: n.to_string(),
            url: format!("https://bench.example/{n}"),
            channel: Channel::Microblog,
            source: Source { handle: key.clone(), key, ..Source::default() },
            author: None,
            title: String::new(),
            lead: String::new(),
            body,
            lang: None,
            published: now,
            received: now,
            links: vec![],
            hashtags: vec![],
            mentions: vec![],
            relation: None,
            engagement: Engagement::default(),
            media: vec![],
        }
    }
}

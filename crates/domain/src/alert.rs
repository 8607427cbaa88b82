//! An alert: a fact somebody must know. A row before it is a message; its identity is
//! deterministic, so finding the same fact twice raises one alert.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::mention::{NewMention, Tone};
use crate::post::{PostId, digest16, parse_hex16};
use crate::time::Time;
use crate::watch::{AlertRules, WatchId};

/// An alert's identity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertId(pub [u8; 16]);

impl AlertId {
    /// The identity of what `reason` says of `watch` and `subject` (a post's id, or the hour of
    /// a rise).
    #[must_use]
    pub fn of(watch: WatchId, reason: AlertReason, subject: &str) -> AlertId {
        AlertId(digest16(&[
            b"alert",
            &watch.0.to_le_bytes(),
            reason.family().as_bytes(),
            subject.as_bytes(),
        ]))
    }

    /// Reads the 32 hexadecimal digits that `Display` writes.
    #[must_use]
    pub fn parse(hex: &str) -> Option<AlertId> {
        parse_hex16(hex).map(AlertId)
    }
}

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AlertId({self})")
    }
}

/// Why an alert was raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertReason {
    /// The watch tells every mention.
    Mention,
    /// The mention is negative.
    Negative,
    /// More mentions than the watch's own past explains.
    Rise,
    /// Fewer mentions than the watch's own past explains: silence, or something is not heard.
    Dip,
    /// A story reached leading media.
    Crossing,
}

impl AlertReason {
    /// Every reason.
    pub const ALL: [AlertReason; 5] = [
        AlertReason::Mention,
        AlertReason::Negative,
        AlertReason::Rise,
        AlertReason::Dip,
        AlertReason::Crossing,
    ];

    /// The name used in the database and in locale keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            AlertReason::Mention => "mention",
            AlertReason::Negative => "negative",
            AlertReason::Rise => "rise",
            AlertReason::Dip => "dip",
            AlertReason::Crossing => "crossing",
        }
    }

    /// The reason of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<AlertReason> {
        AlertReason::ALL.into_iter().find(|r| r.as_str() == name)
    }

    /// One mention raises one alert, whichever rule asked for it.
    const fn family(self) -> &'static str {
        match self {
            AlertReason::Mention | AlertReason::Negative => "mention",
            AlertReason::Rise => "rise",
            AlertReason::Dip => "dip",
            AlertReason::Crossing => "crossing",
        }
    }
}

/// An alert as it is handed to the store.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAlert {
    /// Its identity.
    pub id: AlertId,
    /// The watch that raised it.
    pub watch: WatchId,
    /// Why.
    pub reason: AlertReason,
    /// The post it speaks of; for a rise the newest mention's post, where there is one.
    pub post: Option<PostId>,
    /// For a rise or a dip: mentions seen and mentions expected in the hour.
    pub rise: Option<crate::rise::Rise>,
    /// For a crossing: the story.
    pub story: Option<crate::story::StoryId>,
    /// When it was raised.
    pub raised: Time,
}

/// Probability from which on a negative tone is told as negative. Below it the model itself holds
/// it more likely that the post is not negative, and a false alarm costs trust.
pub const NEGATIVE_FROM: f32 = 0.5;

/// The alert that a fresh mention calls for under its watch's rules, if any.
#[must_use]
pub fn alert_for(rules: AlertRules, mention: &NewMention, post: PostId) -> Option<NewAlert> {
    let negative = mention
        .sentiment
        .is_some_and(|s| s.tone == Tone::Negative && s.confidence >= NEGATIVE_FROM);
    let reason = if rules.negative && negative {
        AlertReason::Negative
    } else if rules.every {
        AlertReason::Mention
    } else {
        return None;
    };
    Some(NewAlert {
        id: AlertId::of(mention.watch, reason, &post.to_string()),
        watch: mention.watch,
        reason,
        post: Some(post),
        rise: None,
        story: None,
        raised: mention.matched,
    })
}

/// A way to reach a person or a system, as set up in Settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// Its number.
    pub id: i64,
    /// The notifier: `email`, `ntfy`, `webhook`. The web page needs no way: it shows all alerts.
    pub notifier: String,
    /// A name people read.
    pub name: String,
    /// The notifier's settings, a JSON object with the fields its form names. May hold secrets:
    /// never logged, never shown again.
    pub settings: String,
    /// Watches whose alerts it carries; empty means all.
    pub watches: Vec<WatchId>,
    /// Language of its messages: `de` or `en`.
    pub lang: String,
    /// Switched off.
    pub paused: bool,
}

/// What became of one delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    /// Waits for its first or next try.
    Waiting,
    /// The other side said it took it.
    Delivered,
    /// Given up after the last try or a lasting "no".
    Failed,
}

impl DeliveryState {
    /// The name used in the database and in locale keys.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            DeliveryState::Waiting => "waiting",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Failed => "failed",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<DeliveryState> {
        [DeliveryState::Waiting, DeliveryState::Delivered, DeliveryState::Failed]
            .into_iter()
            .find(|s| s.as_str() == name)
    }
}

/// How long to wait before try number `tries + 1` after `tries` failures, in milliseconds:
/// 5 s, then twice as long each time, at most an hour. `None` after 12 tries (about 5 hours).
#[must_use]
pub fn retry_after(tries: u32) -> Option<i64> {
    const FIRST: i64 = 5 * crate::time::SECOND;
    if tries >= 12 {
        return None;
    }
    Some((FIRST << tries.saturating_sub(1).min(20)).min(crate::time::HOUR))
}

/// What a notifier sends, in the words of the receiver's language. Plain text only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The alert's id in hexadecimal: receivers drop what they have seen.
    pub alert: String,
    /// Why: `mention`, `negative`, `rise`, `dip`, `crossing`.
    pub reason: AlertReason,
    /// The watch's name.
    pub watch: String,
    /// One line: what happened.
    pub headline: String,
    /// The post's text, shortened to 500 characters; empty for a rise.
    pub excerpt: String,
    /// Who said it; empty for a rise.
    pub who: String,
    /// Where (platform, site); empty for a rise.
    pub place: String,
    /// Why it matched.
    pub why: String,
    /// The tone, where it was judged.
    pub tone: Option<Tone>,
    /// Language of the post.
    pub lang: Option<String>,
    /// When the post was published; for a rise, the start of the hour.
    pub published: Time,
    /// When it was matched.
    pub matched: Time,
    /// When this message was made.
    pub told: Time,
    /// How old the post was then, in words: `12 s`, `4 min`.
    pub age: String,
    /// The post itself; empty where it has no address.
    pub post_url: String,
    /// The page in Horch.
    pub horch_url: String,
    /// For a rise: mentions seen and mentions expected in the hour.
    pub rise: Option<crate::rise::Rise>,
    /// The ladder of its story; made just before sending, for notifiers that show pictures. Never
    /// stored, and no part of the message as JSON.
    #[serde(skip)]
    pub picture: Option<Picture>,
}

/// A picture that goes with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// As PNG, at most 200 kB.
    pub png: Vec<u8>,
    /// Width it is made for, in CSS pixels.
    pub width: u32,
    /// Height it is made for, in CSS pixels.
    pub height: u32,
    /// In words, whole sentences: what it shows, for those who do not see it.
    pub alt: String,
    /// The page it belongs to.
    pub link: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mention::Sentiment;

    fn mention(tone: Tone) -> NewMention {
        NewMention {
            watch: WatchId(7),
            watch_version: 1,
            spans: vec![],
            why: String::new(),
            sentiment: Some(Sentiment { tone, confidence: 0.9 }),
            kinds: crate::Kinds::NONE,
            quick: false,
            matched: Time(5),
        }
    }

    #[test]
    fn one_mention_raises_at_most_one_alert() {
        let post = PostId([1; 16]);
        let both = AlertRules { every: true, negative: true, rise: false, crossing: false };
        let every = AlertRules { every: true, negative: false, rise: false, crossing: false };
        let negative = alert_for(both, &mention(Tone::Negative), post).expect("negative");
        let plain = alert_for(every, &mention(Tone::Negative), post).expect("every");
        assert_eq!(negative.reason, AlertReason::Negative);
        assert_eq!(plain.reason, AlertReason::Mention);
        assert_eq!(negative.id, plain.id, "a changed rule must not tell the same mention again");
    }

    #[test]
    fn quiet_rules_stay_quiet() {
        let rules = AlertRules { every: false, negative: true, rise: true, crossing: true };
        let post = PostId([1; 16]);
        assert_eq!(alert_for(rules, &mention(Tone::Neutral), post), None);
        let mut unsure = mention(Tone::Negative);
        unsure.sentiment = Some(Sentiment { tone: Tone::Negative, confidence: 0.47 });
        assert_eq!(alert_for(rules, &unsure, post), None);
        let mut unknown = mention(Tone::Negative);
        unknown.sentiment = None;
        assert_eq!(alert_for(rules, &unknown, post), None);
    }

    #[test]
    fn retries_back_off_and_end() {
        assert_eq!(retry_after(1), Some(5_000));
        assert_eq!(retry_after(2), Some(10_000));
        assert_eq!(retry_after(11), Some(3_600_000));
        assert_eq!(retry_after(12), None);
    }
}

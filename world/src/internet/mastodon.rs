//! The fake Mastodon servers: public and tag timelines, single statuses, streaming.

use std::collections::VecDeque;

use domain::Time;
use serde_json::{Value, json};

use super::answer::{Content, rfc3339};
use super::feeds::escape;
use super::state::State;
use crate::post::{FakePost, Published, hashtag};

/// As many statuses and events are kept.
const HISTORY: usize = 50_000;

#[derive(Default)]
pub(crate) struct Server {
    /// Id and place in the truth, by growing id.
    statuses: VecDeque<(u64, usize)>,
    last_id: u64,
    events: VecDeque<Event>,
    events_dropped: usize,
}

/// Something streaming tells.
#[derive(Clone, Copy)]
pub(crate) struct Event {
    pub(crate) name: &'static str,
    pub(crate) index: usize,
}

/// What a timeline is asked for.
#[derive(Default)]
pub(crate) struct Question {
    pub(crate) tag: Option<String>,
    pub(crate) min_id: Option<u64>,
    pub(crate) since_id: Option<u64>,
    pub(crate) max_id: Option<u64>,
    pub(crate) limit: Option<usize>,
}

impl Server {
    pub(crate) fn address(
        &mut self,
        host: &str,
        post: &FakePost,
        index: usize,
        now: Time,
    ) -> (String, String) {
        let millis = u64::try_from(now.0).unwrap_or(0);
        self.last_id = (self.last_id + 1).max(millis << 16);
        if self.statuses.len() >= HISTORY {
            self.statuses.pop_front();
        }
        self.statuses.push_back((self.last_id, index));
        let name = &post.voice.handle;
        (
            format!("https://{host}/users/{name}/statuses/{}", self.last_id),
            format!("https://{host}/@{name}/{}", self.last_id),
        )
    }

    pub(crate) fn tell(&mut self, name: &'static str, index: usize) {
        if self.events.len() >= HISTORY {
            self.events.pop_front();
            self.events_dropped += 1;
        }
        self.events.push_back(Event { name, index });
    }

    pub(crate) fn forget_past(&mut self) {
        self.statuses.clear();
    }

    /// The number of the next event.
    pub(crate) fn next_event(&self) -> usize {
        self.events_dropped + self.events.len()
    }

    /// Events from number `from` on, at most `limit`.
    pub(crate) fn events_since(&self, from: usize, limit: usize) -> Vec<Event> {
        let start = from.saturating_sub(self.events_dropped);
        self.events.iter().skip(start).take(limit).copied().collect()
    }

    /// Statuses that stand and fit, newest first, as Mastodon pages them: `min_id` takes those
    /// right after it, `since_id` and `max_id` the newest.
    fn page<'a>(&self, state: &'a State, question: &Question) -> Vec<(u64, &'a Published)> {
        let fits = |id: u64| {
            question.min_id.is_none_or(|min| id > min)
                && question.since_id.is_none_or(|since| id > since)
                && question.max_id.is_none_or(|max| id < max)
        };
        let tagged = |item: &Published| {
            let tag = question.tag.as_deref();
            tag.is_none_or(|tag| {
                item.post.hashtags().iter().any(|t| t.to_lowercase() == tag.to_lowercase())
            })
        };
        let found = self.statuses.iter().filter(|(id, _)| fits(*id)).filter_map(|(id, index)| {
            let item = state.get(*index).filter(|item| item.stands() && tagged(item))?;
            Some((*id, item))
        });
        let limit = question.limit.unwrap_or(20).clamp(1, 40);
        if question.min_id.is_some() {
            let mut page: Vec<_> = found.take(limit).collect();
            page.reverse();
            page
        } else {
            found.rev().take(limit).collect()
        }
    }
}

/// A page of a timeline, and its `Link` header.
pub(crate) fn timeline(
    state: &State,
    host: &str,
    path: &str,
    question: &Question,
    content: &Content,
) -> Option<(Value, Option<String>)> {
    let page = state.mastodon.get(host)?.page(state, question);
    let mut statuses: Vec<Value> =
        page.iter().map(|(id, item)| status(host, *id, item, content)).collect();
    if content.doubles {
        statuses = statuses.iter().flat_map(|s| [s.clone(), s.clone()]).collect();
    }
    let link = page.first().zip(page.last()).map(|((newest, _), (oldest, _))| {
        format!(
            "<http://{host}{path}?max_id={oldest}>; rel=\"next\", \
             <http://{host}{path}?min_id={newest}>; rel=\"prev\""
        )
    });
    Some((Value::Array(statuses), link))
}

/// One status by its id; `None` where it is gone.
pub(crate) fn one(state: &State, host: &str, id: &str, content: &Content) -> Option<Value> {
    let id: u64 = id.parse().ok()?;
    let (_, index) = state.mastodon.get(host)?.statuses.iter().find(|(own, _)| *own == id)?;
    state.get(*index).filter(|item| item.stands()).map(|item| status(host, id, item, content))
}

/// What streaming sends for an event.
pub(crate) fn message(state: &State, host: &str, event: Event, content: &Content) -> Option<Value> {
    let item = state.get(event.index)?;
    let id: u64 = item.native_id.rsplit('/').next()?.parse().ok()?;
    let payload = match event.name {
        "delete" => id.to_string(),
        _ if !item.stands() => return None,
        _ => status(host, id, item, content).to_string(),
    };
    Some(json!({"stream": ["public"], "event": event.name, "payload": payload}))
}

fn status(host: &str, id: u64, item: &Published, content: &Content) -> Value {
    let post = &item.post;
    let tags: Vec<Value> = post
        .hashtags()
        .iter()
        .map(|tag| json!({"name": tag, "url": format!("https://{host}/tags/{tag}")}))
        .collect();
    let parent = post.reply_to.as_deref().and_then(|uri| uri.rsplit('/').next());
    json!({
        "id": id.to_string(),
        "created_at": rfc3339(item.published.plus(content.skew)),
        "edited_at": item.edited.map(rfc3339),
        "in_reply_to_id": parent,
        "in_reply_to_account_id": null,
        "sensitive": false,
        "spoiler_text": "",
        "visibility": "public",
        "language": post.lang,
        "uri": item.native_id,
        "url": item.url,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "content": html(host, &post.text),
        "reblog": null,
        "account": account(host, item),
        "media_attachments": [],
        "mentions": [],
        "tags": tags,
        "emojis": [],
        "card": null,
        "poll": null,
    })
}

fn account(host: &str, item: &Published) -> Value {
    let voice = &item.post.voice;
    json!({
        "id": voice.handle.bytes().fold(7_u64, |n, b| (n * 31 + u64::from(b)) % 1_000_003).to_string(),
        "username": voice.handle,
        "acct": voice.handle,
        "display_name": voice.name,
        "locked": false,
        "bot": voice.bot,
        "discoverable": true,
        "group": false,
        "created_at": "2023-03-01T00:00:00.000Z",
        "note": "",
        "url": format!("https://{host}/@{}", voice.handle),
        "uri": format!("https://{host}/users/{}", voice.handle),
        "avatar": "",
        "followers_count": voice.followers,
        "following_count": 120,
        "statuses_count": 340,
        "last_status_at": null,
        "emojis": [],
        "fields": [],
    })
}

/// The text as Mastodon's HTML, tags and addresses linked.
fn html(host: &str, text: &str) -> String {
    let line = |line: &str| line.split(' ').map(|word| linked(host, word)).collect::<Vec<_>>();
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let lines: Vec<String> = paragraph.split('\n').map(|l| line(l).join(" ")).collect();
        format!("<p>{}</p>", lines.join("<br />"))
    });
    paragraphs.collect()
}

fn linked(host: &str, word: &str) -> String {
    if let Some(tag) = hashtag(word) {
        let rest = &word[tag.len() + 1..];
        return format!(
            "<a href=\"https://{host}/tags/{tag}\" class=\"mention hashtag\" rel=\"tag\">\
             #<span>{tag}</span></a>{}",
            escape(rest)
        );
    }
    if word.starts_with("https://") || word.starts_with("http://") {
        let shown = escape(word);
        return format!("<a href=\"{shown}\" rel=\"nofollow noopener\">{shown}</a>");
    }
    escape(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_addresses_are_linked() {
        let html = html("h.example", "Kalt! #Ofen.\nSiehe https://a.example/x & <b>");
        assert!(html.contains("#<span>Ofen</span></a>.<br />Siehe"), "{html}");
        assert!(html.contains("href=\"https://a.example/x\""), "{html}");
        assert!(html.contains("&amp; &lt;b&gt;"), "{html}");
    }
}

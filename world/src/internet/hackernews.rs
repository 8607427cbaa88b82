//! The fake Hacker News: `maxitem`, `item/N`, `updates`, `user/NAME`.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::answer::Content;
use super::feeds::escape;
use super::state::State;
use crate::post::{Place, Published};

const UPDATES_SHOWN: usize = 60;

#[derive(Default)]
pub(crate) struct HackerNews {
    items: BTreeMap<u64, usize>,
    kids: BTreeMap<u64, Vec<u64>>,
    max: u64,
    updates: VecDeque<u64>,
}

impl HackerNews {
    pub(crate) fn address(&mut self, index: usize) -> (String, String) {
        self.max += 1;
        self.items.insert(self.max, index);
        let id = self.max.to_string();
        let url = format!("https://news.ycombinator.com/item?id={id}");
        (id, url)
    }

    /// Something happened to an item: it, and the one it answers, are among the updates.
    pub(crate) fn changed(&mut self, index: usize, item: &Published) {
        let Ok(id) = item.native_id.parse::<u64>() else { return };
        let parent = item.post.reply_to.as_deref().and_then(|p| p.parse::<u64>().ok());
        if let Some(parent) = parent {
            let kids = self.kids.entry(parent).or_default();
            if !kids.contains(&id) {
                kids.push(id);
            }
        }
        self.items.insert(id, index);
        for id in parent.into_iter().chain([id]) {
            self.updates.retain(|known| *known != id);
            self.updates.push_front(id);
        }
        self.updates.truncate(UPDATES_SHOWN);
    }

    pub(crate) const fn max(&self) -> u64 {
        self.max
    }

    pub(crate) fn updates(&self, content: &Content) -> Value {
        let mut items: Vec<u64> = self.updates.iter().copied().collect();
        if content.doubles {
            items.extend(items.clone());
        }
        json!({"items": items, "profiles": []})
    }
}

/// One item; `null` where there is none.
pub(crate) fn item(state: &State, id: u64, content: &Content) -> Value {
    let Some(index) = state.hackernews.items.get(&id) else { return Value::Null };
    let Some(item) = state.get(*index) else { return Value::Null };
    let time = item.published.plus(content.skew).0.div_euclid(1_000);
    let kind = if item.post.reply_to.is_some() { "comment" } else { "story" };
    let mut value = json!({"id": id, "type": kind, "time": time});
    let parent = item.post.reply_to.as_deref().and_then(|p| p.parse::<u64>().ok());
    if let Some(parent) = parent {
        value["parent"] = json!(parent);
    }
    if let Some(kids) = state.hackernews.kids.get(&id) {
        value["kids"] = json!(kids);
    }
    if !item.stands() {
        value["deleted"] = json!(true);
        return value;
    }
    value["by"] = json!(item.post.voice.handle);
    if !item.post.text.is_empty() {
        value["text"] = json!(escape(&item.post.text).replace("\n\n", "<p>"));
    }
    if kind == "story" {
        value["title"] = json!(item.post.title);
        value["score"] = json!(1 + state.hackernews.kids.get(&id).map_or(0, Vec::len));
        value["descendants"] = json!(descendants(state, id));
        if let Some(link) = item.post.links.first() {
            value["url"] = json!(link);
        }
    }
    value
}

fn descendants(state: &State, id: u64) -> usize {
    let kids = state.hackernews.kids.get(&id).map_or(&[][..], Vec::as_slice);
    // A kid's number is always above its parent's, so this ends.
    kids.iter().filter(|kid| **kid > id).map(|kid| 1 + descendants(state, *kid)).sum()
}

/// A person's page.
pub(crate) fn user(state: &State, name: &str) -> Value {
    let his = |item: &&Published| {
        item.place == Place::HackerNews && item.post.voice.handle == name && item.stands()
    };
    let submitted: Vec<&str> =
        state.published().iter().filter(his).map(|item| item.native_id.as_str()).collect();
    if submitted.is_empty() {
        return Value::Null;
    }
    json!({"id": name, "created": 1_400_000_000, "karma": 100, "submitted": submitted})
}

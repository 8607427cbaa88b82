//! Who refers to what by name: `query:"…"`, `watch:"…"` and `list:"…"` are looked up when a watch
//! is read, and when what they stand for changes, the watches that refer to it are read again.

use std::collections::{BTreeSet, HashMap};

use domain::WatchId;
use query::{Node, Query, QueryError, SavedKind, references};
use store::{Store, WatchChanges};

/// Names looked up for one query at most; more are as good as unknown.
const NAMES: usize = 500;

/// A kind and a name in lower case.
type Name = (SavedKind, String);

fn name_of(kind: SavedKind, name: &str) -> Name {
    (kind, name.trim().to_lowercase())
}

/// What a name stood for when it was looked up.
#[derive(Clone, Debug)]
struct Found {
    node: Node,
    revision: i64,
    watch: Option<WatchId>,
}

/// Names looked up for many queries in one go.
#[derive(Default)]
pub struct Lookup(HashMap<Name, Option<Found>>);

/// Who refers to what.
#[derive(Debug, Default)]
pub struct Names {
    /// By name: who refers to it, directly or through others.
    users: HashMap<Name, Users>,
    /// By watch: the names it refers to, directly or through others.
    uses: HashMap<WatchId, Vec<Name>>,
    /// Names of watches that are referred to.
    watch_names: HashMap<WatchId, Name>,
}

#[derive(Debug, Default)]
struct Users {
    watches: BTreeSet<WatchId>,
    /// As last looked up; `None` where nothing had the name.
    revision: Option<i64>,
}

/// A query, everything in it looked up.
pub struct Resolved {
    /// The query.
    pub query: Query,
    /// The latest change of anything it refers to; 0 without such.
    pub revision: i64,
}

impl Names {
    /// Looks up what a watch's query refers to, and remembers it.
    ///
    /// # Errors
    /// The store does not answer; inside, an unknown name or a circle, at its place.
    pub async fn resolve(
        &mut self,
        store: &Store,
        watch: WatchId,
        query: Query,
        lookup: &mut Lookup,
    ) -> store::Result<Result<Resolved, QueryError>> {
        self.forget(watch);
        let mut wanted: Vec<Name> = names_in(&query.ast).collect();
        if wanted.is_empty() {
            return Ok(Ok(Resolved { query, revision: 0 }));
        }
        let mut revision = 0;
        let mut used: Vec<Name> = Vec::new();
        while let Some(name) = wanted.pop() {
            if used.contains(&name) || used.len() >= NAMES {
                continue;
            }
            if !lookup.0.contains_key(&name) {
                let found = look_up(store, &name).await?;
                lookup.0.insert(name.clone(), found);
            }
            let found = lookup.0.get(&name).and_then(Option::as_ref);
            if let Some(found) = found {
                wanted.extend(names_in(&found.node));
                revision = revision.max(found.revision);
            }
            self.note(watch, &name, found);
            used.push(name);
        }
        self.uses.insert(watch, used);
        let mut find = |kind, name: &str| {
            let found = lookup.0.get(&name_of(kind, name))?.as_ref()?;
            Some(found.node.clone())
        };
        Ok(query::resolve(&query, &mut find).map(|query| Resolved { query, revision }))
    }

    fn note(&mut self, watch: WatchId, name: &Name, found: Option<&Found>) {
        let users = self.users.entry(name.clone()).or_default();
        users.watches.insert(watch);
        users.revision = found.map(|found| found.revision);
        if let Some(id) = found.and_then(|found| found.watch) {
            self.watch_names.insert(id, name.clone());
        }
    }

    /// Forgets what a watch refers to.
    pub fn forget(&mut self, watch: WatchId) {
        for name in self.uses.remove(&watch).unwrap_or_default() {
            if let Some(users) = self.users.get_mut(&name) {
                users.watches.remove(&watch);
                if users.watches.is_empty() {
                    self.users.remove(&name);
                    self.watch_names.retain(|_, known| *known != name);
                }
            }
        }
    }

    /// Whether a watch refers to anything.
    #[must_use]
    pub fn refers(&self, watch: WatchId) -> bool {
        self.uses.contains_key(&watch)
    }

    /// The watches that refer to something that changed, came or went.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn stale(
        &self,
        store: &Store,
        changes: &WatchChanges,
    ) -> store::Result<BTreeSet<WatchId>> {
        let mut stale = BTreeSet::new();
        if self.users.is_empty() {
            return Ok(stale);
        }
        let (queries, lists) =
            (store.saved_query_revisions().await?, store.list_revisions().await?);
        for ((kind, name), users) in &self.users {
            let now = match kind {
                SavedKind::Query => queries.get(name),
                SavedKind::List => lists.get(name),
                SavedKind::Watch => continue,
            };
            if now.copied() != users.revision {
                stale.extend(&users.watches);
            }
        }
        let mut touched = |name: &Name| {
            if let Some(users) = self.users.get(name) {
                stale.extend(&users.watches);
            }
        };
        for kept in &changes.changed {
            touched(&name_of(SavedKind::Watch, &kept.watch.name));
            self.watch_names.get(&kept.watch.id).into_iter().for_each(&mut touched);
        }
        changes.gone.iter().filter_map(|gone| self.watch_names.get(gone)).for_each(touched);
        Ok(stale)
    }
}

/// What is referred to and not looked up yet.
fn names_in(node: &Node) -> impl Iterator<Item = Name> {
    references(node).into_iter().map(|(kind, name)| name_of(kind, name))
}

async fn look_up(store: &Store, (kind, name): &Name) -> store::Result<Option<Found>> {
    let (text, revision, watch) = match kind {
        SavedKind::List => {
            let Some(list) = store.list(name).await? else { return Ok(None) };
            let revision = list.revision;
            return Ok(query::any_source(&list.entries).map(|node| Found {
                node,
                revision,
                watch: None,
            }));
        }
        SavedKind::Query => match store.saved_query(name).await? {
            Some(saved) => (saved.query, saved.revision, None),
            None => return Ok(None),
        },
        SavedKind::Watch => {
            let Some(watch) = store.watch_named(name).await? else { return Ok(None) };
            let kept = store.kept_watches(&[watch.id]).await?.pop();
            let revision = kept.map_or(0, |kept| kept.revision);
            (watch.query, revision, Some(watch.id))
        }
    };
    let node = query::parse(&text).ok().map(|query| query.ast);
    Ok(node.map(|node| Found { node, revision, watch }))
}

//! Asking with a query as people write it: what it refers to by name (`query:`, `watch:`,
//! `list:`) is looked up in the store, and one matcher answers for any number of posts.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use domain::{Post, PostId, WatchId};
use query::{
    Document, Hit, Matcher, Node, Query, QueryError, SavedKind, Scratch, Snapshot, references,
};
use store::{Archive, Ask, Decide, Store};

/// Names looked up for one query at most; more are as good as unknown.
const NAMES: usize = 500;
const ONE: WatchId = WatchId(1);

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// A query that is ready to be asked.
#[derive(Clone)]
pub struct Asked {
    /// The query, everything in it looked up.
    pub query: Query,
    matcher: Snapshot,
}

impl Asked {
    /// A query whose names are looked up already.
    #[must_use]
    pub fn of(query: Query) -> Asked {
        let mut matcher = Matcher::new();
        matcher.insert(ONE, &query);
        Asked { query, matcher: matcher.snapshot() }
    }

    /// A tree whose names are looked up already.
    #[must_use]
    pub fn of_node(ast: Node) -> Asked {
        Asked::of(query_of(ast))
    }

    /// Reads a text and looks up what it refers to.
    ///
    /// # Errors
    /// The store does not answer; inside, why the text cannot be read.
    pub async fn read(store: &Store, text: &str) -> store::Result<Result<Asked, QueryError>> {
        let query = match query::parse(text) {
            Ok(query) => query,
            Err(error) => return Ok(Err(error)),
        };
        Ok(resolve(store, query).await?.map(Asked::of))
    }

    /// Where and why a post matches, if it does.
    #[must_use]
    pub fn hit(&self, post: &Post) -> Option<Hit> {
        let found =
            SCRATCH.with_borrow_mut(|scratch| self.matcher.matches(&Document::of(post), scratch));
        found.into_iter().next().map(|found| found.hit)
    }

    /// The decision that the archive asks for: the same matcher that runs live.
    #[must_use]
    pub fn decide(&self) -> Decide {
        let matcher = self.matcher.clone();
        Arc::new(move |post: &Post| {
            SCRATCH.with_borrow_mut(|scratch| {
                !matcher.watches(&Document::of(post), scratch).is_empty()
            })
        })
    }
}

/// A query around a tree.
#[must_use]
pub fn query_of(ast: Node) -> Query {
    Query { ast, warnings: Vec::new(), comments: Vec::new(), references: Vec::new() }
}

/// Looks up everything that a query refers to by name.
///
/// # Errors
/// The store does not answer; inside, an unknown name or a circle, at its place.
pub async fn resolve(store: &Store, query: Query) -> store::Result<Result<Query, QueryError>> {
    resolve_with(store, query, HashMap::new()).await
}

/// Reads a query as it would be under this name: a circle through the name is an error.
///
/// # Errors
/// The store does not answer; inside, why the text cannot be read.
pub async fn read_as(
    store: &Store,
    text: &str,
    kind: SavedKind,
    name: &str,
) -> store::Result<Result<Query, QueryError>> {
    let query = match query::parse(text) {
        Ok(query) => query,
        Err(error) => return Ok(Err(error)),
    };
    let known = HashMap::from([((kind, folded(name)), query.ast.clone())]);
    resolve_with(store, query, known).await
}

/// Whether a query's text refers to something by this name.
#[must_use]
pub fn refers(text: &str, kind: SavedKind, name: &str) -> bool {
    let Ok(query) = query::parse(text) else { return false };
    references(&query.ast).into_iter().any(|(k, n)| k == kind && same_name(n, name))
}

/// Whether two names mean the same: case aside.
#[must_use]
pub fn same_name(a: &str, b: &str) -> bool {
    folded(a) == folded(b)
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

async fn resolve_with(
    store: &Store,
    query: Query,
    mut known: HashMap<(SavedKind, String), Node>,
) -> store::Result<Result<Query, QueryError>> {
    let keys = |node: &Node| -> Vec<(SavedKind, String)> {
        references(node).into_iter().map(|(kind, name)| (kind, folded(name))).collect()
    };
    let mut wanted = keys(&query.ast);
    while let Some(key) = wanted.pop() {
        if known.contains_key(&key) || known.len() >= NAMES {
            continue;
        }
        if let Some(node) = look_up(store, key.0, &key.1).await? {
            wanted.extend(keys(&node));
            known.insert(key, node);
        }
    }
    let mut find = |kind: SavedKind, name: &str| known.get(&(kind, folded(name))).cloned();
    Ok(query::resolve(&query, &mut find))
}

/// The post with this id or at this address, if it is kept.
///
/// # Errors
/// Store or archive do not answer.
pub async fn post_named(
    store: &Store,
    archive: &Archive,
    named: &str,
) -> store::Result<Option<Post>> {
    if let Some(id) = PostId::parse(named.trim()) {
        return store.post(id).await;
    }
    let Some(address) = crate::show::link(named.trim()) else { return Ok(None) };
    let wanted = format!("url:\"{}\"", address.replace('"', " "));
    let Ok(query) = query::parse(&wanted) else { return Ok(None) };
    let ask = Ask { limit: 1, ..Ask::default() };
    let same = move |post: &Post| crate::show::link(&post.url).as_ref() == Some(&address);
    let found = archive.search(&query.ast, ask, Arc::new(same)).await?;
    Ok(found.posts.into_iter().next())
}

async fn look_up(store: &Store, kind: SavedKind, name: &str) -> store::Result<Option<Node>> {
    let text = match kind {
        SavedKind::Query => store.saved_query(name).await?.map(|saved| saved.query),
        SavedKind::Watch => store.watch_named(name).await?.map(|watch| watch.query),
        SavedKind::List => {
            return Ok(store.list(name).await?.and_then(|list| query::any_source(&list.entries)));
        }
    };
    Ok(text.and_then(|text| query::parse(&text).ok()).map(|query| query.ast))
}

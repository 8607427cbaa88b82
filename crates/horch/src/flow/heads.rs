//! What the house has learnt, ready to judge with.

use std::collections::HashMap;
use std::sync::Arc;

use domain::{Kind, WatchId};
use store::{Store, Subject};
use text::head::Head;

/// The heads in use: the house's, and those of watches that learnt for themselves.
#[derive(Clone, Debug, Default)]
pub struct Heads {
    each: HashMap<Subject, (i64, Arc<Head>)>,
}

impl Heads {
    /// The head that judges the tone of a watch's mentions; `None`: the shipped model does.
    #[must_use]
    pub fn of(&self, watch: WatchId) -> Option<&Arc<Head>> {
        self.about(watch, None)
    }

    /// The head that says whether a watch's mentions are of a kind; `None`: cues and tone do.
    #[must_use]
    pub fn of_kind(&self, watch: WatchId, kind: Kind) -> Option<&Arc<Head>> {
        self.about(watch, Some(kind))
    }

    fn about(&self, watch: WatchId, kind: Option<Kind>) -> Option<&Arc<Head>> {
        let own = self.each.get(&Subject { watch: Some(watch), kind });
        own.or_else(|| self.each.get(&Subject { watch: None, kind })).map(|(_, head)| head)
    }

    /// The heads that are to be used now; those that stay are not read again. A version that cannot
    /// be read is not used, and the log says so.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn refreshed(&self, store: &Store) -> store::Result<Heads> {
        let rows = store.heads().await?;
        if rows.is_empty() {
            return Ok(Heads::default());
        }
        let choices = store.head_choices().await?;
        let mut heads = Heads::default();
        for (subject, id) in web::learning::in_use(&rows, &choices) {
            if let Some((known, head)) = self.each.get(&subject)
                && *known == id
            {
                heads.each.insert(subject, (id, Arc::clone(head)));
                continue;
            }
            let Some(bytes) = store.head_bytes(id).await? else { continue };
            match Head::from_bytes(&bytes) {
                Ok(head) => {
                    heads.each.insert(subject, (id, Arc::new(head)));
                }
                Err(error) => tracing::error!(id, ?error, "what was learnt cannot be read"),
            }
        }
        Ok(heads)
    }
}

//! What the house has learnt, ready to judge with.

use std::collections::HashMap;
use std::sync::Arc;

use domain::WatchId;
use store::Store;
use text::head::Head;

/// The heads in use: the house's, and those of watches that learnt for themselves.
#[derive(Clone, Debug, Default)]
pub struct Heads {
    each: HashMap<Option<WatchId>, (i64, Arc<Head>)>,
}

impl Heads {
    /// The head that judges a watch's mentions; `None`: the shipped model does.
    #[must_use]
    pub fn of(&self, watch: WatchId) -> Option<&Arc<Head>> {
        self.each.get(&Some(watch)).or_else(|| self.each.get(&None)).map(|(_, head)| head)
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
        for (watch, id) in web::learning::in_use(&rows, &choices) {
            if let Some((known, head)) = self.each.get(&watch)
                && *known == id
            {
                heads.each.insert(watch, (id, Arc::clone(head)));
                continue;
            }
            let Some(bytes) = store.head_bytes(id).await? else { continue };
            match Head::from_bytes(&bytes) {
                Ok(head) => {
                    heads.each.insert(watch, (id, Arc::new(head)));
                }
                Err(error) => tracing::error!(id, ?error, "what was learnt cannot be read"),
            }
        }
        Ok(heads)
    }
}

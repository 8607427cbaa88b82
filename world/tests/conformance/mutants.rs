//! Connectors that break the contract, made from good ones: the conformance test must notice.

use std::collections::HashMap;

use async_trait::async_trait;
use channels::{Connector, ConnectorError, Context, Http};
use domain::{Batch, DAY, Health, Observation};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutation {
    /// The cursor moves before the posts are handed over.
    CursorFirst,
    /// Deletions are kept to itself.
    DropsDeletes,
    /// After any error it starts again at once.
    IgnoresRetryAfter,
    /// It goes on when asked to stop.
    NeverStops,
    /// A platform's clock is taken at its word.
    BelievesClocks,
}

pub struct Mutant {
    good: Box<dyn Connector>,
    mutation: Mutation,
}

impl Mutant {
    pub fn new(good: Box<dyn Connector>, mutation: Mutation) -> Mutant {
        Mutant { good, mutation }
    }

    /// Hands a batch over, the mutant's way; `false` when the flow has ended.
    async fn hand_over(&self, context: &Context, mut batch: Batch) -> bool {
        match self.mutation {
            Mutation::CursorFirst if !batch.observations.is_empty() => {
                let cursors = std::mem::take(&mut batch.cursors);
                let first = Batch { cursors, ..Batch::default() };
                return context.send(first).await && context.send(batch).await;
            }
            Mutation::DropsDeletes => batch.observations.retain(|observation| {
                !matches!(
                    observation,
                    Observation::Deleted { .. } | Observation::SourceDeleted { .. }
                )
            }),
            Mutation::BelievesClocks => {
                for observation in &mut batch.observations {
                    if let Observation::Seen(post) = observation {
                        post.published = post.received.plus(DAY);
                    }
                }
            }
            _ => {}
        }
        context.send(batch).await
    }
}

#[async_trait]
impl Connector for Mutant {
    async fn run(&self, context: Context) -> Result<(), ConnectorError> {
        let mut cursors: HashMap<String, String> = (*context.cursors).clone();
        loop {
            let (outlet, mut batches) = mpsc::channel::<Batch>(1);
            let (health, mut words) = mpsc::channel::<Health>(64);
            let stop = CancellationToken::new();
            let inner = Context::new(
                context.http.clone(),
                context.clock,
                context.interests.clone(),
                cursors.clone(),
                context.last_run,
                outlet,
                health,
                stop.clone(),
            );
            let mut good = self.good.run(inner);
            let again = loop {
                tokio::select! {
                    result = &mut good => return result,
                    Some(batch) = batches.recv() => {
                        let moved = batch.cursors.iter().cloned();
                        cursors.extend(moved.map(|c| (c.stream, c.value)));
                        if !self.hand_over(&context, batch).await
                            && self.mutation != Mutation::NeverStops
                        {
                            return Ok(());
                        }
                    }
                    Some(health) = words.recv() => {
                        let failed = health.errors > 0;
                        context.health(health);
                        if failed && self.mutation == Mutation::IgnoresRetryAfter {
                            break true;
                        }
                    }
                    () = context.stopped(), if !stop.is_cancelled()
                        && self.mutation != Mutation::NeverStops => stop.cancel(),
                }
            };
            drop(good);
            if again {
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
        }
    }

    async fn probe(&self, http: &Http) -> Result<String, ConnectorError> {
        self.good.probe(http).await
    }
}

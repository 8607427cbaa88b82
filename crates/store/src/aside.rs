//! Work away from the runtime, and work that stands behind.

use crate::{Result, StoreError};

/// Runs what waits for the disk away from the runtime.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| StoreError::Unusable(format!("archive: {e}")))?
}

/// Runs work on a thread of this name that stands behind everybody who is in a hurry: where
/// processors are short, posts are matched and stored first.
///
/// # Errors
/// [`StoreError::Unusable`]: the thread did not start, or the work panicked.
pub async fn behind<T: Send + 'static>(
    name: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let failed = |e: &dyn std::fmt::Display| StoreError::Unusable(format!("{name}: {e}"));
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            step_back();
            // Nobody waits any more only where the process ends.
            let _ = tell.send(work());
        })
        .map_err(|e| failed(&e))?;
    told.await.map_err(|e| failed(&e))
}

/// Gives this thread, and those it starts, a lower priority. On Linux priorities are the threads'
/// own; elsewhere the whole process would be slowed, so nothing is done.
fn step_back() {
    #[cfg(target_os = "linux")]
    {
        const NICE: i32 = 10;
        if let Err(error) =
            rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICE)
        {
            tracing::debug!(%error, "a thread keeps its priority");
        }
    }
}

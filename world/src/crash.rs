//! Kills a child process the hard way (SIGKILL), at a random or a named moment. The product knows
//! nothing of it: moments are recognised from outside, by what the data folder looks like.

use std::io;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::process::Child;
use tokio::time::Instant;

use crate::random::Random;

/// A moment that can be recognised from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// The database file has just appeared.
    Opening,
    /// The first write lies in the write-ahead log.
    FirstWrite,
    /// The write-ahead log is longer than 256 KiB: in the middle of steady work.
    SteadyWork,
    /// The write-ahead log has just become shorter or was started anew: around a checkpoint.
    Checkpoint,
}

/// Every named moment.
pub const POINTS: [(&str, Point); 4] = [
    ("opening", Point::Opening),
    ("first write", Point::FirstWrite),
    ("steady work", Point::SteadyWork),
    ("checkpoint", Point::Checkpoint),
];

/// When to kill.
#[derive(Clone, Copy, Debug)]
pub enum Moment<'a> {
    /// So long after now.
    After(Duration),
    /// When the data folder shows this point, but no later than `limit`.
    At {
        /// The point.
        point: Point,
        /// The folder that holds `horch.db`.
        data: &'a Path,
        /// The longest wait.
        limit: Duration,
    },
}

/// What became of the child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was killed at the moment.
    Killed,
    /// It was killed because the point did not come within the limit.
    TooLate,
    /// It had ended by itself before.
    Ended(ExitStatus),
}

/// Waits for the moment, kills the child and waits until it is gone.
///
/// # Errors
/// The child cannot be killed or waited for.
pub async fn kill_at(child: &mut Child, moment: Moment<'_>) -> io::Result<End> {
    let reached = async {
        match moment {
            Moment::After(time) => {
                tokio::time::sleep(time).await;
                true
            }
            Moment::At { point, data, limit } => shows(point, data, limit).await,
        }
    };
    let reached = tokio::select! {
        biased;
        status = child.wait() => return status.map(End::Ended),
        reached = reached => reached,
    };
    child.kill().await?;
    Ok(if reached { End::Killed } else { End::TooLate })
}

/// `count` moments within `span`, the same for the same seed, in order.
#[must_use]
pub fn random_moments(seed: u64, count: usize, span: Duration) -> Vec<Duration> {
    let mut random = Random::new(seed);
    let micros = usize::try_from(span.as_micros()).unwrap_or(usize::MAX);
    let mut moments: Vec<Duration> =
        (0..count).map(|_| Duration::from_micros(random.below(micros) as u64)).collect();
    moments.sort_unstable();
    moments
}

async fn shows(point: Point, data: &Path, limit: Duration) -> bool {
    let length = |name: &str| std::fs::metadata(data.join(name)).map_or(0, |m| m.len());
    let until = Instant::now() + limit;
    let mut longest = 0;
    while Instant::now() < until {
        let log = length("horch.db-wal");
        let shown = match point {
            Point::Opening => data.join("horch.db").exists(),
            Point::FirstWrite => log > 0,
            Point::SteadyWork => log > 256 << 10,
            Point::Checkpoint => log < longest,
        };
        if shown {
            return true;
        }
        longest = longest.max(log);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper() -> Child {
        tokio::process::Command::new("sleep").arg("30").kill_on_drop(true).spawn().unwrap()
    }

    #[tokio::test]
    async fn a_child_is_killed_at_a_time_or_at_a_point() {
        let after = Moment::After(Duration::from_millis(20));
        assert_eq!(kill_at(&mut sleeper(), after).await.unwrap(), End::Killed);
        let data = std::env::temp_dir().join(format!("crash-{}", std::process::id()));
        std::fs::create_dir_all(&data).unwrap();
        let limit = Duration::from_millis(30);
        let at = Moment::At { point: Point::FirstWrite, data: &data, limit };
        assert_eq!(kill_at(&mut sleeper(), at).await.unwrap(), End::TooLate);
        std::fs::write(data.join("horch.db-wal"), "x").unwrap();
        assert_eq!(kill_at(&mut sleeper(), at).await.unwrap(), End::Killed);
        std::fs::remove_dir_all(&data).unwrap();
    }

    #[tokio::test]
    async fn who_has_ended_is_not_killed() {
        let mut child = tokio::process::Command::new("true").spawn().unwrap();
        let end = kill_at(&mut child, Moment::After(Duration::from_secs(20))).await.unwrap();
        assert!(matches!(end, End::Ended(status) if status.success()));
    }

    #[test]
    fn random_moments_are_the_same_for_a_seed() {
        let span = Duration::from_secs(2);
        assert_eq!(random_moments(1, 20, span), random_moments(1, 20, span));
        assert!(random_moments(1, 20, span).iter().all(|moment| *moment < span));
    }
}

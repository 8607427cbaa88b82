//! One test that every connector in [`channels::CONNECTORS`] runs: the table of connectors
//! against the table of cases, each pair in an internet of its own; and mutants, connectors that
//! break the contract, which it must notice.

#![allow(clippy::unwrap_used)]

mod bench;
mod cases;
mod mutants;
mod subjects;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bench::Bench;
use cases::{CASES, Case};
use mutants::Mutation;
use subjects::{SUBJECTS, Subject};

/// Pairs at once: most of their time they wait.
const AT_ONCE: usize = 16;
const LONGEST: Duration = Duration::from_secs(45);

async fn conforms(
    subject: &'static Subject,
    case: &'static Case,
    mutation: Option<Mutation>,
) -> Result<(), String> {
    let mut bench = Bench::new(subject, mutation).await;
    let whole = async {
        (case.run)(&mut bench).await?;
        bench.finish().await
    };
    match tokio::time::timeout(LONGEST, whole).await {
        Ok(result) => result.map_err(|wrong| format!("{wrong}; {}", bench.last_words())),
        Err(_) => Err(format!("took longer than {LONGEST:?}; {}", bench.last_words())),
    }
}

#[test]
fn every_connector_is_tried() {
    let tried: Vec<&str> = SUBJECTS.iter().map(|subject| subject.connector).collect();
    for entry in channels::CONNECTORS {
        assert!(tried.contains(&entry.info.name), "{} has no subject", entry.info.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_connector_keeps_the_contract() {
    let only = std::env::var("CONFORMANCE").unwrap_or_default();
    let gate = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    let started = Instant::now();
    let mut tasks = Vec::new();
    for case in CASES {
        for subject in SUBJECTS {
            let name = format!("{} × {}", subject.name, case.name);
            if !name.contains(&only) {
                continue;
            }
            let gate = Arc::clone(&gate);
            let task = tokio::spawn(async move {
                let _turn = gate.acquire().await.unwrap();
                conforms(subject, case, None).await
            });
            tasks.push((name, task));
        }
    }
    let pairs = tasks.len();
    let mut wrong = Vec::new();
    for (name, task) in tasks {
        match task.await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => wrong.push(format!("{name}: {why}")),
            Err(panic) => wrong.push(format!("{name}: {panic}")),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {pairs} in {:?}:\n{}",
        wrong.len(),
        started.elapsed(),
        wrong.join("\n")
    );
}

/// A mutant must fail its case, and for the reason it was made for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mutants_are_noticed() {
    let trials = [
        // The other connectors start again a little before their cursor and forgive it.
        ("web", "resume", Mutation::CursorFirst, "missing"),
        ("bluesky", "deletes", Mutation::DropsDeletes, "lingering"),
        ("hackernews", "429", Mutation::IgnoresRetryAfter, "Retry-After"),
        ("bluesky", "stop", Mutation::NeverStops, "stop"),
        ("bluesky", "clock ahead", Mutation::BelievesClocks, "after it was received"),
    ];
    let tasks = trials.map(|(subject, case, mutation, sign)| {
        let subject = SUBJECTS.iter().find(|s| s.name == subject).unwrap();
        let case = CASES.iter().find(|c| c.name == case).unwrap();
        let task = tokio::spawn(conforms(subject, case, Some(mutation)));
        (subject.name, case.name, mutation, sign, task)
    });
    for (subject, case, mutation, sign, task) in tasks {
        match task.await.unwrap() {
            Ok(()) => panic!("{mutation:?} of {subject} went unnoticed in {case}"),
            Err(why) => assert!(why.contains(sign), "{mutation:?} of {subject}: {why}"),
        }
    }
}

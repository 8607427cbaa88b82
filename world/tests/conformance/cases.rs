//! What is tried: each case tells a small story of something going wrong, and what must become
//! of it.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use domain::HOUR;
use world::{Fault, Lasts, Place, Request, oracle};

use crate::bench::Bench;

type Trial<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

pub struct Case {
    pub name: &'static str,
    pub run: for<'a> fn(&'a mut Bench) -> Trial<'a>,
}

pub const CASES: &[Case] = &[
    Case { name: "resume", run: |b| Box::pin(resume(b)) },
    Case { name: "429", run: |b| Box::pin(too_many(b)) },
    Case { name: "5xx", run: |b| Box::pin(recovers(b, Fault::status(503))) },
    Case { name: "slow body", run: |b| Box::pin(recovers(b, slow())) },
    Case { name: "truncated body", run: |b| Box::pin(recovers(b, Fault::Truncate)) },
    Case { name: "dropped connection", run: |b| Box::pin(recovers(b, Fault::Drop)) },
    Case { name: "huge body", run: |b| Box::pin(recovers(b, Fault::Huge { bytes: 32 << 20 })) },
    Case { name: "gzip bomb", run: |b| Box::pin(recovers(b, Fault::GzipBomb { bytes: 16 << 20 })) },
    Case { name: "redirect loop", run: |b| Box::pin(recovers(b, Fault::RedirectLoop)) },
    Case { name: "redirect into a private network", run: |b| Box::pin(private(b)) },
    Case { name: "wrong charset", run: |b| Box::pin(charset(b)) },
    Case { name: "clock ahead", run: |b| Box::pin(skew(b, 6 * HOUR)) },
    Case { name: "clock behind", run: |b| Box::pin(skew(b, -6 * HOUR)) },
    Case { name: "duplicates", run: |b| Box::pin(duplicates(b)) },
    Case { name: "malformed", run: |b| Box::pin(malformed(b)) },
    Case { name: "deletes", run: |b| Box::pin(deletes(b)) },
    Case { name: "gaps", run: |b| Box::pin(gaps(b)) },
    Case { name: "stop", run: |b| Box::pin(stop(b)) },
];

const fn slow() -> Fault {
    Fault::Drip { bytes: 1, pause: Duration::from_millis(300) }
}

/// Killed again and again, right after a stored batch and at random moments: nothing is lost.
async fn resume(bench: &mut Bench) -> Result<(), String> {
    bench.listen().await?;
    bench.publish(3);
    bench.hears_all().await?;
    bench.kill().await;
    for round in 0..6 {
        bench.publish(4);
        let before = bench.memory.lock().unwrap().batches;
        let batches = 1 + round / 2;
        bench.start_until(batches);
        // A batch that does not come in time is no fault: there may be less to tell.
        let until = Instant::now() + Duration::from_millis(1_500);
        while bench.memory.lock().unwrap().batches < before + batches && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        bench.kill().await;
    }
    for _ in 0..6 {
        bench.publish(2);
        bench.start();
        let moment = bench.random.below(600) as u64;
        tokio::time::sleep(Duration::from_millis(moment)).await;
        bench.publish(2);
        tokio::time::sleep(Duration::from_millis(moment / 10)).await;
        bench.kill().await;
    }
    bench.start();
    bench.publish(1);
    bench.hears_all().await
}

/// After a 429 nothing is asked before `Retry-After` is over.
async fn too_many(bench: &mut Bench) -> Result<(), String> {
    bench.listen().await?;
    let seconds = if bench.subject.waits_by_wall { 3 } else { 600 };
    bench.fault(&Fault::too_many(seconds), Lasts::Requests(1));
    let internet = bench.internet.clone();
    let met = move |_: &crate::bench::Memory| internet.requests().iter().any(|r| r.status == 429);
    bench.until("the 429 was never met", met).await?;
    bench.publish(4);
    bench.hears_all().await?;
    let requests = bench.internet.requests();
    for (index, refused) in requests.iter().enumerate().filter(|(_, r)| r.status == 429) {
        let same = |r: &&Request| r.host == refused.host && bench.subject.asked(&r.host);
        let Some(next) = requests[index + 1..].iter().find(same) else { continue };
        // Requests that were already on the way when the answer came are no disobedience.
        let together = next.wall.duration_since(refused.wall) < Duration::from_millis(150);
        if together && next.status == 429 {
            continue;
        }
        let waited = if bench.subject.waits_by_wall {
            next.wall.duration_since(refused.wall).as_millis() as i64
        } else {
            next.at.since(refused.at)
        };
        if waited < seconds as i64 * 1_000 - 50 {
            return Err(format!("Retry-After {seconds} s, but asked again after {waited} ms"));
        }
    }
    Ok(())
}

/// A fault strikes every request until trouble is told, and passes: nothing is lost.
async fn recovers(bench: &mut Bench, fault: Fault) -> Result<(), String> {
    bench.listen().await?;
    bench.publish(3);
    bench.hears_all().await?;
    bench.fault(&fault, Lasts::UntilHealed);
    bench.publish(5);
    bench.until("trouble was never told", |memory| memory.trouble_was_told()).await?;
    bench.internet.heal();
    bench.publish(2);
    bench.hears_all().await
}

/// A redirect never leads into a private network.
async fn private(bench: &mut Bench) -> Result<(), String> {
    bench.listen().await?;
    let canary = bench.internet.canary_url();
    for target in [&canary, "http://10.0.0.1/", "http://169.254.169.254/latest/", "http://[::1]/"] {
        {
            let mut memory = bench.memory.lock().unwrap();
            memory.health.clear();
            memory.gaps.clear();
        }
        bench.fault(&Fault::RedirectTo(target.to_owned()), Lasts::UntilHealed);
        bench.publish(1);
        bench.until("trouble was never told", |memory| memory.trouble_was_told()).await?;
        bench.internet.heal();
    }
    bench.hears_all().await?;
    match bench.internet.canary_hits() {
        0 => Ok(()),
        hits => Err(format!("the canary was reached {hits} times")),
    }
}

/// Texts in an undeclared charset are read right, or counted as broken; never stored as garbage.
async fn charset(bench: &mut Bench) -> Result<(), String> {
    bench.listen().await?;
    bench.fault(&Fault::WrongCharset, Lasts::UntilHealed);
    bench.publish(4);
    let all_heard = |memory: &crate::bench::Memory| memory.posts.len() >= 4;
    bench
        .until("neither heard nor counted", |memory| {
            all_heard(memory) || memory.trouble_was_told() || memory.broken() > 0
        })
        .await?;
    let wrong = bench.memory.lock().unwrap().posts.values().find_map(|post| {
        let truth = bench.internet.published();
        let item = truth.iter().find(|item| item.native_id == post.native_id)?;
        (!oracle::says(post, &item.post.text)).then(|| format!("read wrong: {}", post.body))
    });
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    bench.internet.heal();
    for place in bench.subject.places() {
        bench.internet.cut(&place);
    }
    bench.publish(3);
    let newest = bench.internet.published();
    let newest: Vec<&str> = newest.iter().rev().take(3).map(|i| i.native_id.as_str()).collect();
    bench
        .until("what came after was not heard", |memory| {
            newest.iter().all(|id| memory.posts.contains_key(*id))
        })
        .await
}

/// Clocks are wrong: everything is heard; [`Bench::finish`] checks that none is believed.
async fn skew(bench: &mut Bench, milliseconds: i64) -> Result<(), String> {
    bench.fault(&Fault::ClockSkew(milliseconds), Lasts::UntilHealed);
    bench.listen().await?;
    bench.publish(5);
    bench.hears_all().await
}

/// Everything is told twice: it is stored once.
async fn duplicates(bench: &mut Bench) -> Result<(), String> {
    bench.fault(&Fault::Duplicates, Lasts::UntilHealed);
    bench.listen().await?;
    bench.publish(6);
    bench.hears_all().await
}

/// What is no JSON or XML is counted, and nothing is lost.
async fn malformed(bench: &mut Bench) -> Result<(), String> {
    bench.listen().await?;
    bench.fault(&Fault::Malformed, Lasts::UntilHealed);
    bench.publish(5);
    bench.until("broken messages were never told", |memory| memory.trouble_was_told()).await?;
    bench.internet.heal();
    for place in bench.subject.places() {
        bench.internet.cut(&place);
    }
    bench.publish(1);
    bench.hears_all().await
}

/// Deletions and edits arrive where the platform tells them.
async fn deletes(bench: &mut Bench) -> Result<(), String> {
    bench.listen().await?;
    bench.publish(8);
    bench.hears_all().await?;
    let truth = bench.internet.published();
    if bench.subject.edits {
        for item in &truth[..3] {
            bench.internet.edit(&item.place, &item.native_id, "Said with other words, 15 Grad.");
        }
        bench.hears_all().await?;
    }
    if bench.subject.deletes {
        for item in &truth[3..6] {
            bench.internet.delete(&item.place, &item.native_id);
        }
        bench.hears_all().await?;
        if truth[0].place == Place::Bluesky {
            bench.internet.close_account("kim");
            bench.hears_all().await?;
        }
    }
    Ok(())
}

/// An outage stands in the gap ledger and is made up for when it is over.
async fn gaps(bench: &mut Bench) -> Result<(), String> {
    bench.listen().await?;
    bench.publish(3);
    bench.hears_all().await?;
    bench.fault(&Fault::status(503), Lasts::UntilHealed);
    bench.publish(3);
    bench.until("no gap was told", |memory| !memory.gaps.is_empty()).await?;
    bench.internet.heal();
    bench.hears_all().await?;
    bench
        .until("the gap was never closed and made up for", |memory| {
            memory.gaps.values().all(|gap| gap.made_up && gap.until.is_some())
        })
        .await
}

/// It stops while it waits for a slow answer, too.
async fn stop(bench: &mut Bench) -> Result<(), String> {
    bench.listen().await?;
    bench.fault(&slow(), Lasts::UntilHealed);
    bench.publish(1);
    tokio::time::sleep(Duration::from_millis(700)).await;
    bench.finish().await
}

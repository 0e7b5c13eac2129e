use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;
use std::{error, fmt};

use tokio::runtime::{Builder, LocalOptions};
use tokio::time::timeout;

use crate::hit_notes::HitNotes;
use crate::interval_stats::IntervalStats;
use crate::worker_locals::WorkerLocals;
use crate::{Failure, Hammer, Hit, Outcome, PrepareError, Slot, WorkerContext};

/// Longer than this, a step is taken to hang.
const STEP_TIMEOUT: Duration = Duration::from_secs(5);
const HITS: u64 = 3;

/// Holds `hammer` to the contract of [`Hammer`] against a target that is up: prepares, opens,
/// hits, drops a hit half-way, opens again, hits, settles, closes.
///
/// Blocks the calling thread, on which it makes a runtime of its own; not for async functions.
///
/// # Errors
///
/// Tells which step failed, panicked, or took longer than five seconds.
pub fn check_conformance<H: Hammer>(hammer: H) -> Result<(), ConformanceError> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())
        .map_err(|error| ConformanceError(format!("the test itself: no runtime: {error}")))?;
    let checked = runtime.block_on(check(&hammer));
    // A look-up that hangs in a thread of its own must not hold the test.
    runtime.shutdown_timeout(Duration::ZERO);
    checked
}

async fn check<H: Hammer>(hammer: &H) -> Result<(), ConformanceError> {
    let interval = Rc::new(RefCell::new(IntervalStats::new()));
    let commons = Rc::<WorkerLocals>::default();
    let slot = |index| {
        let notes = Rc::new(HitNotes::new(interval.clone(), commons.clone()));
        Slot {
            index,
            worker: 0,
            workers: 1,
            seed: 1,
            closed_loop: false,
            notes,
        }
    };
    let hit = |number, slot: &Slot| Hit {
        number,
        due: Duration::from_millis(number),
        slot: slot.clone(),
    };
    let crew = WorkerContext::new(slot(0), |_, _| ());
    let preparing = async { hammer.prepare(&crew).await.map_err(prepare_failure) };
    run_step("prepare", preparing).await?;
    let first = slot(0);
    let mut session = run_step("open", hammer.open(first.clone())).await?;
    for number in 0..HITS {
        let _: Outcome = run_step("hit", hammer.hit(&mut session, hit(number, &first))).await?;
    }
    {
        let mut half = pin!(hammer.hit(&mut session, hit(HITS, &first)));
        let poll = poll_fn(|cx| {
            Poll::Ready(catch_unwind(AssertUnwindSafe(|| {
                half.as_mut().poll(cx).map(drop)
            })))
        });
        poll.await
            .map_err(|_| ConformanceError("hit panicked at its first poll".into()))?
            .is_ready();
    }
    drop(session);
    let mut session = run_step(
        "open after a hit was dropped half-way",
        hammer.open(first.clone()),
    )
    .await?;
    let second = slot(1);
    let mut beside = run_step("open of a second slot", hammer.open(second.clone())).await?;
    for number in HITS + 1..=2 * HITS {
        let _: Outcome = run_step(
            "hit after a hit was dropped half-way",
            hammer.hit(&mut session, hit(number, &first)),
        )
        .await?;
        let _: Outcome = run_step(
            "hit of a second slot",
            hammer.hit(&mut beside, hit(number, &second)),
        )
        .await?;
    }
    run_close("settle", hammer.settle(&crew)).await?;
    run_close("close", hammer.close(session)).await?;
    run_close("close of a second slot", hammer.close(beside)).await
}

fn prepare_failure(error: PrepareError) -> Failure {
    tracing::debug!(%error, "not ready");
    Failure::new("it is not ready")
}

async fn run_close(name: &str, closing: impl Future<Output = ()>) -> Result<(), ConformanceError> {
    let closing = async {
        closing.await;
        Ok(())
    };
    run_step(name, closing).await
}

async fn run_step<T>(
    name: &str,
    future: impl Future<Output = Result<T, Failure>>,
) -> Result<T, ConformanceError> {
    let mut future = pin!(future);
    let caught = poll_fn(
        |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(_) => Poll::Ready(Err(())),
        },
    );
    let why = match timeout(STEP_TIMEOUT, caught).await {
        Ok(Ok(Ok(value))) => return Ok(value),
        Ok(Ok(Err(failure))) => format!("failed: {failure}"),
        Ok(Err(())) => "panicked".into(),
        Err(_) => format!("hangs: no end within {STEP_TIMEOUT:?}"),
    };
    Err(ConformanceError(format!("{name} {why}")))
}

/// Which step of [`conformance`] went wrong, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConformanceError(String);

impl fmt::Display for ConformanceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for ConformanceError {}

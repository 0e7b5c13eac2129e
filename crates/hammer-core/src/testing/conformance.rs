//! A check of hammers against the contract of the trait.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};
use std::{error, fmt};

use tokio::runtime::{Builder, LocalOptions};
use tokio::time::timeout;

use crate::model::failure::Failure;
use crate::model::hammer::{Hammer, PrepareError};
use crate::model::hit::{Hit, Slot};
use crate::model::outcome::Outcome;
use crate::model::peer::SlotTurn;
use crate::model::slot_notes::{NoteBuffer, SlotNotes, WorkerNotes};
use crate::model::worker_context::WorkerContext;

/// The time after which a step counts as hanging.
const STEP_TIMEOUT: Duration = Duration::from_secs(5);
const HITS: u64 = 3;

/// Checks `hammer` against the contract of [`Hammer`], with a target that is up.
///
/// It prepares, opens, hits, drops a hit halfway, opens again, hits, settles and closes. It blocks
/// the calling thread and makes a runtime there, so it cannot be called from an async function. The
/// target must not run on that thread either: start it in a thread of its own.
///
/// ```
/// use std::io;
/// use std::net::TcpListener;
/// use hammer_core::testing::check_conformance;
/// use hammer_core::{Failure, Hammer, Hit, Outcome, Slot};
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
/// use tokio::net::TcpStream;
///
/// struct Echo(String);
///
/// impl Hammer for Echo {
///     type Session = TcpStream;
///     async fn open(&self, _: &Slot) -> Result<TcpStream, Failure> {
///         Ok(TcpStream::connect(&self.0).await?)
///     }
///     async fn hit(&self, stream: &mut TcpStream, _: &mut Hit) -> Result<Outcome, Failure> {
///         stream.write_all(b"ping").await?;
///         stream.read_exact(&mut [0; 4]).await?;
///         Ok(Outcome::ok("echo"))
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // In a test: an echo server on a free port.
/// let listener = TcpListener::bind("127.0.0.1:0")?;
/// let addr = listener.local_addr()?.to_string();
/// std::thread::spawn(move || {
///     for stream in listener.incoming().flatten() {
///         std::thread::spawn(move || io::copy(&mut &stream, &mut &stream));
///     }
/// });
/// check_conformance(Echo(addr))?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// If a step failed, panicked or took longer than five seconds.
pub fn check_conformance<H: Hammer>(hammer: H) -> Result<(), ConformanceError> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())
        .map_err(|error| ConformanceError(format!("cannot start a runtime: {error}")))?;
    let checked = runtime.block_on(check(&hammer));
    // A hanging name lookup in another thread must not delay the test.
    runtime.shutdown_timeout(Duration::ZERO);
    checked
}

async fn check<H: Hammer>(hammer: &H) -> Result<(), ConformanceError> {
    let worker = WorkerNotes {
        buffer: Rc::new(NoteBuffer::new()),
        locals: Rc::default(),
        peers: Rc::default(),
        clock: Instant::now,
    };
    let slot = |index| {
        let notes = Rc::new(SlotNotes::new(worker.clone()));
        Slot {
            index,
            worker: 0,
            workers: 1,
            seed: 1,
            closed_loop: false,
            turn: SlotTurn {
                turn: index,
                slots: 2,
                is_user_pool: false,
                peers: worker.peers.clone(),
            },
            notes,
        }
    };
    let hit = |number, slot: &Slot| Hit {
        number,
        due: Duration::from_millis(number),
        slot: slot.clone(),
    };
    let context = WorkerContext::new(slot(0), |_, _| ());
    let preparing = async { hammer.prepare(&context).await.map_err(prepare_failure) };
    run_step("prepare", preparing).await?;
    let first = slot(0);
    let mut session = run_step("open", hammer.open(&first)).await?;
    for number in 0..HITS {
        let _: Outcome =
            run_step("hit", hammer.hit(&mut session, &mut hit(number, &first))).await?;
    }
    {
        let mut last_hit = hit(HITS, &first);
        let mut dropped_hit = pin!(hammer.hit(&mut session, &mut last_hit));
        let poll = poll_fn(|cx| {
            Poll::Ready(catch_unwind(AssertUnwindSafe(|| {
                dropped_hit.as_mut().poll(cx).map(drop)
            })))
        });
        poll.await
            .map_err(|_| ConformanceError("hit panicked at its first poll".into()))?
            .is_ready();
    }
    drop(session);
    let mut session =
        run_step("open after a hit was dropped half-way", hammer.open(&first)).await?;
    let second = slot(1);
    let mut second_session = run_step("open of a second slot", hammer.open(&second)).await?;
    for number in HITS + 1..=2 * HITS {
        let _: Outcome = run_step(
            "hit after a hit was dropped half-way",
            hammer.hit(&mut session, &mut hit(number, &first)),
        )
        .await?;
        let _: Outcome = run_step(
            "hit of a second slot",
            hammer.hit(&mut second_session, &mut hit(number, &second)),
        )
        .await?;
    }
    run_close("settle", hammer.settle(&context)).await?;
    run_close("close", hammer.close(session)).await?;
    run_close("close of a second slot", hammer.close(second_session)).await
}

fn prepare_failure(error: PrepareError) -> Failure {
    tracing::debug!(%error, "prepare failed");
    Failure::new("the hammer is not ready")
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
    let problem = match timeout(STEP_TIMEOUT, caught).await {
        Ok(Ok(Ok(value))) => return Ok(value),
        Ok(Ok(Err(failure))) => format!("failed: {failure}"),
        Ok(Err(())) => "panicked".into(),
        Err(_) => format!("did not end within {STEP_TIMEOUT:?}"),
    };
    Err(ConformanceError(format!("{name} {problem}")))
}

/// A step of [`check_conformance`] that failed, and the problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConformanceError(String);

impl fmt::Display for ConformanceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for ConformanceError {}

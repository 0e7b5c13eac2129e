//! The trait that a protocol implements, and hammers made of closures.

use std::future::Future;
use std::sync::Arc;

use hammer_diagnostic::BoxError;

use crate::model::description::Description;
use crate::model::failure::Failure;
use crate::model::hit::{Hit, Slot};
use crate::model::missed_hit::MissedHit;
use crate::model::outcome::Outcome;
use crate::model::worker_context::WorkerContext;

/// The reason that a hammer could not prepare.
pub type PrepareError = BoxError;

/// The code that knows how to hit one kind of target.
///
/// All workers share one hammer, which does not change during a run. State that belongs to one
/// slot, usually a connection, lives in its [`Session`](Self::Session).
///
/// # Guarantees of the engine
///
/// - A session gets one hit at a time and never leaves the thread that opened it. Neither the
///   session nor the futures need to be `Send`, so each method can be a plain `async fn`.
/// - After a [`Failure`], the session is dropped and gets no more hits, unless the failure
///   [keeps](Failure::keep_session) it.
/// - The futures run in a tokio runtime with I/O and timers enabled. Each worker has its own, on one
///   thread. All of them run until the last session of all workers has closed, so a task that one worker
///   spawned can serve the others.
///
/// # Duties of a hammer
///
/// - It does not measure the latency of its hits: the engine does. Phases within a hit are named
///   with [`Hit::mark`] and [`Slot::mark`].
/// - It does not retry: the report counts each failed hit.
/// - It does not block the thread, because other slots run there. Blocking calls belong in
///   `tokio::task::spawn_blocking`, whose threads the runtime has as well; their wake-ups cost some 10 µs
///   per hit.
///
/// # Cancel safety
///
/// When a hit times out, its future is dropped, and then its session. A hammer that shares data
/// between sessions must leave the data valid when a future is dropped.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a hammer",
    label = "this is not a hammer",
    note = "implement `hammer_core::Hammer` for `{Self}`: a `Session` type, `open` and `hit`",
    note = "or wrap a closure: `hammer_core::from_fn(async |hit: &mut Hit| Ok(Outcome::ok(\"done\")))`"
)]
pub trait Hammer: Send + Sync + 'static {
    /// The data that a slot keeps between hits, usually a connection.
    type Session: 'static;

    /// Opens a session for `slot`.
    ///
    /// The engine opens sessions before the clock starts where it can. A session that is opened
    /// within a hit, such as after a failure, counts as part of that hit.
    ///
    /// # Errors
    ///
    /// The failure is counted for the hit that the session was opened for.
    fn open(&self, slot: &Slot) -> impl Future<Output = Result<Self::Session, Failure>>;

    /// Hits the target once.
    ///
    /// # Errors
    ///
    /// `Ok` means that the target answered, well or badly, and the session is kept. `Err` means
    /// that there was no usable answer: the session is dropped, and the slot's next hit opens a new
    /// one, unless the failure [keeps](Failure::keep_session) the session.
    fn hit(
        &self,
        session: &mut Self::Session,
        hit: &mut Hit,
    ) -> impl Future<Output = Result<Outcome, Failure>>;

    /// Closes a session cleanly at the end of the run.
    fn close(&self, session: Self::Session) -> impl Future<Output = ()> {
        drop(session);
        async {}
    }

    /// Prepares the data that the slots of a worker share, before the first slot opens and the
    /// clock starts.
    ///
    /// It can take as long as it needs and report its progress with
    /// [`WorkerContext::report_progress`].
    ///
    /// # Errors
    ///
    /// If hits would be pointless. The run then ends without a report.
    fn prepare(&self, context: &WorkerContext) -> impl Future<Output = Result<(), PrepareError>> {
        let _ = context;
        async { Ok(()) }
    }

    /// Completes the work of a worker after its last hit and before its sessions close.
    ///
    /// A protocol without answers can check here that everything sent has arrived. In a closed
    /// loop, the time that it takes counts against the rate. The future is dropped at the end of
    /// the drain.
    fn settle(&self, context: &WorkerContext) -> impl Future<Output = ()> {
        let _ = context;
        async {}
    }

    /// Receives each hit that ended before [`hit`](Self::hit) did.
    ///
    /// Its session could not be opened, it timed out, or it was abandoned at the end of the run.
    /// `reason` is the name of the failure, or `abandoned`. The report counts these hits in any
    /// case; this method is for hammers that keep their own counts.
    fn missed(&self, hit: &Hit, reason: &'static str) {
        let _ = (hit, reason);
    }

    /// Returns the group of a hit that this hammer did not get, by its index in
    /// [`Description::groups`].
    ///
    /// It was never started, or its session did not open. The report counts it in that group, so
    /// that the groups add up to all hits. `None` means that the group depends on more than the
    /// hit; the report counts such hits in a group of their own.
    fn group_of(&self, hit: &MissedHit<'_>) -> Option<usize> {
        let _ = hit;
        None
    }

    /// Describes the hammer: its bounds, groups, doubts, advice and connections.
    ///
    /// The engine asks before the run and again after the last hit, when the hammer may have new
    /// doubts. The doubts of a hammer that several runs share add up.
    fn describe(&self) -> Description {
        Description::new()
    }
}

/// Implements [`Hammer`] for a pointer to a hammer, which forwards every method.
macro_rules! forward_to_hammer {
    () => {
        type Session = H::Session;

        fn open(&self, slot: &Slot) -> impl Future<Output = Result<Self::Session, Failure>> {
            H::open(self, slot)
        }

        fn hit(
            &self,
            session: &mut Self::Session,
            hit: &mut Hit,
        ) -> impl Future<Output = Result<Outcome, Failure>> {
            H::hit(self, session, hit)
        }

        fn close(&self, session: Self::Session) -> impl Future<Output = ()> {
            H::close(self, session)
        }

        fn prepare(
            &self,
            context: &WorkerContext,
        ) -> impl Future<Output = Result<(), PrepareError>> {
            H::prepare(self, context)
        }

        fn settle(&self, context: &WorkerContext) -> impl Future<Output = ()> {
            H::settle(self, context)
        }

        fn missed(&self, hit: &Hit, reason: &'static str) {
            H::missed(self, hit, reason);
        }

        fn group_of(&self, hit: &MissedHit<'_>) -> Option<usize> {
            H::group_of(self, hit)
        }

        fn describe(&self) -> Description {
            H::describe(self)
        }
    };
}

impl<H: Hammer> Hammer for Arc<H> {
    forward_to_hammer!();
}

impl<H: Hammer> Hammer for &'static H {
    forward_to_hammer!();
}

/// Creates a hammer from an async closure that needs no session.
///
/// ```
/// use hammer_core::{Hit, Outcome, from_fn};
///
/// let hammer = from_fn(async |hit: &mut Hit| {
///     Ok(Outcome::ok(if hit.number() % 2 == 0 { "even" } else { "odd" }))
/// });
/// # let _: &dyn std::any::Any = &hammer;
/// ```
pub fn from_fn<F>(hit: F) -> FnHammer<F>
where
    F: AsyncFn(&mut Hit) -> Result<Outcome, Failure> + Send + Sync + 'static,
{
    FnHammer(hit)
}

/// A hammer made by [`from_fn`].
#[derive(Debug, Clone)]
pub struct FnHammer<F>(F);

impl<F> Hammer for FnHammer<F>
where
    F: AsyncFn(&mut Hit) -> Result<Outcome, Failure> + Send + Sync + 'static,
{
    type Session = ();

    async fn open(&self, _: &Slot) -> Result<(), Failure> {
        Ok(())
    }

    fn hit(&self, (): &mut (), hit: &mut Hit) -> impl Future<Output = Result<Outcome, Failure>> {
        (self.0)(hit)
    }
}

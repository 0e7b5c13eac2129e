use std::future::Future;

use crate::{Failure, Hit, Outcome, PrepareError, ResourceNeeds, Slot, WorkerContext};

/// Knows how to hit one kind of target.
///
/// A hammer is shared by all workers and does not change while a run lasts. What belongs to one
/// slot, usually a connection, lives in its [`Session`](Self::Session).
///
/// # What the engine owes a hammer
///
/// - One hit at a time per session; a session never leaves the thread that opened it, so neither
///   it nor the futures need to be `Send`, and plain `async fn` is the way to write them.
/// - After a [`Failure`] the session is dropped and is not hit again.
/// - The futures run in a tokio runtime with I/O and timers enabled.
///
/// # What a hammer owes the engine
///
/// - It does not measure the latency of its hit: the engine keeps all time. Steps inside a hit
///   are named with [`Hit::mark`] and [`Slot::mark`].
/// - It does not retry: a hit that failed is a fact of the report.
/// - It does not block the thread; other slots run there.
///
/// # Cancel safety
///
/// A hit that times out is dropped where it stands, and its session after it. A hammer that
/// shares something between sessions must leave that in order when a future is dropped.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a hammer",
    label = "this is not a hammer",
    note = "implement `hammer_core::Hammer` for `{Self}`: a `Session` type, `open` and `hit`",
    note = "or wrap a closure: `hammer_core::from_fn(|hit| async move {{ Ok(Outcome::ok(\"done\")) }})`"
)]
pub trait Hammer: Send + Sync + 'static {
    /// What a slot keeps between hits, usually a connection.
    type Session: 'static;

    /// Gets ready what the slots of a worker share, before the first of them opens and the clock
    /// starts. It may take as long as it needs; [`WorkerContext::progress`] tells how far it is.
    ///
    /// # Errors
    ///
    /// If hitting makes no sense: then there is no run.
    fn prepare(&self, context: &WorkerContext) -> impl Future<Output = Result<(), PrepareError>> {
        let _ = context;
        async { Ok(()) }
    }

    /// Opens a session for `slot`.
    ///
    /// May be slow; it happens before the clock starts where it can. Within a hit, after a
    /// failure, its time counts as part of that hit.
    ///
    /// # Errors
    ///
    /// The failure is counted for the hit that the session was opened for.
    fn open(&self, slot: Slot) -> impl Future<Output = Result<Self::Session, Failure>>;

    /// Hits the target once.
    ///
    /// # Errors
    ///
    /// `Ok` means that the target answered, well or badly, and the session lives on. `Err` means
    /// no usable answer: the session is dropped and the slot's next hit opens a new one.
    fn hit(
        &self,
        session: &mut Self::Session,
        hit: Hit,
    ) -> impl Future<Output = Result<Outcome, Failure>>;

    /// Is told of a hit that ended although [`hit`](Self::hit) did not: its session could not be
    /// opened, or it timed out, or was `abandoned` at the end of the run. `why` is the name of the
    /// failure. For hammers that keep accounts of their own; the report has these hits anyway.
    fn missed(&self, hit: Hit, why: &'static str) {
        let _ = (hit, why);
    }

    /// Settles what the hits of a worker left behind, when the last of them has ended and before
    /// sessions close: a protocol without answers can ask here whether all that was sent has
    /// arrived. In a closed loop the time for it counts against the rate. It is dropped when the
    /// drain would have ended.
    fn settle(&self, context: &WorkerContext) -> impl Future<Output = ()> {
        let _ = context;
        async {}
    }

    /// Closes a session politely at the end of the run.
    fn close(&self, session: Self::Session) -> impl Future<Output = ()> {
        drop(session);
        async {}
    }

    /// How many workers the hits can be spread over. A worker shares nothing with the others, so that
    /// a hammer with so many connections and no more can't have more workers than those. The default
    /// is no limit.
    fn max_workers(&self) -> usize {
        usize::MAX
    }

    /// The names of the rows that [`Hit::row`] tells hits apart by, such as the targets of a
    /// hammer that has several. The report has a row for each of the first 49, and one for the
    /// others.
    fn groups(&self) -> Vec<String> {
        vec![]
    }

    /// How many hits there can be, if something that they need comes to an end, such as rows that are
    /// each used once. The schedule ends there, if it does not end sooner; such hits can't be spared
    /// for a warm-up.
    fn max_hits(&self) -> Option<u64> {
        None
    }

    /// Why the numbers may describe something else than the target, in a sentence each with what to
    /// do: credentials that could not be renewed, say. Asked for when the last hit has ended; each
    /// makes the run suspect.
    fn warnings(&self) -> Vec<String> {
        vec![]
    }

    /// What a run needs of files and ports, if that is not `needs`, which was reckoned with a
    /// connection from the same address for each hit in flight.
    fn needs(&self, needs: ResourceNeeds) -> ResourceNeeds {
        needs
    }
}

/// Makes a hammer of a closure that needs no session.
///
/// ```
/// use hammer_core::{Outcome, from_fn};
///
/// let hammer = from_fn(|hit| async move { Ok(Outcome::ok(if hit.number() % 2 == 0 { "even" } else { "odd" })) });
/// # let _: &dyn std::any::Any = &hammer;
/// ```
pub fn from_fn<F, R>(hit: F) -> FnHammer<F>
where
    F: Fn(Hit) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Outcome, Failure>>,
{
    FnHammer(hit)
}

/// The hammer that [`from_fn`] makes.
#[derive(Debug, Clone)]
pub struct FnHammer<F>(F);

impl<F, R> Hammer for FnHammer<F>
where
    F: Fn(Hit) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Outcome, Failure>>,
{
    type Session = ();

    async fn open(&self, _: Slot) -> Result<(), Failure> {
        Ok(())
    }

    fn hit(&self, (): &mut (), hit: Hit) -> impl Future<Output = Result<Outcome, Failure>> {
        (self.0)(hit)
    }
}

//! Hits that begin when a server says so, and the result of each.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use hammer_core::{Description, Failure, Hammer, Hit, Outcome, PrepareError, Slot, WorkerContext};
use tokio::sync::watch;

/// The time after which a hit begins even if no script allowed it, so that the test can fail.
const MAX_WAIT: Duration = Duration::from_secs(4);

/// The result of a hit that did not end within its timeout.
const TIMED_OUT: &str = "timed out";

/// Joins a server and its hammer: hits wait for the server, and the server can wait for hits.
#[derive(Clone)]
pub(super) struct HitGate(Arc<GateState>);

struct GateState {
    /// The number of hits that may begin.
    allowed: watch::Sender<u64>,
    ended: Mutex<Vec<EndedHit>>,
    changed: Condvar,
    /// The time at which a session was last opened.
    opened: Mutex<Option<Instant>>,
    session_opened: Condvar,
}

/// The result of a hit, and the time that its connection was idle before.
#[derive(Debug, Clone)]
pub(super) struct EndedHit {
    /// The label of the outcome, the name of the failure, or [`TIMED_OUT`].
    pub(super) result: String,
    /// The time since the end of the hit before, or since its session was opened.
    pub(super) idle: Duration,
    end: Instant,
}

impl HitGate {
    /// Creates a gate that is open for this number of hits.
    pub(super) fn new(allowed: u64) -> Self {
        Self(Arc::new(GateState {
            allowed: watch::Sender::new(allowed),
            ended: Mutex::default(),
            changed: Condvar::new(),
            opened: Mutex::default(),
            session_opened: Condvar::new(),
        }))
    }

    /// Allows hits to begin until this number of them has begun.
    pub(super) fn allow(&self, hits: u64) {
        let allowed = &self.0.allowed;
        allowed.send_modify(|allowed| *allowed = hits.max(*allowed));
    }

    /// Blocks a server until this number of hits has ended.
    pub(super) fn wait_for_end_of(&self, hits: u64) {
        let ended = self.0.ended.lock().expect("no hit panicked");
        let running = |ended: &mut Vec<EndedHit>| (ended.len() as u64) < hits;
        let waited = self.0.changed.wait_while(ended, running);
        drop(waited.expect("no hit panicked"));
    }

    /// Blocks a server until a session is open.
    pub(super) fn wait_for_opening(&self) {
        let opened = self.0.opened.lock().expect("no hit panicked");
        let waited = self
            .0
            .session_opened
            .wait_while(opened, |opened| opened.is_none());
        drop(waited.expect("no hit panicked"));
    }

    /// The hits that have ended, in order.
    pub(super) fn ended(&self) -> Vec<EndedHit> {
        self.0.ended.lock().expect("no hit panicked").clone()
    }

    async fn enter(&self, number: u64) {
        let mut allowed = self.0.allowed.subscribe();
        let entered = allowed.wait_for(|allowed| *allowed > number);
        let _ = tokio::time::timeout(MAX_WAIT, entered).await;
        // A timer fires only after the runtime has asked for events of all sockets, so the hammer can see
        // whatever the server did before it allowed the hit. A task that yields may run again before.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    fn record_opening(&self) {
        *self.0.opened.lock().expect("no hit panicked") = Some(Instant::now());
        self.0.session_opened.notify_all();
    }

    fn record(&self, result: &str, begun: Instant) {
        let mut ended = self.0.ended.lock().expect("no hit panicked");
        let opened = *self.0.opened.lock().expect("no hit panicked");
        let used = ended.last().map(|last| last.end).max(opened);
        let idle = used.map_or(Duration::ZERO, |used| begun - used);
        ended.push(EndedHit {
            result: result.to_owned(),
            idle,
            end: Instant::now(),
        });
        self.0.changed.notify_all();
    }
}

/// A hit that is recorded when it ends, even if it is canceled.
struct RunningHit<'a> {
    gate: &'a HitGate,
    begun: Instant,
    result: String,
}

impl Drop for RunningHit<'_> {
    fn drop(&mut self) {
        self.gate.record(&self.result, self.begun);
    }
}

/// A hammer whose hits wait for a [`HitGate`], and then for a pause unless it is the first hit.
pub(super) struct GatedHammer<H> {
    pub(super) hammer: H,
    pub(super) gate: HitGate,
    pub(super) pause: Duration,
}

impl<H: Hammer> Hammer for GatedHammer<H> {
    type Session = H::Session;

    async fn open(&self, slot: &Slot) -> Result<Self::Session, Failure> {
        let session = self.hammer.open(slot).await;
        self.gate.record_opening();
        session
    }

    async fn hit(&self, session: &mut Self::Session, hit: &mut Hit) -> Result<Outcome, Failure> {
        self.gate.enter(hit.number()).await;
        if hit.number() > 0 && !self.pause.is_zero() {
            tokio::time::sleep(self.pause).await;
        }
        // The connection was idle until now.
        hit.mark("pause");
        let mut running = RunningHit {
            gate: &self.gate,
            begun: Instant::now(),
            result: TIMED_OUT.to_owned(),
        };
        let result = self.hammer.hit(session, hit).await;
        running.result = match &result {
            Ok(outcome) => outcome.label().to_string(),
            Err(failure) => failure.name().to_owned(),
        };
        result
    }

    async fn close(&self, session: Self::Session) {
        self.hammer.close(session).await;
    }

    async fn prepare(&self, context: &WorkerContext) -> Result<(), PrepareError> {
        self.hammer.prepare(context).await
    }

    async fn settle(&self, context: &WorkerContext) {
        self.hammer.settle(context).await;
    }

    fn missed(&self, hit: &Hit, reason: &'static str) {
        self.hammer.missed(hit, reason);
    }

    fn describe(&self) -> Description {
        self.hammer.describe()
    }
}

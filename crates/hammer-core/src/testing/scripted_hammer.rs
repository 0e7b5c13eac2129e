//! A hammer that follows a script.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use crate::model::failure::Failure;
use crate::model::hammer::Hammer;
use crate::model::hit::{Hit, Slot};
use crate::model::outcome::Outcome;

/// The behavior of a scripted hit or opening.
#[derive(Debug, Clone, Copy)]
pub enum ScriptStep {
    /// Answers after a delay.
    Answer(Duration, Outcome),
    /// Fails after a delay.
    Fail(Duration, Failure),
    /// Never ends.
    Hang,
    /// Panics.
    Panic,
}

/// Counters of a scripted hammer.
#[derive(Debug, Default)]
pub struct ScriptCounts {
    opened: AtomicU64,
    hits: AtomicU64,
    ended: AtomicU64,
    closed: AtomicU64,
}

impl ScriptCounts {
    /// The number of openings that were started.
    pub fn opened(&self) -> u64 {
        self.opened.load(Ordering::SeqCst)
    }

    /// The number of hits that were started.
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::SeqCst)
    }

    /// The number of hits that were not dropped halfway.
    pub fn ended(&self) -> u64 {
        self.ended.load(Ordering::SeqCst)
    }

    /// The number of sessions that were closed.
    pub fn closed(&self) -> u64 {
        self.closed.load(Ordering::SeqCst)
    }
}

/// A hammer that follows one script for hits and another one for opening sessions.
pub struct ScriptedHammer<F, G = fn(&Slot) -> ScriptStep> {
    hit: F,
    open: G,
    counts: Arc<ScriptCounts>,
}

impl<F: Fn(&Hit) -> ScriptStep + Send + Sync + 'static> ScriptedHammer<F> {
    /// Creates a hammer that follows `script` for each hit and opens sessions at once.
    pub fn new(script: F) -> Self {
        let open: fn(&Slot) -> ScriptStep =
            |_| ScriptStep::Answer(Duration::ZERO, Outcome::ok("open"));
        Self {
            hit: script,
            open,
            counts: Arc::default(),
        }
    }

    /// Sets the script for opening sessions.
    pub fn on_open<G>(self, script: G) -> ScriptedHammer<F, G>
    where
        G: Fn(&Slot) -> ScriptStep + Send + Sync + 'static,
    {
        ScriptedHammer {
            hit: self.hit,
            open: script,
            counts: self.counts,
        }
    }
}

impl<F, G> ScriptedHammer<F, G> {
    /// The counters, which can be read during the run.
    pub fn counts(&self) -> Arc<ScriptCounts> {
        self.counts.clone()
    }
}

impl<F, G> Hammer for ScriptedHammer<F, G>
where
    F: Fn(&Hit) -> ScriptStep + Send + Sync + 'static,
    G: Fn(&Slot) -> ScriptStep + Send + Sync + 'static,
{
    type Session = ();

    async fn open(&self, slot: &Slot) -> Result<(), Failure> {
        self.counts.opened.fetch_add(1, Ordering::SeqCst);
        perform((self.open)(slot)).await.map(drop)
    }

    async fn hit(&self, (): &mut (), hit: &mut Hit) -> Result<Outcome, Failure> {
        self.counts.hits.fetch_add(1, Ordering::SeqCst);
        let result = perform((self.hit)(hit)).await;
        self.counts.ended.fetch_add(1, Ordering::SeqCst);
        result
    }

    async fn close(&self, (): ()) {
        self.counts.closed.fetch_add(1, Ordering::SeqCst);
    }
}

async fn perform(step: ScriptStep) -> Result<Outcome, Failure> {
    let wait = async |time: Duration| {
        if !time.is_zero() {
            sleep(time).await;
        }
    };
    match step {
        ScriptStep::Answer(time, outcome) => {
            wait(time).await;
            Ok(outcome)
        }
        ScriptStep::Fail(time, failure) => {
            wait(time).await;
            Err(failure)
        }
        ScriptStep::Hang => std::future::pending().await,
        ScriptStep::Panic => panic!("panic by script"),
    }
}

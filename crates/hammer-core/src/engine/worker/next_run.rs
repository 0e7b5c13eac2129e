//! The channel through which a worker receives its next run.

use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::engine::stop_handle::StopHandle;
use crate::schedule::playlist_receiver::PlaylistReceiver;
use crate::schedule::schedule::Schedule;

/// A worker's part of a run that follows another.
pub(crate) struct NextRun {
    pub(crate) schedule: Schedule,
    pub(crate) receiver: Option<PlaylistReceiver>,
    /// The number of its first hit, over all workers.
    pub(crate) first_number: u64,
    pub(crate) warmup: Duration,
    pub(crate) max_in_flight: usize,
    /// The pause before it.
    pub(crate) rest: Duration,
    /// The start, or `None` under a clock of the worker's own.
    pub(crate) start: Option<Instant>,
    pub(crate) stop: StopHandle,
}

/// Creates the channel of a worker.
pub(crate) fn next_run_channel() -> (NextRunSender, NextRunReceiver) {
    let (sender, receiver) = mpsc::channel();
    let changed = Arc::new(Notify::new());
    let sender = NextRunSender {
        sender: Some(sender),
        changed: changed.clone(),
    };
    (sender, NextRunReceiver { receiver, changed })
}

/// The coordinator's end. If it is dropped, no run follows.
#[derive(Debug)]
pub(crate) struct NextRunSender {
    sender: Option<mpsc::Sender<NextRun>>,
    changed: Arc<Notify>,
}

impl NextRunSender {
    pub(crate) fn send(&self, run: NextRun) {
        if let Some(sender) = &self.sender {
            // A worker that has failed receives nothing.
            let _ = sender.send(run);
        }
        self.changed.notify_one();
    }
}

impl Drop for NextRunSender {
    fn drop(&mut self) {
        self.sender = None;
        self.changed.notify_one();
    }
}

/// The worker's end.
#[derive(Debug)]
pub(crate) struct NextRunReceiver {
    receiver: mpsc::Receiver<NextRun>,
    changed: Arc<Notify>,
}

impl NextRunReceiver {
    /// Waits for the next run, or returns `None` if none follows.
    ///
    /// The runtime runs on meanwhile: it may drive a connection that another worker uses, such as one
    /// of a client that all workers share.
    pub(crate) async fn receive(&self) -> Option<NextRun> {
        loop {
            match self.receiver.try_recv() {
                Ok(run) => return Some(run),
                Err(mpsc::TryRecvError::Disconnected) => return None,
                Err(mpsc::TryRecvError::Empty) => self.changed.notified().await,
            }
        }
    }

    /// Waits as [`receive`](Self::receive) does, but blocks the thread.
    pub(crate) fn receive_blocking(&self) -> Option<NextRun> {
        self.receiver.recv().ok()
    }
}

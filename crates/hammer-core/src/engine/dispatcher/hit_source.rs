//! The hits of a worker as they become due: an open or a closed loop.

use std::time::Duration;

use crate::engine::dispatcher::due_hit::DueHit;
use crate::schedule::closed_loop_schedule::ClosedLoopSchedule;
use crate::schedule::worker_schedule::WorkerSchedule;

/// The time between two checks of a playlist whose reader is late.
const STARVED_POLL_INTERVAL: Duration = Duration::from_millis(1);

/// The hits of a worker as they become due.
#[derive(Debug)]
pub(crate) enum HitSource {
    /// Hits are due at the times of a schedule or a playlist.
    Open(OpenLoop),
    /// A hit is due when a slot is free.
    Closed(ClosedLoopSchedule),
}

/// Hits due at the times of a schedule or a playlist.
#[derive(Debug)]
pub(crate) struct OpenLoop {
    schedule: WorkerSchedule,
}

/// A hit that has become due.
#[derive(Debug)]
pub(crate) struct NewlyDue {
    pub(crate) hit: DueHit,
    /// True if the reader of a playlist read the hit after its due time.
    pub(crate) read_late: bool,
}

impl OpenLoop {
    /// Creates an open loop of `schedule`.
    pub(crate) fn new(schedule: WorkerSchedule) -> Self {
        Self { schedule }
    }

    /// Checks at `elapsed` for hits that had not been read yet.
    pub(crate) fn poll(&mut self, elapsed: Duration) {
        self.schedule.poll_starved(elapsed);
    }

    /// Takes the next hit that is due at `elapsed`.
    pub(crate) fn take_due(&mut self, elapsed: Duration) -> Option<NewlyDue> {
        let due = self.schedule.peek().filter(|due| *due <= elapsed)?;
        let (item, read_late) = self.schedule.item().unzip();
        let mut hit = DueHit::new(self.schedule.advance(), due);
        hit.item = item;
        Some(NewlyDue {
            hit,
            read_late: read_late.unwrap_or_default(),
        })
    }
}

impl HitSource {
    /// The time of the next hit, or of the end of a closed loop.
    pub(crate) fn next_due(&mut self, elapsed: Duration) -> Option<Duration> {
        match self {
            Self::Closed(schedule) => schedule.end_time(),
            Self::Open(OpenLoop { schedule }) => match schedule.poll_starved(elapsed) {
                true => Some(elapsed + STARVED_POLL_INTERVAL),
                false => schedule.peek(),
            },
        }
    }

    /// Returns true if no more hits will become due.
    pub(crate) fn is_over(&mut self, elapsed: Duration) -> bool {
        match self {
            Self::Closed(schedule) => schedule.is_exhausted(elapsed),
            Self::Open(OpenLoop { schedule }) => schedule.is_over(elapsed),
        }
    }

    /// The peak hits per second, or `None` for a closed loop.
    pub(crate) fn peak(&self) -> Option<f64> {
        match self {
            Self::Open(OpenLoop { schedule }) => Some(schedule.peak()),
            Self::Closed(_) => None,
        }
    }

    /// Returns true for a closed loop.
    pub(crate) fn is_closed_loop(&self) -> bool {
        matches!(self, Self::Closed(_))
    }
}

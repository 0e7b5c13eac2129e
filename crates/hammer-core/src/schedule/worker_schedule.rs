//! A worker's part of a schedule.

use std::time::Duration;

use crate::model::playlist_item::AnyPlaylistItem;
use crate::schedule::arrival_process::ArrivalProcess;
use crate::schedule::closed_loop_schedule::ClosedLoopSchedule;
use crate::schedule::playlist_receiver::PlaylistReceiver;
use crate::schedule::rate::Rate;
use crate::schedule::schedule::Schedule;
use crate::schedule::shape_walker::ShapeWalker;

/// A worker's part of a schedule: every hit k with k mod `stride` = the worker.
#[derive(Debug)]
pub(crate) struct WorkerSchedule {
    due_source: DueTimeSource,
    /// The number of the hit with index 0.
    first_number: u64,
    next: u64,
    stride: u64,
    end: u64,
    end_time: Option<Duration>,
    /// The due time of `next`, if that hit exists.
    due: Option<Duration>,
}

#[derive(Debug)]
enum DueTimeSource {
    /// Even arrivals at one rate: the index alone gives the due time.
    Constant(Rate),
    Shaped(Box<ShapeWalker>),
    /// Due times from a playlist.
    Playlist(Box<PlaylistReceiver>),
}

impl Schedule {
    /// Iterates over all offsets in order; empty for a closed loop.
    pub fn offsets(&self) -> impl Iterator<Item = Duration> + use<> {
        let mut schedule = match &self.playlist {
            None if self.shape.is_closed_loop() => self.no_hits(),
            None => self.worker_schedule(0, 1),
            Some(playlist) => match playlist.read_ahead(1, true) {
                Ok((_, mut receivers)) => self.worker_playlist_schedule(receivers.remove(0), 0, 1),
                // Without a thread, nothing can be read.
                Err(_) => self.no_hits(),
            },
        };
        std::iter::from_fn(move || {
            let due = schedule.peek()?;
            schedule.advance();
            Some(due)
        })
    }

    /// Creates a schedule without hits.
    fn no_hits(&self) -> WorkerSchedule {
        Self::constant(Rate::per_second(1))
            .with_hit_count(0)
            .worker_schedule(0, 1)
    }

    /// Creates the part of a closed loop for worker `worker` of `workers`.
    pub(crate) fn closed_loop_schedule(&self, worker: u64, workers: u64) -> ClosedLoopSchedule {
        ClosedLoopSchedule::new(worker, workers, self.hits, self.end_time())
    }

    /// Creates the part of a playlist for worker `worker` of `workers`, from its `receiver`.
    pub(crate) fn worker_playlist_schedule(
        &self,
        receiver: PlaylistReceiver,
        worker: u64,
        workers: u64,
    ) -> WorkerSchedule {
        WorkerSchedule::from_playlist(self, receiver, worker, workers)
    }

    /// Creates the part of an open loop for worker `worker` of `workers`: every hit k with k mod
    /// `workers` = `worker`.
    pub(crate) fn worker_schedule(&self, worker: u64, workers: u64) -> WorkerSchedule {
        WorkerSchedule::new(self, worker, workers)
    }
}

impl WorkerSchedule {
    fn new(schedule: &Schedule, worker: u64, workers: u64) -> Self {
        let shape = &schedule.shape;
        let due_source = match shape.rate() {
            Some(rate) if schedule.arrivals == ArrivalProcess::Even => {
                DueTimeSource::Constant(rate)
            }
            _ => DueTimeSource::Shaped(Box::new(ShapeWalker::new(schedule))),
        };
        let end = match due_source {
            DueTimeSource::Constant(_) => schedule.hit_count(),
            // The walker knows the end of its shape.
            DueTimeSource::Shaped(_) | DueTimeSource::Playlist(..) => schedule.hits,
        };
        Self::with_source(due_source, schedule, end, worker, workers)
    }

    /// Creates the part of a worker from the receiver of its hits.
    fn from_playlist(
        schedule: &Schedule,
        receiver: PlaylistReceiver,
        worker: u64,
        workers: u64,
    ) -> Self {
        let due_source = DueTimeSource::Playlist(Box::new(receiver));
        Self::with_source(due_source, schedule, schedule.hits, worker, workers)
    }

    fn with_source(
        due_source: DueTimeSource,
        schedule: &Schedule,
        end: Option<u64>,
        worker: u64,
        workers: u64,
    ) -> Self {
        let mut part = Self {
            due_source,
            first_number: 0,
            next: worker,
            stride: workers,
            end: end.unwrap_or(u64::MAX),
            end_time: schedule.end_time(),
            due: None,
        };
        part.refresh_due();
        part
    }

    /// Renumbers the hits, starting at `number`.
    pub(crate) fn numbered_from(mut self, number: u64) -> Self {
        self.first_number = number;
        self
    }

    /// Updates the due time of the next hit.
    fn refresh_due(&mut self) {
        self.due = None;
        if self.next >= self.end {
            return;
        }
        self.due = match &mut self.due_source {
            DueTimeSource::Constant(rate) => Some(rate.due(self.next)),
            DueTimeSource::Shaped(walker) => walker.due(self.next),
            DueTimeSource::Playlist(receiver) => {
                let due = receiver.peek_due();
                if due.is_some() && due >= Some(self.end_time.unwrap_or(Duration::MAX)) {
                    receiver.end();
                    None
                } else {
                    due
                }
            }
        };
    }

    /// The due time of the next hit, or `None` at the end.
    pub(crate) fn peek(&self) -> Option<Duration> {
        self.due
    }

    /// Checks at `elapsed` for a next hit that had not been read yet.
    ///
    /// Returns true if it still has not been read.
    pub(crate) fn poll_starved(&mut self, elapsed: Duration) -> bool {
        let DueTimeSource::Playlist(receiver) = &self.due_source else {
            return false;
        };
        if self.due.is_some() || receiver.is_ended() || self.next >= self.end {
            return false;
        }
        self.refresh_due();
        match &mut self.due_source {
            DueTimeSource::Playlist(receiver) if self.due.is_none() && !receiver.is_ended() => {
                receiver.mark_starved(elapsed);
                true
            }
            _ => false,
        }
    }

    /// Returns true if there are no more hits, read or unread.
    pub(crate) fn is_over(&mut self, elapsed: Duration) -> bool {
        // Polling can find a hit, so it comes first.
        !self.poll_starved(elapsed) && self.peek().is_none()
    }

    /// The item of the hit found by [`peek`](Self::peek), and true if it was read too late.
    ///
    /// `None` if there are no items.
    pub(crate) fn item(&self) -> Option<(AnyPlaylistItem, bool)> {
        let DueTimeSource::Playlist(receiver) = &self.due_source else {
            return None;
        };
        let late = receiver.was_starved_at(self.due?);
        Some((receiver.item()?, late))
    }

    /// Takes the number of the next hit and moves on.
    pub(crate) fn advance(&mut self) -> u64 {
        let number = self.first_number + self.next;
        self.next = self.next.saturating_add(self.stride);
        if let DueTimeSource::Playlist(receiver) = &mut self.due_source {
            receiver.advance();
        }
        self.refresh_due();
        number
    }

    /// The peak hits per second of this part.
    pub(crate) fn peak(&self) -> f64 {
        let peak = match &self.due_source {
            DueTimeSource::Playlist(receiver) => return receiver.peak(),
            DueTimeSource::Constant(rate) => rate.as_f64(),
            DueTimeSource::Shaped(walker) => walker.shape().peak().unwrap_or_default(),
        };
        peak / self.stride as f64
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::schedule::playlist::Playlist;
    use crate::schedule::playlist_queue::PlaylistQueue;

    #[test]
    fn a_worker_schedule_is_not_over_if_a_hit_is_read_during_the_check() {
        let ms = Duration::from_millis;
        let queue = Arc::new(PlaylistQueue::new());
        let playlist = Playlist::new(2, ms(2), std::iter::empty::<(Duration, ())>);
        let receiver = PlaylistReceiver::new(queue.clone(), 1.0, false);
        let mut schedule = Schedule::playlist(playlist).worker_playlist_schedule(receiver, 0, 1);
        for hit in 0..2 {
            assert_eq!(schedule.peek(), None);
            assert!(!schedule.is_over(ms(hit)), "the hit has not been read yet");
            assert!(queue.push(ms(hit), (), 0));
            assert!(!schedule.is_over(ms(hit)), "the hit has just been read");
            assert_eq!(schedule.peek(), Some(ms(hit)));
            schedule.advance();
        }
        queue.close();
        assert!(schedule.is_over(ms(2)));
    }
}

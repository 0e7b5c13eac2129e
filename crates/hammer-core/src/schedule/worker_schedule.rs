use std::time::Duration;

use super::shape_walker::ShapeWalker;
use super::{AnyPlaylistItem, ArrivalProcess, PlaylistReceiver};
use crate::{Rate, Schedule};

/// A worker's part of a schedule: every hit k with k mod `step` = the worker.
#[derive(Debug)]
pub(crate) struct WorkerSchedule {
    due_source: DueTimeSource,
    /// What the hit with index 0 is called.
    first_number: u64,
    next: u64,
    stride: u64,
    end: u64,
    end_time: Option<Duration>,
    /// When `next` is due, if there is such a hit.
    due: Option<Duration>,
}

#[derive(Debug)]
enum DueTimeSource {
    ClosedLoop,
    /// Evenly at one rate: the index alone says when.
    Constant(Rate),
    Shaped(Box<ShapeWalker>),
    /// At this mean rate, each hit when the deck says.
    Playlist(Rate, Box<PlaylistReceiver>),
}

impl WorkerSchedule {
    pub(super) fn new(schedule: &Schedule, worker: u64, workers: u64) -> Self {
        let shape = &schedule.shape;
        let pace = match shape.rate() {
            _ if shape.is_closed_loop() => DueTimeSource::ClosedLoop,
            Some(rate) if schedule.arrivals == ArrivalProcess::Even => {
                DueTimeSource::Constant(rate)
            }
            _ => DueTimeSource::Shaped(Box::new(ShapeWalker::new(schedule))),
        };
        let end = match pace {
            DueTimeSource::ClosedLoop => schedule.hits,
            DueTimeSource::Constant(_) => schedule.hit_count(),
            // It knows itself when its shape is over.
            DueTimeSource::Shaped(_) | DueTimeSource::Playlist(..) => schedule.hits,
        };
        Self::with_source(pace, schedule, end, worker, workers)
    }

    /// Every hit of `deck`, which has this worker's hits alone.
    pub(super) fn from_playlist(
        schedule: &Schedule,
        receiver: PlaylistReceiver,
        worker: u64,
        workers: u64,
    ) -> Self {
        let mean = schedule.rate().unwrap_or(Rate::per_second(1));
        let pace = DueTimeSource::Playlist(mean, Box::new(receiver));
        Self::with_source(pace, schedule, schedule.hits, worker, workers)
    }

    fn with_source(
        pace: DueTimeSource,
        schedule: &Schedule,
        end: Option<u64>,
        worker: u64,
        workers: u64,
    ) -> Self {
        let mut share = Self {
            due_source: pace,
            first_number: 0,
            next: worker,
            stride: workers,
            end: end.unwrap_or(u64::MAX),
            end_time: schedule.end_time(),
            due: None,
        };
        share.refresh_due();
        share
    }

    /// The same hits under other numbers: the first one is `number`.
    pub(crate) fn numbered_from(mut self, number: u64) -> Self {
        self.first_number = number;
        self
    }

    /// Finds out when the next hit is due.
    fn refresh_due(&mut self) {
        self.due = None;
        if self.next >= self.end {
            return;
        }
        self.due = match &mut self.due_source {
            DueTimeSource::ClosedLoop => None,
            DueTimeSource::Constant(rate) => Some(rate.due(self.next)),
            DueTimeSource::Shaped(walk) => walk.due(self.next),
            DueTimeSource::Playlist(_, deck) => {
                let due = deck.peek_due();
                if due.is_some() && due >= Some(self.end_time.unwrap_or(Duration::MAX)) {
                    deck.end();
                    None
                } else {
                    due
                }
            }
        };
    }

    /// When the next hit is due; none at the end, and none for a closed loop.
    pub(crate) fn peek(&self) -> Option<Duration> {
        self.due
    }

    /// Looks again at `elapsed` whether the next hit was read, if that had not been so; whether it is
    /// still to be waited for.
    pub(crate) fn poll_starved(&mut self, elapsed: Duration) -> bool {
        let DueTimeSource::Playlist(_, deck) = &self.due_source else {
            return false;
        };
        if self.due.is_some() || deck.is_ended() || self.next >= self.end {
            return false;
        }
        self.refresh_due();
        match &mut self.due_source {
            DueTimeSource::Playlist(_, deck) if self.due.is_none() && !deck.is_ended() => {
                deck.mark_starved(elapsed);
                true
            }
            _ => false,
        }
    }

    /// Whether an open loop has no hit any more, and is not waiting for one to be read.
    pub(crate) fn is_over(&mut self, elapsed: Duration) -> bool {
        // To look may find one, so that is asked first.
        !self.poll_starved(elapsed) && self.peek().is_none()
    }

    /// The item of the hit that [`peek`](Self::peek) is about, if hits have items, and whether it was
    /// read too late.
    pub(crate) fn item(&self) -> Option<(AnyPlaylistItem, bool)> {
        let DueTimeSource::Playlist(_, deck) = &self.due_source else {
            return None;
        };
        let late = deck.was_starved_at(self.due?);
        Some((deck.item()?, late))
    }

    /// Takes the next hit's number; the schedule moves on.
    pub(crate) fn advance(&mut self) -> u64 {
        let number = self.take_number();
        if let DueTimeSource::Playlist(_, deck) = &mut self.due_source {
            deck.advance();
        }
        self.refresh_due();
        number
    }

    fn take_number(&mut self) -> u64 {
        let number = self.first_number + self.next;
        self.next = self.next.saturating_add(self.stride);
        number
    }

    /// Takes the next hit of a closed loop at `now`, if there is one left.
    pub(crate) fn take_closed_loop(&mut self, now: Duration) -> Option<u64> {
        let open = self.is_closed_loop() && !self.is_exhausted(now);
        open.then(|| self.take_number())
    }

    /// Whether a closed loop has no hit left at `now`.
    pub(crate) fn is_exhausted(&self, now: Duration) -> bool {
        self.next >= self.end || self.end_time.is_some_and(|until| now >= until)
    }

    /// The hits per second of this share if they are always the same; none for a closed loop, too.
    pub(crate) fn steady_rate(&self) -> Option<f64> {
        match &self.due_source {
            DueTimeSource::Constant(rate) | DueTimeSource::Playlist(rate, _) => {
                Some(rate.as_f64() / self.stride as f64)
            }
            DueTimeSource::ClosedLoop => Some(0.0),
            DueTimeSource::Shaped(_) => None,
        }
    }

    /// The hits per second of this share at `t`; none for a closed loop.
    pub(crate) fn rate_at(&self, t: Duration) -> Option<f64> {
        let rate = match &self.due_source {
            DueTimeSource::ClosedLoop => return None,
            DueTimeSource::Constant(rate) | DueTimeSource::Playlist(rate, _) => rate.as_f64(),
            DueTimeSource::Shaped(walk) => walk.shape().rate_at(t)?,
        };
        Some(rate / self.stride as f64)
    }

    /// The most hits per second of this share; none for a closed loop.
    pub(crate) fn peak(&self) -> Option<f64> {
        let peak = match &self.due_source {
            DueTimeSource::ClosedLoop => return None,
            DueTimeSource::Playlist(_, deck) => return Some(deck.peak()),
            DueTimeSource::Constant(rate) => rate.as_f64(),
            DueTimeSource::Shaped(walk) => walk.shape().peak()?,
        };
        Some(peak / self.stride as f64)
    }

    pub(crate) fn is_closed_loop(&self) -> bool {
        matches!(self.due_source, DueTimeSource::ClosedLoop)
    }

    /// When a closed loop must stop taking hits by the clock.
    pub(crate) fn end_time(&self) -> Option<Duration> {
        self.end_time
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Playlist;
    use super::super::playlist_queue::PlaylistQueue;
    use super::*;

    #[test]
    fn a_worker_schedule_is_not_over_when_a_hit_is_read_while_one_looks() {
        let ms = Duration::from_millis;
        let shelf = Arc::new(PlaylistQueue::new());
        let playlist = Playlist::new(2, ms(2), std::iter::empty::<(Duration, ())>);
        let deck = PlaylistReceiver::new(shelf.clone(), 1.0, false);
        let mut share = Schedule::playlist(playlist).worker_playlist_schedule(deck, 0, 1);
        for hit in 0..2 {
            assert_eq!(share.peek(), None);
            assert!(!share.is_over(ms(hit)), "it has to be waited for");
            assert!(shelf.push(ms(hit), (), 0));
            assert!(!share.is_over(ms(hit)), "it was just read");
            assert_eq!(share.peek(), Some(ms(hit)));
            share.advance();
        }
        shelf.close();
        assert!(share.is_over(ms(2)));
    }
}

use std::time::Duration;

use super::walk::Walk;
use super::{AnyItem, Arrivals, Deck};
use crate::{Rate, Schedule};

/// A worker's part of a schedule: every hit k with k mod `step` = the worker.
#[derive(Debug)]
pub(crate) struct Share {
    pace: Pace,
    /// What the hit with index 0 is called.
    first_number: u64,
    next: u64,
    step: u64,
    end: u64,
    until: Option<Duration>,
    /// When `next` is due, if there is such a hit.
    due: Option<Duration>,
}

#[derive(Debug)]
enum Pace {
    Closed,
    /// Evenly at one rate: the index alone says when.
    Constant(Rate),
    Walk(Box<Walk>),
    /// At this mean rate, each hit when the deck says.
    Played(Rate, Box<Deck>),
}

impl Share {
    pub(super) fn new(schedule: &Schedule, worker: u64, workers: u64) -> Self {
        let shape = &schedule.shape;
        let pace = match shape.rate() {
            _ if shape.is_max() => Pace::Closed,
            Some(rate) if schedule.arrivals == Arrivals::Even => Pace::Constant(rate),
            _ => Pace::Walk(Box::new(Walk::new(schedule))),
        };
        let end = match pace {
            Pace::Closed => schedule.hits,
            Pace::Constant(_) => schedule.total(),
            // It knows itself when its shape is over.
            Pace::Walk(_) | Pace::Played(..) => schedule.hits,
        };
        Self::of(pace, schedule, end, worker, workers)
    }

    /// Every hit of `deck`, which has this worker's hits alone.
    pub(super) fn played(schedule: &Schedule, deck: Deck, worker: u64, workers: u64) -> Self {
        let mean = schedule.rate().unwrap_or(Rate::per_second(1));
        let pace = Pace::Played(mean, Box::new(deck));
        Self::of(pace, schedule, schedule.hits, worker, workers)
    }

    fn of(pace: Pace, schedule: &Schedule, end: Option<u64>, worker: u64, workers: u64) -> Self {
        let mut share = Self {
            pace,
            first_number: 0,
            next: worker,
            step: workers,
            end: end.unwrap_or(u64::MAX),
            until: schedule.until(),
            due: None,
        };
        share.look();
        share
    }

    /// The same hits under other numbers: the first one is `number`.
    pub(crate) fn numbered_from(mut self, number: u64) -> Self {
        self.first_number = number;
        self
    }

    /// Finds out when the next hit is due.
    fn look(&mut self) {
        self.due = None;
        if self.next >= self.end {
            return;
        }
        self.due = match &mut self.pace {
            Pace::Closed => None,
            Pace::Constant(rate) => Some(rate.due(self.next)),
            Pace::Walk(walk) => walk.due(self.next),
            Pace::Played(_, deck) => {
                let due = deck.look();
                if due.is_some() && due >= Some(self.until.unwrap_or(Duration::MAX)) {
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
    pub(crate) fn is_starved(&mut self, elapsed: Duration) -> bool {
        let Pace::Played(_, deck) = &self.pace else {
            return false;
        };
        if self.due.is_some() || deck.is_over() || self.next >= self.end {
            return false;
        }
        self.look();
        match &mut self.pace {
            Pace::Played(_, deck) if self.due.is_none() && !deck.is_over() => {
                deck.starve(elapsed);
                true
            }
            _ => false,
        }
    }

    /// Whether an open loop has no hit any more, and is not waiting for one to be read.
    pub(crate) fn is_over(&mut self, elapsed: Duration) -> bool {
        // To look may find one, so that is asked first.
        !self.is_starved(elapsed) && self.peek().is_none()
    }

    /// The item of the hit that [`peek`](Self::peek) is about, if hits have items, and whether it was
    /// read too late.
    pub(crate) fn item(&self) -> Option<(AnyItem, bool)> {
        let Pace::Played(_, deck) = &self.pace else {
            return None;
        };
        let late = deck.missed(self.due?);
        Some((deck.item()?, late))
    }

    /// Takes the next hit's number; the schedule moves on.
    pub(crate) fn advance(&mut self) -> u64 {
        let number = self.take();
        if let Pace::Played(_, deck) = &mut self.pace {
            deck.pass();
        }
        self.look();
        number
    }

    fn take(&mut self) -> u64 {
        let number = self.first_number + self.next;
        self.next = self.next.saturating_add(self.step);
        number
    }

    /// Takes the next hit of a closed loop at `now`, if there is one left.
    pub(crate) fn take_free(&mut self, now: Duration) -> Option<u64> {
        let open = self.is_closed_loop() && !self.is_used_up(now);
        open.then(|| self.take())
    }

    /// Whether a closed loop has no hit left at `now`.
    pub(crate) fn is_used_up(&self, now: Duration) -> bool {
        self.next >= self.end || self.until.is_some_and(|until| now >= until)
    }

    /// The hits per second of this share if they are always the same; none for a closed loop, too.
    pub(crate) fn steady_rate(&self) -> Option<f64> {
        match &self.pace {
            Pace::Constant(rate) | Pace::Played(rate, _) => Some(rate.as_f64() / self.step as f64),
            Pace::Closed => Some(0.0),
            Pace::Walk(_) => None,
        }
    }

    /// The hits per second of this share at `t`; none for a closed loop.
    pub(crate) fn rate_at(&self, t: Duration) -> Option<f64> {
        let rate = match &self.pace {
            Pace::Closed => return None,
            Pace::Constant(rate) | Pace::Played(rate, _) => rate.as_f64(),
            Pace::Walk(walk) => walk.shape().rate_at(t)?,
        };
        Some(rate / self.step as f64)
    }

    /// The most hits per second of this share; none for a closed loop.
    pub(crate) fn peak(&self) -> Option<f64> {
        let peak = match &self.pace {
            Pace::Closed => return None,
            Pace::Played(_, deck) => return Some(deck.peak()),
            Pace::Constant(rate) => rate.as_f64(),
            Pace::Walk(walk) => walk.shape().peak()?,
        };
        Some(peak / self.step as f64)
    }

    pub(crate) fn is_closed_loop(&self) -> bool {
        matches!(self.pace, Pace::Closed)
    }

    /// When a closed loop must stop taking hits by the clock.
    pub(crate) fn until(&self) -> Option<Duration> {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::Playlist;
    use super::super::shelf::Shelf;
    use super::*;

    #[test]
    fn a_share_is_not_over_when_a_hit_is_read_while_one_looks() {
        let ms = Duration::from_millis;
        let shelf = Arc::new(Shelf::new());
        let playlist = Playlist::new(2, ms(2), std::iter::empty::<(Duration, ())>);
        let deck = Deck::new(shelf.clone(), 1.0, false);
        let mut share = Schedule::playlist(playlist).played(deck, 0, 1);
        for hit in 0..2 {
            assert_eq!(share.peek(), None);
            assert!(!share.is_over(ms(hit)), "it has to be waited for");
            assert!(shelf.put(ms(hit), (), 0));
            assert!(!share.is_over(ms(hit)), "it was just read");
            assert_eq!(share.peek(), Some(ms(hit)));
            share.advance();
        }
        shelf.end();
        assert!(share.is_over(ms(2)));
    }
}

//! What outlives a connection, as part of a session (MQTT 5.0 and 3.1.1, section 4.4).

use std::collections::VecDeque;
use std::mem;

use hammer_core::Failure;

use super::{Link, MOST_UNSENT, Taken};
use crate::fault;
use crate::ids::Ids;

/// The flag of a PUBLISH that may have been sent before.
const DUP: u8 = 8;

/// The last packet that was sent for a message: a PUBLISH, or a PUBREL.
pub(super) struct LastSent {
    /// Its place among all bytes of the connection.
    at: u64,
    packet: Vec<u8>,
}

impl LastSent {
    pub(super) fn of(at: u64, packet: &[u8]) -> Self {
        let packet = packet.to_vec();
        Self { at, packet }
    }

    pub(super) fn new(at: u64, packet: &[u8]) -> Box<Self> {
        Box::new(Self::of(at, packet))
    }

    fn was_sent(&mut self) {
        if self.packet[0] >> 4 == 3 {
            self.packet[0] |= DUP;
        }
    }
}

/// What was in flight when a connection was lost.
pub(crate) struct Unfinished {
    ids: Ids<Taken>,
    failure: Failure,
}

impl Unfinished {
    /// Nothing will come of it.
    pub(crate) fn fail(mut self) {
        for taken in self.ids.drain() {
            taken.receipt.end(Err(self.failure));
        }
    }

    /// Its ids, and in which order their packets were sent.
    pub(super) fn in_order(mut self) -> (Ids<Taken>, VecDeque<u16>) {
        let last_sent = |(id, taken): (u16, &mut Taken)| {
            let last = taken.last_sent.as_ref();
            last.map(|last| (last.at, id))
        };
        let mut order: Vec<_> = self.ids.iter_mut().filter_map(last_sent).collect();
        order.sort_unstable();
        let again = order.into_iter().map(|(_, id)| id).collect();
        (self.ids, again)
    }
}

impl Link {
    /// What is in flight, now that the connection is over; nothing if it may not be sent again.
    pub(super) fn unfinished(&mut self, failure: Failure, resend: bool) -> Unfinished {
        let mut ids = mem::replace(&mut self.ids, Ids::new());
        if !resend {
            for taken in ids.drain() {
                taken.receipt.end(Err(failure));
            }
        }
        // What was to be sent again, and was not, comes after all that was.
        for (id, at) in self.again.drain(..).rev().zip((0..=u64::MAX).rev()) {
            if let Some(last) = ids.get(id).and_then(|taken| taken.last_sent.as_mut()) {
                last.at = at;
            }
        }
        for (_, taken) in ids.iter_mut() {
            // What did not even begin to leave is sent for the first time then.
            if let Some(last) = &mut taken.last_sent
                && last.at < self.flushed
            {
                last.was_sent();
            }
        }
        Unfinished { ids, failure }
    }

    /// Sends again what the session has left, as far as there is room.
    pub(super) fn send_again(&mut self) {
        while !self.again.is_empty() && self.unsent().len() < MOST_UNSENT {
            // Those that wait here are taken, and not in flight on this connection.
            if self.ids.taken().saturating_sub(self.again.len()) >= self.window {
                return;
            }
            let Some(id) = self.again.pop_front() else {
                return;
            };
            let Some(taken) = self.ids.get(id) else {
                continue;
            };
            let Some(last) = &mut taken.last_sent else {
                continue;
            };
            if last.packet.len() > self.limits.packet_size {
                let taken = self.ids.free(id);
                taken.map(|taken| taken.receipt.end(Err(fault::PACKET_TOO_LARGE)));
                continue;
            }
            last.at = self.queued;
            self.out.extend_from_slice(&last.packet);
            self.queued += last.packet.len() as u64;
            self.tally.resent += 1;
        }
    }
}

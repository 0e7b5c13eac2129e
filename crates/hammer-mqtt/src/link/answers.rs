//! How what was sent comes to its end: by answers, or with the connection.

use hammer_core::{Failure, Outcome};

use super::resume::LastSent;
use super::{Link, Pinging, Taken, Unfinished};
use crate::config::{Config, Measure};
use crate::packet;
use crate::packet::received::Answered;
use crate::reason;

impl Link {
    /// An answer has come.
    pub(crate) fn answered(
        &mut self,
        config: &Config,
        to: Answered,
        id: u16,
        reason: u8,
        size: usize,
    ) {
        // RabbitMQ answers at QoS 1 what was asked at QoS 2; the label says so.
        let downgraded = |awaits| (awaits, to) == (Answered::Pubrec, Answered::Puback);
        let awaited = self.ids.get(id);
        let awaited = awaited.filter(|taken| taken.awaits == to || downgraded(taken.awaits));
        let Some(taken) = awaited else {
            // Or was that PUBREC sent again?
            let again = to == Answered::Pubrec
                && self
                    .ids
                    .get(id)
                    .is_some_and(|taken| taken.awaits == Answered::Pubcomp);
            if again {
                self.append(&packet::short_answer(0x62, id));
            } else {
                self.tally.unknown += 1;
            }
            return;
        };
        if to == Answered::Pubrec && !reason::is_error(reason) {
            taken.receipt.mark("pubrec");
            taken.awaits = Answered::Pubcomp;
            let release = packet::short_answer(0x62, id);
            if let Some(last) = &mut taken.last_sent {
                **last = LastSent::of(self.queued, &release);
            }
            self.append(&release);
            if reason == reason::NO_MATCHING_SUBSCRIBERS && config.require_subscribers {
                // Its id is free with the PUBCOMP, and nothing better will come.
                self.end_early(id, reason);
            }
            return;
        }
        let Some(Taken { receipt, ended, .. }) = self.ids.free(id) else {
            return;
        };
        if ended {
            return;
        }
        let outcome = outcome(config, to, reason)
            .sent(receipt.sent.into())
            .received(size as u64);
        if outcome.is_ok() && config.measure == Measure::Delivery {
            return;
        }
        if !receipt.end(Ok(outcome)) {
            self.tally.late += 1;
        }
    }

    fn end_early(&mut self, id: u16, reason: u8) {
        if let Some(taken) = self.ids.get(id) {
            let outcome = Outcome::rejected(reason::name(reason)).sent(taken.receipt.sent.into());
            taken.ended = true;
            if !taken.receipt.end(Ok(outcome)) {
                self.tally.late += 1;
            }
        }
    }

    /// PINGRESP has come.
    pub(crate) fn ponged(&mut self) {
        let pinging = self.pings.pop_front();
        self.ponged += u64::from(pinging.is_some());
        match pinging {
            Some(Pinging::Hit(receipt)) => {
                let outcome = Outcome::ok("pingresp")
                    .sent(receipt.sent.into())
                    .received(2);
                if !receipt.end(Ok(outcome)) {
                    self.tally.late += 1;
                }
            }
            Some(Pinging::Fence) => self.fences -= 1,
            Some(Pinging::Nobody) => {}
            None => self.tally.unknown += 1,
        }
    }

    /// The connection is over: so is whatever needed it. What is in flight is unfinished then if it
    /// may be sent again.
    pub(crate) fn fail(&mut self, failure: Failure, resend: bool) -> Unfinished {
        let pinged = self.pings.drain(..).filter_map(|pinging| match pinging {
            Pinging::Hit(receipt) => Some(receipt),
            Pinging::Nobody | Pinging::Fence => None,
        });
        let receipts = (self.waiting.drain(..).map(|waiting| waiting.receipt))
            .chain(self.sent.drain(..).map(|(_, receipt)| receipt))
            .chain(pinged);
        receipts.for_each(|receipt| {
            receipt.end(Err(failure));
        });
        self.fences = 0;
        self.unfinished(failure, resend)
    }
}

/// What an answer means for its hit.
fn outcome(config: &Config, to: Answered, reason: u8) -> Outcome {
    let name = match (to, reason) {
        (Answered::Puback, 0) => "puback",
        (Answered::Pubcomp, 0) => "pubcomp",
        (Answered::Suback, 0..=2) => "suback",
        (_, reason) => reason::name(reason),
    };
    let unheard = reason == reason::NO_MATCHING_SUBSCRIBERS && config.require_subscribers;
    if reason::is_error(reason) || unheard {
        Outcome::rejected(name)
    } else {
        Outcome::ok(name)
    }
}

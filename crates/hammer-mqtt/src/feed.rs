//! What comes from the broker, and who has to know.

use hammer_core::Failure;

use crate::client::Role;
use crate::delivery::Arrival;
use crate::driver::Driver;
use crate::fault;
use crate::handshake;
use crate::link::{Link, Tally};
use crate::packet;
use crate::packet::received::{Frame, Received};

impl Driver {
    /// Does what the packets in `bytes` say; tells how many bytes they were.
    pub(crate) fn feed(
        &self,
        bytes: &[u8],
        link: &mut Link,
        abroad: &mut Vec<Vec<Arrival>>,
    ) -> Result<usize, Failure> {
        let mut used = 0;
        while let Some(frame) = Frame::of(&bytes[used..]).map_err(handshake::malformed)? {
            used += frame.size;
            let version = self.config.claims.connect.version;
            match Received::of(frame, version).map_err(handshake::malformed)? {
                Received::Answer { to, id, reason } => {
                    link.answered(&self.config, to, id, reason, frame.size);
                }
                Received::Message { qos, id, payload } => {
                    self.got(payload, frame.size, abroad);
                    match qos {
                        1 => link.append(&packet::short_answer(0x40, id)),
                        2 => link.append(&packet::short_answer(0x50, id)),
                        _ => {}
                    }
                }
                Received::Release { id } => link.append(&packet::short_answer(0x70, id)),
                Received::Pong => link.ponged(),
                Received::Disconnect { reason } => return Err(fault::ended(reason)),
            }
        }
        // Before any more of it is read.
        handshake::check_size(
            &bytes[used..],
            self.config.claims.connect.most_packet as usize,
        )?;
        Ok(used)
    }

    /// A message has come, in a packet of so many bytes.
    fn got(&self, payload: &[u8], bytes: usize, abroad: &mut Vec<Vec<Arrival>>) {
        let (Role::Subscriber(subscriber), Some(deliveries)) =
            (self.client.role, &self.config.deliveries)
        else {
            return;
        };
        let Some(arrival) = Arrival::of(payload, bytes, deliveries.run, subscriber) else {
            self.slot.count("foreign_messages", 1);
            return;
        };
        let worker = usize::from(arrival.worker);
        if worker == self.slot.worker() {
            self.pool.arrived(&arrival);
            return;
        }
        if abroad.len() <= worker {
            abroad.resize_with(worker + 1, Vec::new);
        }
        abroad[worker].push(arrival);
    }

    /// Tells everybody else what this turn has brought.
    pub(crate) fn tell(&self, link: &mut Link, fenced: bool, abroad: &mut [Vec<Arrival>]) {
        if fenced && !link.is_fenced() {
            self.pool.unfenced(true);
        }
        for (worker, arrivals) in abroad.iter_mut().enumerate() {
            if !arrivals.is_empty() {
                self.pool.post(worker, arrivals);
            }
        }
        let Tally {
            waits,
            late,
            unknown,
            resent,
        } = std::mem::take(&mut link.tally);
        for (name, count) in [
            ("window_waits", waits),
            ("late_answers", late),
            ("unknown_answers", unknown),
            ("resent", resent),
        ] {
            if count > 0 {
                self.slot.count(name, count);
            }
        }
    }
}

//! What the connection of a client is, between the hits that use it and the task that drives it.

mod answers;
mod resume;

use std::collections::VecDeque;

use hammer_core::{Failure, Hit, Outcome};

use self::resume::LastSent;
pub(crate) use self::resume::Unfinished;
use crate::config::{Config, Measure};
use crate::delivery::Numbers;
use crate::fault;
use crate::ids::Ids;
use crate::moment;
use crate::packet::connack::Limits;
use crate::packet::publish::{Alias, Unfit};
use crate::packet::received::Answered;
use crate::packet::{self, Qos, Version, subscribe};
use crate::ticket::Receipt;

/// Bytes that may wait for the socket before hits wait too: what one write takes, and then some.
const MOST_UNSENT: usize = 256 * 1024;

/// What is done to the connection for a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    Publish,
    Subscribe,
    Ping,
}

/// A packet id that is taken, and for what.
struct Taken {
    receipt: Receipt,
    awaits: Answered,
    /// Whether the hit has ended, before the last answer.
    ended: bool,
    /// None unless it may be sent again.
    last_sent: Option<Box<LastSent>>,
}

/// A hit that waits for the window.
struct Waiting {
    receipt: Receipt,
    hit: Hit,
    head: Option<Head>,
}

/// What stands before the payload where deliveries are measured.
pub(crate) type Head = [u8; crate::delivery::HEAD_BYTES];

/// Who waits for an answer to a PINGREQ.
enum Pinging {
    Hit(Receipt),
    /// Nobody: it keeps the connection alive.
    Nobody,
    /// The end of the run.
    Fence,
}

/// What a connection has counted since it was last asked.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) waits: u64,
    pub(crate) late: u64,
    pub(crate) unknown: u64,
    pub(crate) resent: u64,
}

/// A connection that the broker has accepted.
pub(crate) struct Link {
    /// The number of its client.
    client: u64,
    version: Version,
    limits: Limits,
    window: usize,
    /// Bytes for the socket; those before `written` are in it.
    out: Vec<u8>,
    written: usize,
    /// How many bytes were appended to `out` since the connection was opened, and how many of
    /// them are in the socket.
    queued: u64,
    flushed: u64,
    ids: Ids<Taken>,
    /// What the session has left that is yet to be sent again, in its order.
    again: VecDeque<u16>,
    waiting: VecDeque<Waiting>,
    /// Hits without an answer whose bytes the socket does not have yet, and which byte is the last.
    sent: VecDeque<(u64, Receipt)>,
    /// Whether they have ended when it does.
    ends_when_sent: bool,
    pings: VecDeque<Pinging>,
    /// How many pings were answered.
    ponged: u64,
    fences: usize,
    /// Whether the broker knows the topic by number.
    aliased: bool,
    pub(crate) tally: Tally,
}

impl Link {
    /// A connection of `client`, which goes on with what is unfinished if the broker has the session
    /// too.
    pub(crate) fn new(
        config: &Config,
        client: u64,
        limits: Limits,
        unfinished: Option<Unfinished>,
    ) -> Self {
        let window = usize::from(config.window.min(limits.receive_maximum));
        let (ids, again) = match unfinished {
            Some(unfinished) if limits.session_present => unfinished.in_order(),
            Some(unfinished) => {
                unfinished.fail();
                (Ids::new(), VecDeque::new())
            }
            None => (Ids::new(), VecDeque::new()),
        };
        Self {
            client,
            version: config.claims.connect.version,
            limits,
            window,
            out: vec![],
            written: 0,
            queued: 0,
            flushed: 0,
            ids,
            again,
            waiting: VecDeque::new(),
            sent: VecDeque::new(),
            ends_when_sent: config.measure == Measure::Sent,
            pings: VecDeque::new(),
            ponged: 0,
            fences: 0,
            aliased: false,
            tally: Tally::default(),
        }
    }

    /// Whether another packet may be appended now.
    fn has_room(&self, config: &Config, deed: Deed) -> bool {
        let needs_id = match deed {
            Deed::Publish => config.message.qos != Qos::AtMostOnce,
            Deed::Subscribe => true,
            Deed::Ping => false,
        };
        let fits = !needs_id || self.ids.taken() < self.window;
        fits && self.again.is_empty() && self.unsent().len() < MOST_UNSENT
    }

    /// Does `deed` for a hit, now or when there is room.
    pub(crate) fn offer(
        &mut self,
        config: &Config,
        numbers: &mut Numbers,
        hit: &Hit,
        receipt: Receipt,
        head: Option<Head>,
    ) -> Result<(), Failure> {
        if self.waiting.is_empty() && self.has_room(config, config.deed) {
            return self.put(config, numbers, hit, receipt, head);
        }
        if !config.wait_for_window {
            return Err(fault::WINDOW_FULL);
        }
        self.tally.waits += 1;
        self.waiting.push_back(Waiting {
            receipt,
            hit: hit.clone(),
            head,
        });
        Ok(())
    }

    /// Appends the packet of a hit.
    fn put(
        &mut self,
        config: &Config,
        numbers: &mut Numbers,
        hit: &Hit,
        mut receipt: Receipt,
        head: Option<Head>,
    ) -> Result<(), Failure> {
        let start = self.out.len();
        match config.deed {
            Deed::Publish => self.publish(config, numbers, hit, receipt, head)?,
            Deed::Subscribe => {
                let mut moment = moment::of_message(hit, self.client, numbers.next);
                numbers.pass(hit);
                let filter = moment::text(&config.filter, &mut moment)?;
                if !subscribe::is_filter(&filter) {
                    return Err(fault::INVALID_TOPIC);
                }
                let taken = Taken {
                    receipt,
                    awaits: Answered::Suback,
                    ended: false,
                    last_sent: None,
                };
                let id = self.ids.take(taken).ok_or(fault::WINDOW_FULL)?;
                let packet = subscribe::encode(self.version, id, &filter, config.message.qos);
                self.out.extend_from_slice(&packet.unwrap_or_default());
                let sent = (self.out.len() - start) as u32;
                if let Some(taken) = self.ids.get(id) {
                    taken.receipt.sent = sent;
                }
            }
            Deed::Ping => {
                receipt.sent = packet::PING.len() as u32;
                self.out.extend_from_slice(&packet::PING);
                self.pings.push_back(Pinging::Hit(receipt));
            }
        }
        self.queued += (self.out.len() - start) as u64;
        Ok(())
    }

    fn publish(
        &mut self,
        config: &Config,
        numbers: &mut Numbers,
        hit: &Hit,
        mut receipt: Receipt,
        head: Option<Head>,
    ) -> Result<(), Failure> {
        let mut moment = moment::of_message(hit, self.client, numbers.next);
        let head = head.map(|mut head| {
            crate::delivery::number(&mut head, numbers.next);
            head
        });
        let head = head.as_ref().map_or(&[][..], |head| &head[..]);
        let alias = match (config.alias && self.limits.topic_aliases > 0, self.aliased) {
            (false, _) => Alias::None,
            (true, false) => Alias::New,
            (true, true) => Alias::Known,
        };
        let awaits = match config.message.qos {
            Qos::AtMostOnce => None,
            Qos::AtLeastOnce => Some(Answered::Puback),
            Qos::ExactlyOnce => Some(Answered::Pubrec),
        };
        let id = match awaits {
            None => None,
            Some(awaits) => {
                let taken = Taken {
                    receipt: receipt.clone(),
                    awaits,
                    ended: false,
                    last_sent: None,
                };
                Some(self.ids.take(taken).ok_or(fault::WINDOW_FULL)?)
            }
        };
        let most = self.limits.packet_size;
        let encoded = config
            .message
            .encode(&mut moment, id, alias, head, most, &mut self.out);
        let size = match encoded {
            Ok(size) => size as u32,
            Err(unfit) => {
                id.map(|id| self.ids.free(id));
                return Err(match unfit {
                    Unfit::Topic => fault::INVALID_TOPIC,
                    Unfit::TooLarge => fault::PACKET_TOO_LARGE,
                    Unfit::NoValue => fault::NO_VALUE,
                });
            }
        };
        numbers.pass(hit);
        self.aliased |= alias == Alias::New;
        receipt.encoded(size);
        match id {
            Some(id) => {
                if let Some(taken) = self.ids.get(id) {
                    taken.receipt.sent = size;
                    taken.last_sent = config.resend.then(|| {
                        let packet = &self.out[self.out.len() - size as usize..];
                        LastSent::new(self.queued, packet)
                    });
                }
            }
            None => {
                let end = self.queued + u64::from(size);
                self.sent.push_back((end, receipt));
            }
        }
        Ok(())
    }

    /// Appends a PINGREQ that no hit waits for.
    pub(crate) fn keep_alive(&mut self) {
        self.append(&packet::PING);
        self.pings.push_back(Pinging::Nobody);
    }

    /// Appends a PINGREQ whose answer tells that all before it has arrived.
    pub(crate) fn fence(&mut self) {
        self.append(&packet::PING);
        self.pings.push_back(Pinging::Fence);
        self.fences += 1;
    }

    /// Whether fences are without an answer.
    pub(crate) fn is_fenced(&self) -> bool {
        self.fences > 0
    }

    /// The number of the first PINGREQ that is without an answer.
    pub(crate) fn oldest_ping(&self) -> Option<u64> {
        (!self.pings.is_empty()).then_some(self.ponged)
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
        self.queued += bytes.len() as u64;
    }

    /// What is to go to the socket.
    pub(crate) fn unsent(&self) -> &[u8] {
        &self.out[self.written..]
    }

    /// How many bytes the socket has taken so far.
    pub(crate) fn flushed(&self) -> u64 {
        self.flushed
    }

    /// The socket has taken so many bytes.
    pub(crate) fn wrote(&mut self, bytes: usize) {
        self.written += bytes;
        self.flushed += bytes as u64;
        if self.written == self.out.len() {
            self.out.clear();
            self.written = 0;
        } else if self.written > MOST_UNSENT {
            self.out.drain(..self.written);
            self.written = 0;
        }
        while let Some((end, _)) = self.sent.front() {
            if *end > self.flushed {
                break;
            }
            if let Some((_, receipt)) = self.sent.pop_front()
                && self.ends_when_sent
            {
                let sent = u64::from(receipt.sent);
                receipt.end(Ok(Outcome::ok("sent").sent(sent)));
            }
        }
    }

    /// Does what waits for the window, as far as there is room.
    pub(crate) fn pump(&mut self, config: &Config, numbers: &mut Numbers) {
        self.send_again();
        while self.has_room(config, config.deed) {
            let Some(Waiting { receipt, hit, head }) = self.waiting.pop_front() else {
                return;
            };
            if !receipt.is_live() {
                continue;
            }
            receipt.mark("window");
            if let Err(failure) = self.put(config, numbers, &hit, receipt.clone(), head) {
                receipt.end(Err(failure));
            }
        }
    }

    /// Hits that were given up wait no longer. All have the same timeout: they are in front.
    pub(crate) fn forget_given_up(&mut self) {
        while self
            .waiting
            .front()
            .is_some_and(|waiting| !waiting.receipt.is_live())
        {
            self.waiting.pop_front();
        }
    }
}

//! What the connection of a client is, between the hits that use it and the task that drives it.

mod acks;
mod resume;

use std::collections::VecDeque;

use hammer_core::{Failure, Hit, Outcome};

use self::resume::LastSentPacket;
pub(crate) use self::resume::UnacknowledgedPackets;
use crate::config::{MqttCompletion, MqttConfig};
use crate::delivery::MessageSequence;
use crate::failures;
use crate::hit_waiter::HitPromise;
use crate::packet::connack::BrokerLimits;
use crate::packet::publish::{PublishEncodeError, TopicAlias};
use crate::packet::received::AckKind;
use crate::packet::{self, MqttVersion, Qos, subscribe};
use crate::packet_ids::PacketIds;
use crate::render_context;

/// Bytes that may wait for the socket before hits wait too: what one write takes, and then some.
const MAX_UNWRITTEN_BYTES: usize = 256 * 1024;

/// What is done to the connection for a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MqttAction {
    Publish,
    Subscribe,
    Ping,
}

/// A packet id that is taken, and for what.
struct InFlightPacket {
    promise: HitPromise,
    awaits: AckKind,
    /// Whether the hit has ended, before the last answer.
    ended: bool,
    /// None unless it may be sent again.
    last_packet: Option<Box<LastSentPacket>>,
}

/// A hit that waits for the window.
struct QueuedHit {
    promise: HitPromise,
    hit: Hit,
    header: Option<DeliveryHeader>,
}

/// What stands before the payload where deliveries are measured.
pub(crate) type DeliveryHeader = [u8; crate::delivery::DELIVERY_HEADER_BYTES];

/// Who waits for an answer to a PINGREQ.
enum PingPurpose {
    Hit(HitPromise),
    /// Nobody: it keeps the connection alive.
    KeepAlive,
    /// The end of the run.
    Fence,
}

/// What a connection has counted since it was last asked.
#[derive(Debug, Default)]
pub(crate) struct ConnectionCounts {
    pub(crate) window_waits: u64,
    pub(crate) late_acks: u64,
    pub(crate) unknown_acks: u64,
    pub(crate) resent: u64,
}

/// A connection that the broker has accepted.
pub(crate) struct BrokerConnection {
    /// The number of its client.
    client: u64,
    version: MqttVersion,
    limits: BrokerLimits,
    window: usize,
    /// Bytes for the socket; those before `written` are in it.
    out_buffer: Vec<u8>,
    written: usize,
    /// How many bytes were appended to `out` since the connection was opened, and how many of
    /// them are in the socket.
    bytes_queued: u64,
    bytes_flushed: u64,
    in_flight: PacketIds<InFlightPacket>,
    /// What the session has left that is yet to be sent again, in its order.
    resend_queue: VecDeque<u16>,
    queue: VecDeque<QueuedHit>,
    /// Hits without an answer whose bytes the socket does not have yet, and which byte is the last.
    unflushed_hits: VecDeque<(u64, HitPromise)>,
    /// Whether they have ended when it does.
    complete_when_sent: bool,
    pings: VecDeque<PingPurpose>,
    /// How many pings were answered.
    pings_answered: u64,
    pending_fences: usize,
    /// Whether the broker knows the topic by number.
    topic_alias_known: bool,
    pub(crate) counts: ConnectionCounts,
}

impl BrokerConnection {
    /// A connection of `client`, which goes on with what is unfinished if the broker has the session
    /// too.
    pub(crate) fn new(
        config: &MqttConfig,
        client: u64,
        limits: BrokerLimits,
        unfinished: Option<UnacknowledgedPackets>,
    ) -> Self {
        let window = usize::from(config.window.min(limits.receive_maximum));
        let (in_flight, resend_queue) = match unfinished {
            Some(unfinished) if limits.session_present => unfinished.into_send_order(),
            Some(unfinished) => {
                unfinished.fail();
                (PacketIds::new(), VecDeque::new())
            }
            None => (PacketIds::new(), VecDeque::new()),
        };
        Self {
            client,
            version: config.identity.connect.version,
            limits,
            window,
            out_buffer: vec![],
            written: 0,
            bytes_queued: 0,
            bytes_flushed: 0,
            in_flight,
            resend_queue,
            queue: VecDeque::new(),
            unflushed_hits: VecDeque::new(),
            complete_when_sent: config.completion == MqttCompletion::Sent,
            pings: VecDeque::new(),
            pings_answered: 0,
            pending_fences: 0,
            topic_alias_known: false,
            counts: ConnectionCounts::default(),
        }
    }

    /// Whether another packet may be appended now.
    fn has_room(&self, config: &MqttConfig, deed: MqttAction) -> bool {
        let needs_id = match deed {
            MqttAction::Publish => config.message.qos != Qos::AtMostOnce,
            MqttAction::Subscribe => true,
            MqttAction::Ping => false,
        };
        let fits = !needs_id || self.in_flight.in_use() < self.window;
        fits && self.resend_queue.is_empty() && self.unwritten().len() < MAX_UNWRITTEN_BYTES
    }

    /// Does `deed` for a hit, now or when there is room.
    pub(crate) fn submit(
        &mut self,
        config: &MqttConfig,
        numbers: &mut MessageSequence,
        hit: &Hit,
        receipt: HitPromise,
        head: Option<DeliveryHeader>,
    ) -> Result<(), Failure> {
        if self.queue.is_empty() && self.has_room(config, config.action) {
            return self.queue_hit(config, numbers, hit, receipt, head);
        }
        if !config.wait_for_window {
            return Err(failures::WINDOW_FULL);
        }
        self.counts.window_waits += 1;
        self.queue.push_back(QueuedHit {
            promise: receipt,
            hit: hit.clone(),
            header: head,
        });
        Ok(())
    }

    /// Appends the packet of a hit.
    fn queue_hit(
        &mut self,
        config: &MqttConfig,
        numbers: &mut MessageSequence,
        hit: &Hit,
        mut receipt: HitPromise,
        head: Option<DeliveryHeader>,
    ) -> Result<(), Failure> {
        let start = self.out_buffer.len();
        match config.action {
            MqttAction::Publish => self.queue_publish(config, numbers, hit, receipt, head)?,
            MqttAction::Subscribe => {
                let mut moment = render_context::for_message(hit, self.client, numbers.next);
                numbers.advance(hit);
                let filter = render_context::render_text(&config.filter, &mut moment)?;
                if !subscribe::is_valid_filter(&filter) {
                    return Err(failures::INVALID_TOPIC);
                }
                let taken = InFlightPacket {
                    promise: receipt,
                    awaits: AckKind::Suback,
                    ended: false,
                    last_packet: None,
                };
                let id = self
                    .in_flight
                    .allocate(taken)
                    .ok_or(failures::WINDOW_FULL)?;
                let packet = subscribe::encode(self.version, id, &filter, config.message.qos);
                self.out_buffer
                    .extend_from_slice(&packet.unwrap_or_default());
                let sent = (self.out_buffer.len() - start) as u32;
                if let Some(taken) = self.in_flight.get_mut(id) {
                    taken.promise.sent = sent;
                }
            }
            MqttAction::Ping => {
                receipt.sent = packet::PINGREQ.len() as u32;
                self.out_buffer.extend_from_slice(&packet::PINGREQ);
                self.pings.push_back(PingPurpose::Hit(receipt));
            }
        }
        self.bytes_queued += (self.out_buffer.len() - start) as u64;
        Ok(())
    }

    fn queue_publish(
        &mut self,
        config: &MqttConfig,
        numbers: &mut MessageSequence,
        hit: &Hit,
        mut receipt: HitPromise,
        head: Option<DeliveryHeader>,
    ) -> Result<(), Failure> {
        let mut moment = render_context::for_message(hit, self.client, numbers.next);
        let head = head.map(|mut head| {
            crate::delivery::set_header_seq(&mut head, numbers.next);
            head
        });
        let head = head.as_ref().map_or(&[][..], |head| &head[..]);
        let alias = match (
            config.use_topic_alias && self.limits.topic_alias_maximum > 0,
            self.topic_alias_known,
        ) {
            (false, _) => TopicAlias::None,
            (true, false) => TopicAlias::New,
            (true, true) => TopicAlias::Known,
        };
        let awaits = match config.message.qos {
            Qos::AtMostOnce => None,
            Qos::AtLeastOnce => Some(AckKind::Puback),
            Qos::ExactlyOnce => Some(AckKind::Pubrec),
        };
        let id = match awaits {
            None => None,
            Some(awaits) => {
                let taken = InFlightPacket {
                    promise: receipt.clone(),
                    awaits,
                    ended: false,
                    last_packet: None,
                };
                Some(
                    self.in_flight
                        .allocate(taken)
                        .ok_or(failures::WINDOW_FULL)?,
                )
            }
        };
        let most = self.limits.max_packet_size;
        let encoded =
            config
                .message
                .encode(&mut moment, id, alias, head, most, &mut self.out_buffer);
        let size = match encoded {
            Ok(size) => size as u32,
            Err(unfit) => {
                id.map(|id| self.in_flight.release(id));
                return Err(match unfit {
                    PublishEncodeError::InvalidTopic => failures::INVALID_TOPIC,
                    PublishEncodeError::TooLarge => failures::PACKET_TOO_LARGE,
                    PublishEncodeError::NoValue => failures::NO_VALUE,
                });
            }
        };
        numbers.advance(hit);
        self.topic_alias_known |= alias == TopicAlias::New;
        receipt.set_encoded_size(size);
        match id {
            Some(id) => {
                if let Some(taken) = self.in_flight.get_mut(id) {
                    taken.promise.sent = size;
                    taken.last_packet = config.resend.then(|| {
                        let packet = &self.out_buffer[self.out_buffer.len() - size as usize..];
                        LastSentPacket::boxed(self.bytes_queued, packet)
                    });
                }
            }
            None => {
                let end = self.bytes_queued + u64::from(size);
                self.unflushed_hits.push_back((end, receipt));
            }
        }
        Ok(())
    }

    /// Appends a PINGREQ that no hit waits for.
    pub(crate) fn queue_keep_alive(&mut self) {
        self.append(&packet::PINGREQ);
        self.pings.push_back(PingPurpose::KeepAlive);
    }

    /// Appends a PINGREQ whose answer tells that all before it has arrived.
    pub(crate) fn queue_fence(&mut self) {
        self.append(&packet::PINGREQ);
        self.pings.push_back(PingPurpose::Fence);
        self.pending_fences += 1;
    }

    /// Whether fences are without an answer.
    pub(crate) fn has_pending_fence(&self) -> bool {
        self.pending_fences > 0
    }

    /// The number of the first PINGREQ that is without an answer.
    pub(crate) fn oldest_ping(&self) -> Option<u64> {
        (!self.pings.is_empty()).then_some(self.pings_answered)
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) {
        self.out_buffer.extend_from_slice(bytes);
        self.bytes_queued += bytes.len() as u64;
    }

    /// What is to go to the socket.
    pub(crate) fn unwritten(&self) -> &[u8] {
        &self.out_buffer[self.written..]
    }

    /// How many bytes the socket has taken so far.
    pub(crate) fn bytes_flushed(&self) -> u64 {
        self.bytes_flushed
    }

    /// The socket has taken so many bytes.
    pub(crate) fn advance_written(&mut self, bytes: usize) {
        self.written += bytes;
        self.bytes_flushed += bytes as u64;
        if self.written == self.out_buffer.len() {
            self.out_buffer.clear();
            self.written = 0;
        } else if self.written > MAX_UNWRITTEN_BYTES {
            self.out_buffer.drain(..self.written);
            self.written = 0;
        }
        while let Some((end, _)) = self.unflushed_hits.front() {
            if *end > self.bytes_flushed {
                break;
            }
            if let Some((_, receipt)) = self.unflushed_hits.pop_front()
                && self.complete_when_sent
            {
                let sent = u64::from(receipt.sent);
                receipt.complete(Ok(Outcome::ok("sent").sent(sent)));
            }
        }
    }

    /// Does what waits for the window, as far as there is room.
    pub(crate) fn send_queued(&mut self, config: &MqttConfig, numbers: &mut MessageSequence) {
        self.resend_pending();
        while self.has_room(config, config.action) {
            let Some(QueuedHit {
                promise: receipt,
                hit,
                header: head,
            }) = self.queue.pop_front()
            else {
                return;
            };
            if !receipt.is_awaited() {
                continue;
            }
            receipt.mark_phase("window");
            if let Err(failure) = self.queue_hit(config, numbers, &hit, receipt.clone(), head) {
                receipt.complete(Err(failure));
            }
        }
    }

    /// Hits that were given up wait no longer. All have the same timeout: they are in front.
    pub(crate) fn drop_abandoned(&mut self) {
        while self
            .queue
            .front()
            .is_some_and(|waiting| !waiting.promise.is_awaited())
        {
            self.queue.pop_front();
        }
    }
}

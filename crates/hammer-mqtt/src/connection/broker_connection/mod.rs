//! The state of a connection: packets in flight, queued hits and unwritten bytes.

mod acks;
mod answers;
mod pings;
mod queued_hits;
mod resume;
mod subscriptions;

use std::collections::VecDeque;

use hammer_core::{Failure, Hit, Outcome};

use self::answers::BrokerMessageAnswers;
use self::pings::{PingPurpose, UnansweredPing};
use self::queued_hits::{PacketWindow, QueuedHits};
pub(crate) use self::resume::LostConnectionPackets;
use self::resume::ResendablePacket;
use crate::config::MqttConfig;
use crate::connection::connection_terms::ConnectionTerms;
use crate::connection::packet_ids::PacketIdTable;
use crate::connection::unconfirmed_messages::UnconfirmedMessages;
use crate::connection::unrequested_packet_guard::UnrequestedPacketGuard;
use crate::failures;
use crate::load::hit_waiter::HitPromise;
use crate::load::message_sequence::MessageSequence;
use crate::packet::connack::BrokerLimits;
use crate::packet::publish::{PublishEncodeError, PublishFields, TopicAliasUse};
use crate::packet::received::AckKind;
use crate::packet::{self, MqttVersion, Qos};
use crate::template::render_context;

/// The maximum number of unwritten bytes before hits have to wait; more than one write takes.
const MAX_UNWRITTEN_BYTES: usize = 256 * 1024;

/// The action of a hit on a shared connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MqttAction {
    Publish,
    Subscribe,
    Ping,
}

/// A packet that waits for an acknowledgment.
struct InFlightPacket {
    promise: HitPromise,
    awaits: AckKind,
    /// True if the hit ended before the last acknowledgment.
    ended: bool,
    /// True for a message that counts, and not for one of the warm-up.
    is_measured: bool,
    /// The end of the packet in the stream.
    end: u64,
    /// Set only if the packet may be sent again.
    last_packet: Option<Box<ResendablePacket>>,
}

/// A message without an acknowledgment that the socket has not taken yet.
struct UnflushedMessage {
    /// The end of its packet in the stream.
    end: u64,
    promise: HitPromise,
    /// True for a message that counts, and not for one of the warm-up.
    is_measured: bool,
}

/// The header before the payload if deliveries are measured.
pub(crate) type DeliveryHeader = [u8; crate::load::delivery::DELIVERY_HEADER_BYTES];

/// Counts of a connection since the last report.
#[derive(Debug, Default)]
pub(crate) struct AckAnomalyCounts {
    /// Hits that waited for the window, whoever set it.
    pub(crate) window_waits: u64,
    /// Hits among them that waited for the broker's receive maximum.
    pub(crate) receive_max_waits: u64,
    /// Hits that waited until the broker had read earlier packets.
    pub(crate) write_waits: u64,
    pub(crate) late_acks: u64,
    pub(crate) unknown_acks: u64,
    pub(crate) resent: u64,
    /// Messages that count and that the broker has refused.
    pub(crate) refused: u64,
    /// Messages that are not of this run.
    pub(crate) foreign_messages: u64,
}

/// A connection that the broker has accepted.
pub(crate) struct BrokerConnection {
    /// The number of the client.
    client: u64,
    version: MqttVersion,
    limits: BrokerLimits,
    terms: ConnectionTerms,
    window: PacketWindow,
    /// Bytes for the socket, of which the first `written` are sent.
    out_buffer: Vec<u8>,
    written: usize,
    /// Bytes appended to `out_buffer` since the connection was opened.
    bytes_queued: u64,
    /// Bytes of these that the socket has taken.
    bytes_flushed: u64,
    in_flight: PacketIdTable<InFlightPacket>,
    /// Ids of the packets of the last connection that are still to be sent again, in order.
    resend_queue: VecDeque<u16>,
    queued_hits: QueuedHits,
    unflushed_hits: VecDeque<UnflushedMessage>,
    pings: VecDeque<UnansweredPing>,
    /// The number of answered pings.
    pings_answered: u64,
    pending_fences: usize,
    /// True if the broker knows the topic alias.
    topic_alias_known: bool,
    answers: BrokerMessageAnswers,
    unrequested: UnrequestedPacketGuard,
    unconfirmed: UnconfirmedMessages,
    pub(crate) counts: AckAnomalyCounts,
}

impl BrokerConnection {
    /// Makes a connection of `client`, which resumes the unacknowledged packets of a session.
    pub(crate) fn new(
        config: &MqttConfig,
        client: u64,
        limits: BrokerLimits,
        terms: ConnectionTerms,
        unacknowledged: Option<LostConnectionPackets>,
    ) -> Self {
        let window = PacketWindow::new(config.window, limits.receive_maximum);
        let (in_flight, resend_queue) = match unacknowledged {
            Some(unacknowledged) => unacknowledged.into_send_order(),
            None => (PacketIdTable::new(), VecDeque::new()),
        };
        Self {
            client,
            version: config.identity.connect.version,
            limits,
            terms,
            window,
            out_buffer: vec![],
            written: 0,
            bytes_queued: 0,
            bytes_flushed: 0,
            in_flight,
            resend_queue,
            queued_hits: QueuedHits::default(),
            unflushed_hits: VecDeque::new(),
            pings: VecDeque::new(),
            pings_answered: 0,
            pending_fences: 0,
            topic_alias_known: false,
            answers: BrokerMessageAnswers::new(limits.session_present),
            unrequested: UnrequestedPacketGuard::default(),
            unconfirmed: UnconfirmedMessages::new(&config.doubts.unconfirmed),
            counts: AckAnomalyCounts::default(),
        }
    }

    /// Appends the packet of a hit.
    fn queue_hit(
        &mut self,
        config: &MqttConfig,
        sequence: &mut MessageSequence,
        hit: &Hit,
        mut promise: HitPromise,
        header: Option<DeliveryHeader>,
    ) -> Result<(), Failure> {
        match config.action {
            MqttAction::Publish => self.queue_publish(config, sequence, hit, promise, header),
            MqttAction::Subscribe => self.queue_subscribe(config, sequence, hit, promise),
            MqttAction::Ping => {
                promise.sent = packet::PINGREQ.len() as u32;
                self.queue_ping(PingPurpose::Hit(promise));
                Ok(())
            }
        }
    }

    fn queue_publish(
        &mut self,
        config: &MqttConfig,
        sequence: &mut MessageSequence,
        hit: &Hit,
        mut promise: HitPromise,
        header: Option<DeliveryHeader>,
    ) -> Result<(), Failure> {
        let mut context = render_context::for_message(hit, self.client, sequence.next);
        let header = header.map(|mut header| {
            crate::load::delivery::set_header_seq(&mut header, sequence.next);
            header
        });
        let header = header.as_ref().map_or(&[][..], |header| &header[..]);
        let alias = match (self.terms.use_topic_alias, self.topic_alias_known) {
            (false, _) => TopicAliasUse::None,
            (true, false) => TopicAliasUse::New,
            (true, true) => TopicAliasUse::Known,
        };
        let is_measured = !hit.is_warm_up();
        let awaits = match self.terms.qos {
            Qos::AtMostOnce => None,
            Qos::AtLeastOnce => Some(AckKind::Puback),
            Qos::ExactlyOnce => Some(AckKind::Pubrec),
        };
        let id = match awaits {
            None => None,
            Some(awaits) => {
                let entry = InFlightPacket {
                    promise: promise.clone(),
                    awaits,
                    ended: false,
                    is_measured,
                    end: 0,
                    last_packet: None,
                };
                Some(
                    self.in_flight
                        .allocate(entry)
                        .ok_or(failures::WINDOW_FULL)?,
                )
            }
        };
        let fields = PublishFields {
            qos: self.terms.qos,
            retain: self.terms.retain,
            id,
            alias,
            header,
            max_size: self.limits.max_packet_size,
        };
        let message = &config.message;
        let encoded = message.encode(&mut context, fields, &mut self.out_buffer);
        let size = match encoded {
            Ok(size) => size as u32,
            Err(error) => {
                id.map(|id| self.in_flight.release(id));
                return Err(match error {
                    PublishEncodeError::InvalidTopic => failures::INVALID_TOPIC,
                    PublishEncodeError::TooLarge => failures::PACKET_TOO_LARGE,
                    PublishEncodeError::NoValue => failures::NO_VALUE,
                });
            }
        };
        sequence.advance(hit);
        self.topic_alias_known |= alias == TopicAliasUse::New;
        promise.set_encoded_size(size);
        let start = self.bytes_queued;
        self.bytes_queued += u64::from(size);
        let end = self.bytes_queued;
        match id {
            Some(id) => {
                if let Some(entry) = self.in_flight.get_mut(id) {
                    entry.promise.sent = size;
                    entry.end = end;
                    entry.last_packet = self.terms.resend.then(|| {
                        let packet = &self.out_buffer[self.out_buffer.len() - size as usize..];
                        ResendablePacket::boxed(start, packet)
                    });
                }
            }
            None => {
                if self.terms.complete_when_sent && is_measured {
                    self.unconfirmed.record_queued();
                }
                self.unflushed_hits.push_back(UnflushedMessage {
                    end,
                    promise,
                    is_measured,
                });
            }
        }
        Ok(())
    }

    /// Returns true if the client sends its messages in flight again on its next connection.
    pub(crate) fn resends(&self) -> bool {
        self.terms.resend
    }

    /// Returns true if nothing but a fence confirms the messages.
    pub(crate) fn completes_when_sent(&self) -> bool {
        self.terms.complete_when_sent
    }

    /// Returns true if a packet was sent or is going to be.
    pub(crate) fn has_sent(&self) -> bool {
        self.bytes_queued > 0
    }

    /// Returns true if the broker has kept the session of the client.
    pub(crate) fn is_resumed(&self) -> bool {
        self.limits.session_present
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) {
        self.out_buffer.extend_from_slice(bytes);
        self.bytes_queued += bytes.len() as u64;
    }

    /// Returns the bytes for the socket.
    pub(crate) fn unwritten(&self) -> &[u8] {
        &self.out_buffer[self.written..]
    }

    /// Returns the number of bytes that the socket has taken so far.
    pub(crate) fn bytes_flushed(&self) -> u64 {
        self.bytes_flushed
    }

    /// Records that the socket has taken `bytes`.
    pub(crate) fn advance_written(&mut self, bytes: usize) {
        self.written += bytes;
        self.bytes_flushed += bytes as u64;
        if self.written == self.out_buffer.len() {
            self.out_buffer.clear();
            self.written = 0;
        } else if self.written > MAX_UNWRITTEN_BYTES && self.written > self.out_buffer.len() / 2 {
            // Never moves more bytes than were written.
            self.out_buffer.drain(..self.written);
            self.written = 0;
        }
        while self
            .unflushed_hits
            .front()
            .is_some_and(|message| message.end <= self.bytes_flushed)
        {
            let Some(message) = self.unflushed_hits.pop_front() else {
                return;
            };
            self.message_flushed(message);
        }
    }

    fn message_flushed(&mut self, message: UnflushedMessage) {
        let UnflushedMessage {
            promise,
            is_measured,
            ..
        } = message;
        if !self.terms.complete_when_sent {
            return;
        }
        if is_measured {
            self.unconfirmed.record_flushed();
        }
        let sent = u64::from(promise.sent);
        promise.complete(Ok(Outcome::ok("sent").sent(sent)));
    }

    /// Returns the number of messages that were sent without any confirmation so far.
    pub(crate) fn unconfirmed_messages(&self) -> u64 {
        self.unconfirmed.count()
    }
}

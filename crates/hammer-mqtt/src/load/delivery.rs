//! Messages on their way to subscribers: headers, counts and order.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use std::task::{Poll, Waker};

use crate::packet::Qos;

/// The size of the header before the payload: a magic number, the run, and the hit, in network byte
/// order.
pub(crate) const DELIVERY_HEADER_BYTES: usize = 32;
const DELIVERY_MAGIC: [u8; 4] = *b"hmr1";
const SEQ_RANGE: std::ops::Range<usize> = 24..32;

/// The subscribers of published messages.
#[derive(Debug, Clone)]
pub(crate) struct DeliverySubscriberConfig {
    pub(crate) subscribers: usize,
    /// The filter, with the prefix of the group if the subscription is shared.
    pub(crate) filter: String,
    /// The group of a shared subscription.
    pub(crate) group: Option<String>,
    /// The QoS of the messages and the subscriptions.
    pub(crate) qos: Qos,
    /// The id of the run, which distinguishes its messages from those of other runs.
    pub(crate) run: u32,
}

impl DeliverySubscriberConfig {
    /// Returns true if each message goes to one of the subscribers.
    pub(crate) fn is_shared(&self) -> bool {
        self.group.is_some()
    }

    /// Returns the number of subscribers that get each message.
    pub(crate) fn copies_per_message(&self) -> u32 {
        match self.is_shared() {
            true => 1,
            false => self.subscribers as u32,
        }
    }
}

/// A message that a subscriber has received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DeliveryRecord {
    /// The worker of the hit.
    pub(crate) worker: u16,
    pub(crate) client: u32,
    pub(crate) waiter: u32,
    pub(crate) generation: u32,
    pub(crate) seq: u64,
    pub(crate) subscriber: u32,
    /// The size of its packet.
    pub(crate) bytes: u32,
}

impl DeliveryRecord {
    /// Returns the header for the message. [`set_header_seq`] adds the sequence number later.
    pub(crate) fn to_header(self, run: u32) -> [u8; DELIVERY_HEADER_BYTES] {
        let mut header = [0; DELIVERY_HEADER_BYTES];
        header[..4].copy_from_slice(&DELIVERY_MAGIC);
        header[4..8].copy_from_slice(&run.to_be_bytes());
        header[8..10].copy_from_slice(&self.worker.to_be_bytes());
        header[12..16].copy_from_slice(&self.client.to_be_bytes());
        header[16..20].copy_from_slice(&self.waiter.to_be_bytes());
        header[20..24].copy_from_slice(&self.generation.to_be_bytes());
        set_header_seq(&mut header, self.seq);
        header
    }

    /// Parses the header of a payload, which came in a packet of `bytes` bytes. Returns `None` if
    /// it is not of this run.
    pub(crate) fn from_payload(
        payload: &[u8],
        bytes: usize,
        run: u32,
        subscriber: u32,
    ) -> Option<Self> {
        let header: &[u8; DELIVERY_HEADER_BYTES] = payload.first_chunk()?;
        let u32_at = |at: usize| {
            header[at..]
                .first_chunk()
                .map(|bytes| u32::from_be_bytes(*bytes))
        };
        let is_own = header[..4] == DELIVERY_MAGIC && u32_at(4)? == run;
        let found = Self {
            worker: u16::from_be_bytes([header[8], header[9]]),
            client: u32_at(12)?,
            waiter: u32_at(16)?,
            generation: u32_at(20)?,
            seq: u64::from_be_bytes(*header[SEQ_RANGE].first_chunk()?),
            subscriber,
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
        };
        is_own.then_some(found)
    }
}

/// Writes the sequence number of a message into its header.
pub(crate) fn set_header_seq(header: &mut [u8; DELIVERY_HEADER_BYTES], seq: u64) {
    header[SEQ_RANGE].copy_from_slice(&seq.to_be_bytes());
}

/// A channel to a worker, for deliveries that arrived at subscribers of other workers.
#[derive(Debug, Default)]
pub(crate) struct WorkerDeliveryChannel(Mutex<WorkerDeliveryQueue>);

#[derive(Debug, Default)]
struct WorkerDeliveryQueue {
    deliveries: Vec<DeliveryRecord>,
    waker: Option<Waker>,
}

impl WorkerDeliveryChannel {
    /// Sends all `deliveries`; the vector is empty afterward.
    pub(crate) fn send(&self, deliveries: &mut Vec<DeliveryRecord>) {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queue.deliveries.append(deliveries);
        if let Some(waker) = queue.waker.take() {
            waker.wake();
        }
    }

    /// Waits for deliveries, and moves them to `into`, which must be empty.
    pub(crate) async fn receive(&self, into: &mut Vec<DeliveryRecord>) {
        poll_fn(|cx| {
            let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if queue.deliveries.is_empty() {
                queue.waker = Some(cx.waker().clone());
                return Poll::Pending;
            }
            std::mem::swap(&mut queue.deliveries, into);
            Poll::Ready(())
        })
        .await;
    }
}

/// The last sequence numbers that one subscriber received from one client.
#[derive(Debug, Default, Clone, Copy)]
struct SequenceWindow {
    /// The highest number so far.
    highest: u64,
    /// The received numbers up to the highest, which is the lowest bit.
    bits: u128,
}

/// The order of a message by its sequence number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SequenceOrder {
    InOrder,
    /// The message came after one that was sent later.
    OutOfOrder,
    Duplicate,
}

impl SequenceWindow {
    fn record(&mut self, seq: u64) -> SequenceOrder {
        if self.bits == 0 || seq > self.highest {
            let ahead = if self.bits == 0 {
                u64::MAX
            } else {
                seq - self.highest
            };
            let moved = u32::try_from(ahead)
                .ok()
                .and_then(|by| self.bits.checked_shl(by));
            self.bits = moved.unwrap_or(0) | 1;
            self.highest = seq;
            return SequenceOrder::InOrder;
        }
        let age = self.highest - seq;
        let Some(bit) = u32::try_from(age)
            .ok()
            .and_then(|by| 1_u128.checked_shl(by))
        else {
            // Too old for the window: more likely late than a duplicate.
            return SequenceOrder::OutOfOrder;
        };
        if self.bits & bit != 0 {
            return SequenceOrder::Duplicate;
        }
        self.bits |= bit;
        SequenceOrder::OutOfOrder
    }
}

/// The counts of deliveries of a worker's messages.
#[derive(Debug, Default)]
pub(crate) struct DeliveryLedger {
    seen: HashMap<(u32, u32), SequenceWindow>,
    /// Deliveries without duplicates: each message counts once per subscriber.
    pub(crate) delivered: u64,
    pub(crate) duplicates: u64,
    pub(crate) reordered: u64,
}

impl DeliveryLedger {
    /// Records a delivery, which is counted only if `is_measured`. Returns false for a duplicate.
    /// Subscribers with a `shared` subscription have no common order.
    pub(crate) fn record(
        &mut self,
        delivery: &DeliveryRecord,
        shared: bool,
        is_measured: bool,
    ) -> bool {
        let subscriber = if shared { 0 } else { delivery.subscriber };
        let seen = self.seen.entry((delivery.client, subscriber)).or_default();
        match seen.record(delivery.seq) {
            SequenceOrder::Duplicate => {
                self.duplicates += u64::from(is_measured);
                return false;
            }
            SequenceOrder::OutOfOrder if !shared => self.reordered += u64::from(is_measured),
            SequenceOrder::OutOfOrder | SequenceOrder::InOrder => {}
        }
        self.delivered += u64::from(is_measured);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELIVERY: DeliveryRecord = DeliveryRecord {
        worker: 3,
        client: 70_000,
        waiter: 5,
        generation: 6,
        seq: 1 << 40,
        subscriber: 9,
        bytes: 50,
    };

    #[test]
    fn a_header_round_trips() {
        let mut payload = DELIVERY.to_header(77).to_vec();
        payload.extend_from_slice(b"rest");
        assert_eq!(
            DeliveryRecord::from_payload(&payload, 50, 77, 9),
            Some(DELIVERY)
        );
        assert_eq!(
            DeliveryRecord::from_payload(&payload, 50, 78, 9),
            None,
            "another run"
        );
        assert_eq!(
            DeliveryRecord::from_payload(&payload[..31], 50, 77, 9),
            None,
            "too short"
        );
        assert_eq!(
            DeliveryRecord::from_payload(&[b'x'; 40], 50, 77, 9),
            None,
            "no magic number"
        );
    }

    #[test]
    fn duplicates_and_reordered_messages_are_counted() {
        for (numbers, duplicates, reordered) in [
            (&[0, 1, 2, 3][..], 0, 0),
            (&[5, 6, 8], 0, 0),
            (&[0, 2, 1, 3], 0, 1),
            (&[0, 0, 1, 1, 0], 3, 0),
            (&[0, 200, 199, 200, 0], 1, 2),
            (&[u64::MAX - 1, u64::MAX, u64::MAX], 1, 0),
        ] {
            let mut ledger = DeliveryLedger::default();
            for seq in numbers {
                ledger.record(
                    &DeliveryRecord {
                        seq: *seq,
                        ..DELIVERY
                    },
                    false,
                    true,
                );
            }
            let found = (ledger.duplicates, ledger.reordered);
            assert_eq!(found, (duplicates, reordered), "{numbers:?}");
            assert_eq!(ledger.delivered, numbers.len() as u64 - duplicates);
        }
    }

    #[test]
    fn a_shared_subscription_has_duplicates_but_no_order() {
        let mut ledger = DeliveryLedger::default();
        for (seq, subscriber) in [(0, 0), (2, 1), (1, 0), (2, 0)] {
            ledger.record(
                &DeliveryRecord {
                    seq,
                    subscriber,
                    ..DELIVERY
                },
                true,
                true,
            );
        }
        assert_eq!(
            (ledger.delivered, ledger.duplicates, ledger.reordered),
            (3, 1, 0)
        );
    }

    #[tokio::test]
    async fn a_channel_passes_deliveries_on() {
        let (channel, mut into) = (WorkerDeliveryChannel::default(), vec![]);
        channel.send(&mut vec![DELIVERY, DELIVERY]);
        channel.receive(&mut into).await;
        assert_eq!(into.len(), 2);
    }
}

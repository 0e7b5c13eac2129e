//! Messages on their way to subscribers of this process: how they are known again, and what is
//! made of their order.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use std::task::{Poll, Waker};

use hammer_core::Hit;

/// What stands before the payload: a mark, the run, and whom it concerns, in network byte order.
pub(crate) const DELIVERY_HEADER_BYTES: usize = 32;
const DELIVERY_MAGIC: [u8; 4] = *b"hmr1";
const SEQ_RANGE: std::ops::Range<usize> = 24..32;

/// Who gets what is published.
#[derive(Debug, Clone)]
pub(crate) struct DeliveryConfig {
    pub(crate) subscribers: usize,
    /// With the group before it, where subscribers share it.
    pub(crate) filter: String,
    pub(crate) shared: bool,
    /// Tells this run's messages from those of others.
    pub(crate) run: u32,
}

impl DeliveryConfig {
    /// How many subscribers get each message.
    pub(crate) fn copies_per_message(&self) -> u32 {
        match self.shared {
            true => 1,
            false => self.subscribers as u32,
        }
    }
}

/// The numbers of a client's messages, in the order in which they go out.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct MessageSequence {
    /// That of the next one.
    pub(crate) next: u64,
    /// So many of the first belong to the warm-up.
    warm_up_end: u64,
}

impl MessageSequence {
    /// The next one is that of `hit`.
    pub(crate) fn advance(&mut self, hit: &Hit) {
        self.next += 1;
        if hit.is_warm_up() {
            self.warm_up_end = self.next;
        }
    }

    /// How many there were without the warm-up.
    pub(crate) fn measured_count(self) -> u64 {
        self.next - self.warm_up_end
    }

    /// Whether the message of this number is none of the warm-up.
    pub(crate) fn is_measured(self, seq: u64) -> bool {
        seq >= self.warm_up_end
    }
}

/// A message that a subscriber has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DeliveryRecord {
    /// The worker whose hit it was.
    pub(crate) worker: u16,
    pub(crate) client: u32,
    pub(crate) waiter: u32,
    pub(crate) generation: u32,
    pub(crate) seq: u64,
    pub(crate) subscriber: u32,
    /// All of its packet.
    pub(crate) bytes: u32,
}

impl DeliveryRecord {
    /// What goes before the payload of the message; its number among the client's follows with
    /// [`number`].
    pub(crate) fn to_header(&self, run: u32) -> [u8; DELIVERY_HEADER_BYTES] {
        let mut head = [0; DELIVERY_HEADER_BYTES];
        head[..4].copy_from_slice(&DELIVERY_MAGIC);
        head[4..8].copy_from_slice(&run.to_be_bytes());
        head[8..10].copy_from_slice(&self.worker.to_be_bytes());
        head[12..16].copy_from_slice(&self.client.to_be_bytes());
        head[16..20].copy_from_slice(&self.waiter.to_be_bytes());
        head[20..24].copy_from_slice(&self.generation.to_be_bytes());
        set_header_seq(&mut head, self.seq);
        head
    }

    /// Reads the head of a payload, which came in so many bytes; none if it is not of this run.
    pub(crate) fn from_payload(
        payload: &[u8],
        bytes: usize,
        run: u32,
        subscriber: u32,
    ) -> Option<Self> {
        let head: &[u8; DELIVERY_HEADER_BYTES] = payload.first_chunk()?;
        let four = |at: usize| {
            head[at..]
                .first_chunk()
                .map(|bytes| u32::from_be_bytes(*bytes))
        };
        let ours = head[..4] == DELIVERY_MAGIC && four(4)? == run;
        let found = Self {
            worker: u16::from_be_bytes([head[8], head[9]]),
            client: four(12)?,
            waiter: four(16)?,
            generation: four(20)?,
            seq: u64::from_be_bytes(*head[SEQ_RANGE].first_chunk()?),
            subscriber,
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
        };
        ours.then_some(found)
    }
}

/// Writes the number of a message into its head.
pub(crate) fn set_header_seq(head: &mut [u8; DELIVERY_HEADER_BYTES], seq: u64) {
    head[SEQ_RANGE].copy_from_slice(&seq.to_be_bytes());
}

/// Where a worker gets what subscribers of others have got for it.
#[derive(Debug, Default)]
pub(crate) struct WorkerChannel(Mutex<ChannelQueue>);

#[derive(Debug, Default)]
struct ChannelQueue {
    arrivals: Vec<DeliveryRecord>,
    waker: Option<Waker>,
}

impl WorkerChannel {
    /// Posts all of `arrivals`, which is empty afterwards.
    pub(crate) fn send(&self, arrivals: &mut Vec<DeliveryRecord>) {
        let mut mail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mail.arrivals.append(arrivals);
        if let Some(waker) = mail.waker.take() {
            waker.wake();
        }
    }

    /// Waits for mail, and puts it into `into`, which is empty.
    pub(crate) async fn receive(&self, into: &mut Vec<DeliveryRecord>) {
        poll_fn(|cx| {
            let mut mail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if mail.arrivals.is_empty() {
                mail.waker = Some(cx.waker().clone());
                return Poll::Pending;
            }
            std::mem::swap(&mut mail.arrivals, into);
            Poll::Ready(())
        })
        .await;
    }
}

/// What was seen of the messages of one client by one subscriber.
#[derive(Debug, Default, Clone, Copy)]
struct SequenceWindow {
    /// The highest number so far.
    highest: u64,
    /// Which of the numbers up to the highest have come, the highest in the lowest bit.
    bits: u128,
}

/// What the number of a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SequenceOrder {
    InOrder,
    /// After one that was sent later.
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
        let behind = self.highest - seq;
        let Some(bit) = u32::try_from(behind)
            .ok()
            .and_then(|by| 1_u128.checked_shl(by))
        else {
            // So far back nobody remembers; that it comes for the first time is likelier.
            return SequenceOrder::OutOfOrder;
        };
        if self.bits & bit != 0 {
            return SequenceOrder::Duplicate;
        }
        self.bits |= bit;
        SequenceOrder::OutOfOrder
    }
}

/// What has become of the messages of a worker's clients.
#[derive(Debug, Default)]
pub(crate) struct DeliveryLedger {
    seen: HashMap<(u32, u32), SequenceWindow>,
    /// Each message once per subscriber that is to get it.
    pub(crate) delivered: u64,
    pub(crate) duplicates: u64,
    pub(crate) reordered: u64,
}

impl DeliveryLedger {
    /// A message has come, which `counts` or belongs to the warm-up; whether for the first time. Where
    /// subscribers share their subscription they have no order among them.
    pub(crate) fn record(&mut self, arrival: &DeliveryRecord, shared: bool, counts: bool) -> bool {
        let subscriber = if shared { 0 } else { arrival.subscriber };
        let seen = self.seen.entry((arrival.client, subscriber)).or_default();
        match seen.record(arrival.seq) {
            SequenceOrder::Duplicate => {
                self.duplicates += u64::from(counts);
                return false;
            }
            SequenceOrder::OutOfOrder if !shared => self.reordered += u64::from(counts),
            SequenceOrder::OutOfOrder | SequenceOrder::InOrder => {}
        }
        self.delivered += u64::from(counts);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARRIVAL: DeliveryRecord = DeliveryRecord {
        worker: 3,
        client: 70_000,
        waiter: 5,
        generation: 6,
        seq: 1 << 40,
        subscriber: 9,
        bytes: 50,
    };

    #[test]
    fn a_head_is_read_as_it_was_written() {
        let mut payload = ARRIVAL.to_header(77).to_vec();
        payload.extend_from_slice(b"rest");
        assert_eq!(
            DeliveryRecord::from_payload(&payload, 50, 77, 9),
            Some(ARRIVAL)
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
            "no mark"
        );
    }

    #[test]
    fn order_is_told_from_numbers() {
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
                        ..ARRIVAL
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
    fn those_who_share_have_no_order_and_still_duplicates() {
        let mut ledger = DeliveryLedger::default();
        for (seq, subscriber) in [(0, 0), (2, 1), (1, 0), (2, 0)] {
            ledger.record(
                &DeliveryRecord {
                    seq,
                    subscriber,
                    ..ARRIVAL
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
    async fn mail_is_collected() {
        let (mailbox, mut into) = (WorkerChannel::default(), vec![]);
        mailbox.send(&mut vec![ARRIVAL, ARRIVAL]);
        mailbox.receive(&mut into).await;
        assert_eq!(into.len(), 2);
    }
}

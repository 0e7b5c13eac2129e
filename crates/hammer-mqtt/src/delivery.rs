//! Messages on their way to subscribers of this process: how they are known again, and what is
//! made of their order.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use std::task::{Poll, Waker};

use hammer_core::Hit;

/// What stands before the payload: a mark, the run, and whom it concerns, in network byte order.
pub(crate) const HEAD_BYTES: usize = 32;
const MARK: [u8; 4] = *b"hmr1";
const SEQ: std::ops::Range<usize> = 24..32;

/// Who gets what is published.
#[derive(Debug, Clone)]
pub(crate) struct Deliveries {
    pub(crate) subscribers: usize,
    /// With the group before it, where subscribers share it.
    pub(crate) filter: String,
    pub(crate) shared: bool,
    /// Tells this run's messages from those of others.
    pub(crate) run: u32,
}

impl Deliveries {
    /// How many subscribers get each message.
    pub(crate) fn copies(&self) -> u32 {
        match self.shared {
            true => 1,
            false => self.subscribers as u32,
        }
    }
}

/// The numbers of a client's messages, in the order in which they go out.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Numbers {
    /// That of the next one.
    pub(crate) next: u64,
    /// So many of the first belong to the warm-up.
    warm: u64,
}

impl Numbers {
    /// The next one is that of `hit`.
    pub(crate) fn pass(&mut self, hit: &Hit) {
        self.next += 1;
        if hit.is_warm_up() {
            self.warm = self.next;
        }
    }

    /// How many there were without the warm-up.
    pub(crate) fn counted(self) -> u64 {
        self.next - self.warm
    }

    /// Whether the message of this number is none of the warm-up.
    pub(crate) fn counts(self, seq: u64) -> bool {
        seq >= self.warm
    }
}

/// A message that a subscriber has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// The worker whose hit it was.
    pub(crate) worker: u16,
    pub(crate) client: u32,
    pub(crate) ticket: u32,
    pub(crate) generation: u32,
    pub(crate) seq: u64,
    pub(crate) subscriber: u32,
    /// All of its packet.
    pub(crate) bytes: u32,
}

impl Arrival {
    /// What goes before the payload of the message; its number among the client's follows with
    /// [`number`].
    pub(crate) fn head(&self, run: u32) -> [u8; HEAD_BYTES] {
        let mut head = [0; HEAD_BYTES];
        head[..4].copy_from_slice(&MARK);
        head[4..8].copy_from_slice(&run.to_be_bytes());
        head[8..10].copy_from_slice(&self.worker.to_be_bytes());
        head[12..16].copy_from_slice(&self.client.to_be_bytes());
        head[16..20].copy_from_slice(&self.ticket.to_be_bytes());
        head[20..24].copy_from_slice(&self.generation.to_be_bytes());
        number(&mut head, self.seq);
        head
    }

    /// Reads the head of a payload, which came in so many bytes; none if it is not of this run.
    pub(crate) fn of(payload: &[u8], bytes: usize, run: u32, subscriber: u32) -> Option<Self> {
        let head: &[u8; HEAD_BYTES] = payload.first_chunk()?;
        let four = |at: usize| {
            head[at..]
                .first_chunk()
                .map(|bytes| u32::from_be_bytes(*bytes))
        };
        let ours = head[..4] == MARK && four(4)? == run;
        let found = Self {
            worker: u16::from_be_bytes([head[8], head[9]]),
            client: four(12)?,
            ticket: four(16)?,
            generation: four(20)?,
            seq: u64::from_be_bytes(*head[SEQ].first_chunk()?),
            subscriber,
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
        };
        ours.then_some(found)
    }
}

/// Writes the number of a message into its head.
pub(crate) fn number(head: &mut [u8; HEAD_BYTES], seq: u64) {
    head[SEQ].copy_from_slice(&seq.to_be_bytes());
}

/// Where a worker gets what subscribers of others have got for it.
#[derive(Debug, Default)]
pub(crate) struct Mailbox(Mutex<Mail>);

#[derive(Debug, Default)]
struct Mail {
    arrivals: Vec<Arrival>,
    waker: Option<Waker>,
}

impl Mailbox {
    /// Posts all of `arrivals`, which is empty afterwards.
    pub(crate) fn post(&self, arrivals: &mut Vec<Arrival>) {
        let mut mail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mail.arrivals.append(arrivals);
        if let Some(waker) = mail.waker.take() {
            waker.wake();
        }
    }

    /// Waits for mail, and puts it into `into`, which is empty.
    pub(crate) async fn collect(&self, into: &mut Vec<Arrival>) {
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
struct Seen {
    /// The highest number so far.
    highest: u64,
    /// Which of the numbers up to the highest have come, the highest in the lowest bit.
    bits: u128,
}

/// What the number of a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Next,
    /// After one that was sent later.
    Late,
    Again,
}

impl Seen {
    fn note(&mut self, seq: u64) -> Order {
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
            return Order::Next;
        }
        let behind = self.highest - seq;
        let Some(bit) = u32::try_from(behind)
            .ok()
            .and_then(|by| 1_u128.checked_shl(by))
        else {
            // So far back nobody remembers; that it comes for the first time is likelier.
            return Order::Late;
        };
        if self.bits & bit != 0 {
            return Order::Again;
        }
        self.bits |= bit;
        Order::Late
    }
}

/// What has become of the messages of a worker's clients.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    seen: HashMap<(u32, u32), Seen>,
    /// Each message once per subscriber that is to get it.
    pub(crate) arrived: u64,
    pub(crate) duplicates: u64,
    pub(crate) reordered: u64,
}

impl Ledger {
    /// A message has come, which `counts` or belongs to the warm-up; whether for the first time. Where
    /// subscribers share their subscription they have no order among them.
    pub(crate) fn note(&mut self, arrival: &Arrival, shared: bool, counts: bool) -> bool {
        let subscriber = if shared { 0 } else { arrival.subscriber };
        let seen = self.seen.entry((arrival.client, subscriber)).or_default();
        match seen.note(arrival.seq) {
            Order::Again => {
                self.duplicates += u64::from(counts);
                return false;
            }
            Order::Late if !shared => self.reordered += u64::from(counts),
            Order::Late | Order::Next => {}
        }
        self.arrived += u64::from(counts);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARRIVAL: Arrival = Arrival {
        worker: 3,
        client: 70_000,
        ticket: 5,
        generation: 6,
        seq: 1 << 40,
        subscriber: 9,
        bytes: 50,
    };

    #[test]
    fn a_head_is_read_as_it_was_written() {
        let mut payload = ARRIVAL.head(77).to_vec();
        payload.extend_from_slice(b"rest");
        assert_eq!(Arrival::of(&payload, 50, 77, 9), Some(ARRIVAL));
        assert_eq!(Arrival::of(&payload, 50, 78, 9), None, "another run");
        assert_eq!(Arrival::of(&payload[..31], 50, 77, 9), None, "too short");
        assert_eq!(Arrival::of(&[b'x'; 40], 50, 77, 9), None, "no mark");
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
            let mut ledger = Ledger::default();
            for seq in numbers {
                ledger.note(
                    &Arrival {
                        seq: *seq,
                        ..ARRIVAL
                    },
                    false,
                    true,
                );
            }
            let found = (ledger.duplicates, ledger.reordered);
            assert_eq!(found, (duplicates, reordered), "{numbers:?}");
            assert_eq!(ledger.arrived, numbers.len() as u64 - duplicates);
        }
    }

    #[test]
    fn those_who_share_have_no_order_and_still_duplicates() {
        let mut ledger = Ledger::default();
        for (seq, subscriber) in [(0, 0), (2, 1), (1, 0), (2, 0)] {
            ledger.note(
                &Arrival {
                    seq,
                    subscriber,
                    ..ARRIVAL
                },
                true,
                true,
            );
        }
        assert_eq!(
            (ledger.arrived, ledger.duplicates, ledger.reordered),
            (3, 1, 0)
        );
    }

    #[tokio::test]
    async fn mail_is_collected() {
        let (mailbox, mut into) = (Mailbox::default(), vec![]);
        mailbox.post(&mut vec![ARRIVAL, ARRIVAL]);
        mailbox.collect(&mut into).await;
        assert_eq!(into.len(), 2);
    }
}

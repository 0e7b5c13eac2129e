use std::collections::BTreeMap;

use super::reorder::{Reorder, Sink};
use crate::Error;
use crate::time::Stamp;
use crate::timeline::Spread;

/// How long a second is kept open for lines that come out of order, in seconds of the log.
const OPEN_FOR: i64 = 120;

/// What is done with rows of which only the second is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spreading {
    pub(crate) spread: Spread,
    pub(crate) seed: u64,
    /// Whether rows of a second are ordered by what they are, and not by where they stood.
    pub(crate) by_content: bool,
}

/// Rows by the second of their stamp, until all of it have come; then each gets its place in the second.
///
/// The draws of a second depend on the seed, the second and how many there are alone. They are sorted
/// and given out in the order of the rows. Rows of several logs have draws of their own for each, since
/// nothing is known of their order among each other.
#[derive(Debug)]
pub(crate) struct Seconds {
    open: BTreeMap<i64, Second>,
    /// The second that rows came for last, which stays out of the map.
    last: (i64, Second),
    newest: i64,
    /// The newest second that was closed whole.
    closed: i64,
    /// How often a second was closed in part, or again, which has draws of its own.
    parts: u64,
    spreading: Spreading,
    size: usize,
    most_bytes: usize,
    /// Kept, so that seconds need no memory of their own.
    spare: Vec<Second>,
    draws: Vec<u32>,
}

#[derive(Debug, Default)]
struct Second {
    rows: Vec<Held>,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    /// The log; the same for all if rows are ordered by content.
    log: u32,
    length: u32,
    /// The hash of the content, or the number of the row.
    order: u64,
    /// How long before its stamp it arrived, in microseconds.
    before_us: i64,
    at: u32,
}

impl Seconds {
    pub(crate) fn new(spreading: Spreading, most_bytes: usize) -> Self {
        Self {
            open: BTreeMap::new(),
            last: (i64::MIN, Second::default()),
            newest: i64::MIN,
            closed: i64::MIN,
            parts: 0,
            spreading,
            size: 0,
            most_bytes,
            spare: Vec::new(),
            draws: Vec::new(),
        }
    }

    /// Takes a row of `log` that was stamped in `second`, and arrived so long before that.
    pub(crate) fn push(
        &mut self,
        second: i64,
        before_us: i64,
        log: u32,
        row: &[u8],
        out: (&mut Reorder, &mut impl Sink),
    ) -> Result<(), Error> {
        if second != self.last.0 {
            self.turn_to(second, (&mut *out.0, &mut *out.1))?;
        }
        let Second { rows, bytes } = &mut self.last.1;
        let by_content = self.spreading.by_content;
        rows.push(Held {
            log: if by_content { 0 } else { log },
            length: row.len() as u32,
            order: if by_content {
                content(row)
            } else {
                rows.len() as u64
            },
            before_us,
            at: bytes.len() as u32,
        });
        bytes.extend_from_slice(row);
        self.size += row.len() + size_of::<Held>();
        if self.last.1.bytes.len() > self.most_bytes {
            let (second, rows) = std::mem::replace(&mut self.last, (second, Second::default()));
            self.parts += 1;
            self.close(second, rows, self.parts, out)?;
        }
        Ok(())
    }

    fn turn_to(&mut self, second: i64, out: (&mut Reorder, &mut impl Sink)) -> Result<(), Error> {
        let next = self.open.remove(&second);
        let next = next.unwrap_or_else(|| self.spare.pop().unwrap_or_default());
        let (old, rows) = std::mem::replace(&mut self.last, (second, next));
        if !rows.rows.is_empty() {
            self.open.insert(old, rows);
        }
        self.newest = self.newest.max(second);
        let least = if self.size > self.most_bytes {
            self.most_bytes / 2
        } else {
            usize::MAX
        };
        while let Some(entry) = self.open.first_entry() {
            let closed = *entry.key();
            if closed >= self.newest.saturating_sub(OPEN_FOR) && self.size <= least {
                break;
            }
            let rows = entry.remove();
            let again = closed <= self.closed;
            self.parts += u64::from(again);
            self.closed = self.closed.max(closed);
            let part = if again { self.parts } else { 0 };
            self.close(closed, rows, part, (&mut *out.0, &mut *out.1))?;
        }
        Ok(())
    }

    /// Closes all that are open.
    pub(crate) fn finish(&mut self, out: (&mut Reorder, &mut impl Sink)) -> Result<(), Error> {
        let (second, rows) = std::mem::replace(&mut self.last, (i64::MIN, Second::default()));
        self.open.insert(second, rows);
        while let Some((second, rows)) = self.open.pop_first() {
            let again = second <= self.closed;
            self.parts += u64::from(again);
            let part = if again { self.parts } else { 0 };
            self.close(second, rows, part, (&mut *out.0, &mut *out.1))?;
        }
        Ok(())
    }

    fn close(
        &mut self,
        second: i64,
        mut held: Second,
        part: u64,
        (reorder, sink): (&mut Reorder, &mut impl Sink),
    ) -> Result<(), Error> {
        self.size -= held.bytes.len() + held.rows.len() * size_of::<Held>();
        let Second { rows, bytes } = &mut held;
        let row = |held: &Held| &bytes[held.at as usize..][..held.length as usize];
        rows.sort_by(|a, b| {
            let order = (a.log, a.order).cmp(&(b.log, b.order));
            order.then_with(|| row(a).cmp(row(b)))
        });
        let start = second.saturating_mul(Stamp::SECOND);
        let mut tie = 0;
        for rows in rows.chunk_by(|a, b| a.log == b.log) {
            draw(self.spreading, (second, part), rows, &mut self.draws);
            for (held, draw) in rows.iter().zip(&self.draws) {
                let t_us = start
                    .saturating_add(i64::from(*draw))
                    .saturating_sub(held.before_us);
                reorder.push(t_us, tie, row(held), sink)?;
                tie += 1;
            }
        }
        rows.clear();
        bytes.clear();
        // A few are in use at a time, unless the log jumps.
        if self.spare.len() < OPEN_FOR as usize && held.bytes.capacity() < 1 << 16 {
            self.spare.push(held);
        }
        Ok(())
    }
}

/// Places within a second for `rows`, ascending, in microseconds.
fn draw(spreading: Spreading, (second, part): (i64, u64), rows: &[Held], draws: &mut Vec<u32>) {
    const MICROS: u64 = Stamp::SECOND as u64;
    let count = rows.len() as u64;
    draws.clear();
    match spreading.spread {
        Spread::Uniform => {
            let log = rows.first().map_or(0, |held| u64::from(held.log));
            let mut state = mixed(spreading.seed ^ mixed(second as u64 ^ mixed(log ^ mixed(part))));
            draws.extend((0..count).map(|_| {
                state = state.wrapping_add(GOLDEN);
                // The upper half of a product is a uniform draw below a million.
                ((u128::from(mixed(state)) * u128::from(MICROS)) >> 64) as u32
            }));
            draws.sort_unstable();
        }
        Spread::Even => {
            draws.extend((0..count).map(|n| ((2 * n + 1) * MICROS / (2 * count)) as u32))
        }
        Spread::None => draws.resize(rows.len(), 0),
    }
}

/// The odd number next to 2⁶⁴ divided by the golden ratio, by which SplitMix64 steps.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The mixing function of SplitMix64 (Steele, Lea and Flood, 2014).
fn mixed(mut state: u64) -> u64 {
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// What orders rows of the same time, whatever order they came in.
pub(crate) fn content(row: &[u8]) -> u64 {
    twox_hash::XxHash64::oneshot(0, row)
}

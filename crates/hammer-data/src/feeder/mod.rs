mod error;
mod format;
mod json;
mod permutation;
mod row;
mod rows;
mod scanner;
mod stream;
mod table;
mod turns;

use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::{Context, Per};
use rows::{Columns, Rows};
use stream::Stream;
use turns::Turns;

pub use error::{FeedError, FeedErrorKind};
pub use format::Format;
pub use turns::{Gone, Order};

/// So many hits before a hit its row is fetched from the disk, where the order is one of chance: 20 ms
/// at 50,000/s, when a disk takes 0.1 ms. In turn, the system sees by itself what comes next.
const AHEAD: u64 = 1_000;

/// Rows of a file, one for each hit, slot or client.
///
/// Which row it is depends on the order, the seed, and the number of the hit, the slot or the client
/// alone. So all threads share a feeder without a lock, the same seed has the same rows at any number
/// of threads, and fields of one row stay together. All rows are read once when it is opened, so that
/// what is wrong with one of them is known before the first hit. Clones have the same rows.
///
/// ```
/// use std::sync::Arc;
/// use hammer_data::{Feeder, Format, Moment, Order, Per, Template, Words};
/// use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
///
/// let csv = "id,name\n1,Ada\n2,Grace\n";
/// let users = Feeder::read(csv.as_bytes(), Format::Csv)?.per(Per::Slot);
/// let words = Words::new().feeder("users", Arc::new(users));
/// let template = Template::compile("{{users.id}}: {{users.name}}", &words)?;
///
/// let rng = Xoshiro256PlusPlus::seed_from_u64(1);
/// let (slot_1, mut text) = (1, vec![]);
/// template.render(&mut Moment::new(7, slot_1, rng), &mut text)?;
/// assert_eq!(text, b"2: Grace");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Feeder {
    rows: Arc<Rows>,
    turns: Turns,
    per: Per,
}

impl Feeder {
    /// The rows of a file. One of up to 64 MiB is kept in memory; a longer one is read where rows are
    /// asked for, and must not change meanwhile.
    ///
    /// # Errors
    ///
    /// If it can't be read, has no rows, or has one that is not as its format or its first row says:
    /// the message has the line.
    pub fn open(path: impl AsRef<Path>, format: Format) -> Result<Self, FeedError> {
        let path = path.as_ref();
        let rows = Rows::open(path, format);
        rows.map(Self::new)
            .map_err(|error| error.of(&path.display().to_string()))
    }

    /// The rows of a file that stay there, however short it is.
    ///
    /// # Errors
    ///
    /// As those of [`open`](Self::open).
    pub fn streamed(path: impl AsRef<Path>, format: Format) -> Result<Self, FeedError> {
        let path = path.as_ref();
        let rows = Stream::open(path, format).map(Rows::Stream);
        rows.map(Self::new)
            .map_err(|error| error.of(&path.display().to_string()))
    }

    /// The rows of an input, which are kept in memory.
    ///
    /// # Errors
    ///
    /// As those of [`open`](Self::open).
    pub fn read(input: impl Read, format: Format) -> Result<Self, FeedError> {
        Rows::read(input, format).map(Self::new)
    }

    fn new(rows: Rows) -> Self {
        let count = match &rows {
            Rows::Table(table) => table.rows(),
            Rows::Stream(stream) => stream.rows(),
        };
        Self {
            rows: Arc::new(rows),
            turns: Turns {
                order: Order::default(),
                once: None,
                seed: 0,
                share: 0..count,
            },
            per: Per::default(),
        }
    }

    /// In this order.
    #[must_use]
    pub fn order(mut self, order: Order) -> Self {
        self.turns.order = order;
        self
    }

    /// Each row once, and what happens when there are no more. At random it is then shuffled.
    #[must_use]
    pub fn once(mut self, gone: Gone) -> Self {
        self.turns.once = Some(gone);
        self
    }

    /// A row for each hit, or one that a slot or a client keeps.
    #[must_use]
    pub fn per(mut self, per: Per) -> Self {
        self.per = per;
        self
    }

    /// What an order of chance depends on: the seed of the run, and another one for each feeder that
    /// is not to go with the others.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.turns.seed = seed;
        self
    }

    /// Only the rows of one machine of several, which overlap with those of no other: a range of the
    /// file, in the order given. `index` is from 0.
    ///
    /// # Errors
    ///
    /// If there are fewer rows than machines.
    ///
    /// # Panics
    ///
    /// Unless `index` is below `of`.
    pub fn shard(mut self, index: u64, of: u64) -> Result<Self, FeedError> {
        assert!(index < of, "there is a shard of this index");
        let rows = self.rows();
        if rows < of {
            let wrong = format!("has {rows} rows, too few for {of} shards");
            return Err(FeedError::new(FeedErrorKind::TooFew, wrong));
        }
        let part = |index: u64| (u128::from(rows) * u128::from(index) / u128::from(of)) as u64;
        self.turns.share = part(index)..part(index + 1);
        Ok(self)
    }

    /// How many rows there are; in a shard, those that it has.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.turns.share.end - self.turns.share.start
    }

    /// The names of the columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.described().names
    }

    /// The length of the longest field of a column.
    ///
    /// # Panics
    ///
    /// If there is no column of this index.
    #[must_use]
    pub fn most_bytes(&self, column: usize) -> usize {
        self.described().most_bytes[column]
    }

    fn described(&self) -> &Columns {
        match &*self.rows {
            Rows::Table(table) => &table.columns,
            Rows::Stream(stream) => &stream.columns,
        }
    }

    /// What has a row of its own.
    #[must_use]
    pub fn turns(&self) -> Per {
        self.per
    }

    /// The number of the hit, slot or client that has a row of its own.
    #[inline]
    pub(crate) fn turn(&self, context: &impl Context) -> u64 {
        match self.per {
            Per::Hit => context.hit(),
            Per::Slot => context.slot(),
            Per::Client => context.client(),
        }
    }

    /// Which of its [`rows`](Self::rows) has this turn, from 0; none when they are gone.
    #[must_use]
    pub fn index(&self, turn: u64) -> Option<u64> {
        Some(self.turns.row(turn)? - self.turns.share.start)
    }

    /// How many hits it has rows for, if the run ends when they are gone.
    #[must_use]
    pub fn most_hits(&self) -> Option<u64> {
        let ends = self.turns.once == Some(Gone::End) && self.per == Per::Hit;
        ends.then(|| self.rows())
    }

    /// Appends a field of the row that has this turn: the number of a hit, a slot or a client.
    ///
    /// # Errors
    ///
    /// If the rows are gone and were to end the run, or the file can't be read any more or has
    /// changed.
    ///
    /// # Panics
    ///
    /// If there is no column of this index.
    pub fn push(&self, turn: u64, column: usize, to: &mut Vec<u8>) -> Result<(), FeedError> {
        let Some(row) = self.turns.row(turn) else {
            return match self.turns.once {
                Some(Gone::Empty) => Ok(()),
                _ => Err(FeedError::GONE),
            };
        };
        match &*self.rows {
            Rows::Table(table) => {
                to.extend_from_slice(table.field(row, column));
                Ok(())
            }
            Rows::Stream(stream) => {
                let ahead = self.per == Per::Hit && self.turns.order != Order::InTurn;
                let soon = || ahead.then(|| self.turns.row(turn.saturating_add(AHEAD)))?;
                stream.push(row, column, soon, to)
            }
        }
    }
}

impl fmt::Debug for Feeder {
    /// Without the rows, which may have passwords in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feeder")
            .field("columns", &self.columns())
            .field("turns", &self.turns)
            .field("per", &self.per)
            .finish_non_exhaustive()
    }
}

mod error;
mod file_rows;
mod format;
mod json;
mod memory_rows;
mod permutation;
mod row;
mod row_scanner;
mod row_selector;
mod row_store;

use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::{TemplateContext, VariesBy};
use file_rows::FileRows;
use row_selector::RowSelector;
use row_store::{FeederColumns, RowStore};

pub use error::{FeedError, FeedErrorKind};
pub use format::FeederFormat;
pub use row_selector::{ExhaustedPolicy, FeederOrder};

/// So many hits before a hit its row is fetched from the disk, where the order is one of chance: 20 ms
/// at 50,000/s, when a disk takes 0.1 ms. In turn, the system sees by itself what comes next.
const PREFETCH_ROWS: u64 = 1_000;

/// Rows of a file, one for each hit, slot or client.
///
/// Which row it is depends on the order, the seed, and the number of the hit, the slot or the client
/// alone. So all threads share a feeder without a lock, the same seed has the same rows at any number
/// of threads, and fields of one row stay together. All rows are read once when it is opened, so that
/// what is wrong with one of them is known before the first hit. Clones have the same rows.
///
/// ```
/// use std::sync::Arc;
/// use hammer_data::{Feeder, FeederFormat, HitContext, FeederOrder, VariesBy, Template, TemplateScope};
/// use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
///
/// let csv = "id,name\n1,Ada\n2,Grace\n";
/// let users = Feeder::read(csv.as_bytes(), FeederFormat::Csv)?.per(VariesBy::Slot);
/// let words = TemplateScope::new().feeder("users", Arc::new(users));
/// let template = Template::compile("{{users.id}}: {{users.name}}", &words)?;
///
/// let rng = Xoshiro256PlusPlus::seed_from_u64(1);
/// let (slot_1, mut text) = (1, vec![]);
/// template.render(&mut HitContext::new(7, slot_1, rng), &mut text)?;
/// assert_eq!(text, b"2: Grace");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Feeder {
    rows: Arc<RowStore>,
    selector: RowSelector,
    varies_by: VariesBy,
}

impl Feeder {
    /// The rows of a file. One of up to 64 MiB is kept in memory; a longer one is read where rows are
    /// asked for, and must not change meanwhile.
    ///
    /// # Errors
    ///
    /// If it can't be read, has no rows, or has one that is not as its format or its first row says:
    /// the message has the line.
    pub fn open(path: impl AsRef<Path>, format: FeederFormat) -> Result<Self, FeedError> {
        let path = path.as_ref();
        let rows = RowStore::open(path, format);
        rows.map(Self::new)
            .map_err(|error| error.with_name(&path.display().to_string()))
    }

    /// The rows of a file that stay there, however short it is.
    ///
    /// # Errors
    ///
    /// As those of [`open`](Self::open).
    pub fn open_streaming(path: impl AsRef<Path>, format: FeederFormat) -> Result<Self, FeedError> {
        let path = path.as_ref();
        let rows = FileRows::open(path, format).map(RowStore::File);
        rows.map(Self::new)
            .map_err(|error| error.with_name(&path.display().to_string()))
    }

    /// The rows of an input, which are kept in memory.
    ///
    /// # Errors
    ///
    /// As those of [`open`](Self::open).
    pub fn read(input: impl Read, format: FeederFormat) -> Result<Self, FeedError> {
        RowStore::read(input, format).map(Self::new)
    }

    fn new(rows: RowStore) -> Self {
        let count = match &rows {
            RowStore::Memory(table) => table.rows(),
            RowStore::File(stream) => stream.rows(),
        };
        Self {
            rows: Arc::new(rows),
            selector: RowSelector {
                order: FeederOrder::default(),
                once: None,
                seed: 0,
                row_range: 0..count,
            },
            varies_by: VariesBy::default(),
        }
    }

    /// In this order.
    #[must_use]
    pub fn order(mut self, order: FeederOrder) -> Self {
        self.selector.order = order;
        self
    }

    /// Each row once, and what happens when there are no more. At random it is then shuffled.
    #[must_use]
    pub fn use_once(mut self, policy: ExhaustedPolicy) -> Self {
        self.selector.once = Some(policy);
        self
    }

    /// A row for each hit, or one that a slot or a client keeps.
    #[must_use]
    pub fn vary_by(mut self, per: VariesBy) -> Self {
        self.varies_by = per;
        self
    }

    /// What an order of chance depends on: the seed of the run, and another one for each feeder that
    /// is not to go with the others.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.selector.seed = seed;
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
    pub fn shard(mut self, index: u64, count: u64) -> Result<Self, FeedError> {
        assert!(index < count, "there is a shard of this index");
        let rows = self.row_count();
        if rows < count {
            let wrong = format!("has {rows} rows, too few for {count} shards");
            return Err(FeedError::new(FeedErrorKind::TooFewRows, wrong));
        }
        let part = |index: u64| (u128::from(rows) * u128::from(index) / u128::from(count)) as u64;
        self.selector.row_range = part(index)..part(index + 1);
        Ok(self)
    }

    /// How many rows there are; in a shard, those that it has.
    #[must_use]
    pub fn row_count(&self) -> u64 {
        self.selector.row_range.end - self.selector.row_range.start
    }

    /// The names of the columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.column_info().names
    }

    /// The length of the longest field of a column.
    ///
    /// # Panics
    ///
    /// If there is no column of this index.
    #[must_use]
    pub fn max_bytes(&self, column: usize) -> usize {
        self.column_info().max_bytes[column]
    }

    fn column_info(&self) -> &FeederColumns {
        match &*self.rows {
            RowStore::Memory(table) => &table.columns,
            RowStore::File(stream) => &stream.columns,
        }
    }

    /// What has a row of its own.
    #[must_use]
    pub fn varies_by(&self) -> VariesBy {
        self.varies_by
    }

    /// The number of the hit, slot or client that has a row of its own.
    #[inline]
    pub(crate) fn owner_number(&self, context: &impl TemplateContext) -> u64 {
        match self.varies_by {
            VariesBy::Hit => context.hit(),
            VariesBy::Slot => context.slot(),
            VariesBy::Client => context.client(),
        }
    }

    /// Which of its [`rows`](Self::rows) has this turn, from 0; none when they are gone.
    #[must_use]
    pub fn row_index(&self, owner: u64) -> Option<u64> {
        Some(self.selector.row(owner)? - self.selector.row_range.start)
    }

    /// How many hits it has rows for, if the run ends when they are gone.
    #[must_use]
    pub fn max_hits(&self) -> Option<u64> {
        let ends =
            self.selector.once == Some(ExhaustedPolicy::EndRun) && self.varies_by == VariesBy::Hit;
        ends.then(|| self.row_count())
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
    pub fn append_field(
        &self,
        owner: u64,
        column: usize,
        to: &mut Vec<u8>,
    ) -> Result<(), FeedError> {
        let Some(row) = self.selector.row(owner) else {
            return match self.selector.once {
                Some(ExhaustedPolicy::EmptyFields) => Ok(()),
                _ => Err(FeedError::EXHAUSTED),
            };
        };
        match &*self.rows {
            RowStore::Memory(table) => {
                to.extend_from_slice(table.field(row, column));
                Ok(())
            }
            RowStore::File(stream) => {
                let ahead = self.varies_by == VariesBy::Hit
                    && self.selector.order != FeederOrder::Sequential;
                let soon =
                    || ahead.then(|| self.selector.row(owner.saturating_add(PREFETCH_ROWS)))?;
                stream.append_field(row, column, soon, to)
            }
        }
    }
}

impl fmt::Debug for Feeder {
    /// Without the rows, which may have passwords in them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feeder")
            .field("columns", &self.columns())
            .field("turns", &self.selector)
            .field("per", &self.varies_by)
            .finish_non_exhaustive()
    }
}

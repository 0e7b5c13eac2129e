//! Feeders: rows of a file for hits, slots or clients.

mod column_names;
mod csv_quotes;
mod error;
mod file_rows;
mod format;
mod json;
mod memory_rows;
mod permutation;
mod row;
mod row_reader;
mod row_selector;
mod row_store;

use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::{TemplateContext, VariesBy};
use file_rows::FileRows;
use hammer_diagnostic::printable_path;
use row_selector::RowSelector;
use row_store::{FeederColumns, RowStore};

pub use error::{FeedError, FeedErrorKind};
pub use format::FeederFormat;
pub use row_selector::{ExhaustedPolicy, FeederOrder};

/// The number of hits by which a row is prefetched from the disk before it is used, in random orders.
///
/// That is 20 ms at 50,000 hits/s; a disk takes 0.1 ms. In sequential order, the operating system
/// prefetches by itself.
const PREFETCH_ROWS: u64 = 1_000;

/// Rows of a file, one for each hit, slot or client.
///
/// The row depends only on the order, the seed, and the number of the hit, slot or client. So all
/// threads share a feeder without a lock, equal seeds give equal rows at any number of threads, and the
/// fields of a row stay together. Opening a feeder checks all rows, so that errors are found before the
/// first hit. Clones share the rows.
///
/// ```
/// use std::sync::Arc;
/// use hammer_data::{Feeder, FeederFormat, HitContext, Template, TemplateScope, VariesBy};
/// use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
///
/// let csv = "id,name\n1,Ada\n2,Grace\n";
/// let users = Feeder::read(csv.as_bytes(), FeederFormat::Csv)?.with_row_per(VariesBy::Slot);
/// let scope = TemplateScope::new().feeder("users", Arc::new(users));
/// let template = Template::compile("{{users.id}}: {{users.name}}", &scope)?;
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
    row_per: VariesBy,
}

impl Feeder {
    /// Opens a file. A file of up to 64 MiB is held in memory. Rows of a larger file are read when they
    /// are used, and the file must not change. A pipe is held in memory, up to 256 MiB.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, has no rows, or has a row that does not match its format or the first
    /// row; the message names the line.
    pub fn open(path: impl AsRef<Path>, format: FeederFormat) -> Result<Self, FeedError> {
        let path = path.as_ref();
        let rows = RowStore::open(path, format);
        rows.map(Self::new)
            .map_err(|error| error.with_name(&printable_path(path)))
    }

    /// Opens a file of any size whose rows are read when they are used.
    ///
    /// # Errors
    ///
    /// See [`open`](Self::open).
    pub fn open_streaming(path: impl AsRef<Path>, format: FeederFormat) -> Result<Self, FeedError> {
        let path = path.as_ref();
        let rows = FileRows::open(path, format).map(RowStore::File);
        rows.map(Self::new)
            .map_err(|error| error.with_name(&printable_path(path)))
    }

    /// Reads the rows of an input into memory, up to 256 MiB.
    ///
    /// # Errors
    ///
    /// See [`open`](Self::open).
    pub fn read(input: impl Read, format: FeederFormat) -> Result<Self, FeedError> {
        RowStore::read(input, format).map(Self::new)
    }

    fn new(rows: RowStore) -> Self {
        let count = match &rows {
            RowStore::Memory(rows) => rows.row_count(),
            RowStore::File(rows) => rows.row_count(),
        };
        Self {
            rows: Arc::new(rows),
            selector: RowSelector {
                order: FeederOrder::default(),
                once: None,
                seed: 0,
                row_range: 0..count,
            },
            row_per: VariesBy::default(),
        }
    }

    /// Sets the order in which rows are used.
    #[must_use]
    pub fn order(mut self, order: FeederOrder) -> Self {
        self.selector.order = order;
        self
    }

    /// Uses each row at most once, and applies `policy` afterwards. A random order becomes a shuffled
    /// one.
    #[must_use]
    pub fn use_once(mut self, policy: ExhaustedPolicy) -> Self {
        self.selector.once = Some(policy);
        self
    }

    /// Uses one row for each hit, slot or client. Default: hit.
    #[must_use]
    pub fn with_row_per(mut self, owner: VariesBy) -> Self {
        self.row_per = owner;
        self
    }

    /// Sets the seed of random orders. Derive it from the seed of the run, and use different seeds for
    /// independent feeders.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.selector.seed = seed;
        self
    }

    /// Keeps only one of `count` disjoint ranges of rows, such as one per machine. `index` counts from 0.
    ///
    /// # Errors
    ///
    /// If there are fewer rows than shards.
    ///
    /// # Panics
    ///
    /// If `index` is not below `count`.
    pub fn shard(mut self, index: u64, count: u64) -> Result<Self, FeedError> {
        assert!(
            index < count,
            "the index must be below the number of shards"
        );
        let rows = self.row_count();
        if rows < count {
            let message =
                format!("expected at least {count} rows for {count} shards, found {rows}");
            return Err(FeedError::new(FeedErrorKind::TooFewRows, message));
        }
        let start = |index: u64| (u128::from(rows) * u128::from(index) / u128::from(count)) as u64;
        self.selector.row_range = start(index)..start(index + 1);
        Ok(self)
    }

    /// Returns the number of rows of the feeder or of its shard.
    #[must_use]
    pub fn row_count(&self) -> u64 {
        self.selector.row_range.end - self.selector.row_range.start
    }

    /// Returns the names of the columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.column_info().names.names
    }

    /// Returns the length of the longest field of a column, in bytes.
    ///
    /// # Panics
    ///
    /// If there is no column with this index.
    #[must_use]
    pub fn max_bytes(&self, column: usize) -> usize {
        self.column_info().max_bytes[column]
    }

    fn column_info(&self) -> &FeederColumns {
        match &*self.rows {
            RowStore::Memory(rows) => &rows.columns,
            RowStore::File(rows) => &rows.columns,
        }
    }

    /// Returns the owner of a row: a hit, slot or client.
    #[must_use]
    pub fn row_per(&self) -> VariesBy {
        self.row_per
    }

    /// Returns the number of the hit, slot or client that owns the row.
    #[inline]
    pub(crate) fn owner_number(&self, context: &impl TemplateContext) -> u64 {
        match self.row_per {
            VariesBy::Hit => context.hit(),
            VariesBy::Slot => context.slot(),
            VariesBy::Client => context.client(),
        }
    }

    /// Returns the index of the row of an owner, from 0 and below [`row_count`](Self::row_count), or
    /// `None` if all rows are used up.
    #[must_use]
    pub fn row_index(&self, owner: u64) -> Option<u64> {
        Some(self.selector.row(owner)? - self.selector.row_range.start)
    }

    /// Returns the number of hits that the rows suffice for, if the run ends when they are used up.
    #[must_use]
    pub fn max_hits(&self) -> Option<u64> {
        let ends_run =
            self.selector.once == Some(ExhaustedPolicy::EndRun) && self.row_per == VariesBy::Hit;
        ends_run.then(|| self.row_count())
    }

    /// Appends a field of the row of `owner`: the number of a hit, slot or client.
    ///
    /// # Errors
    ///
    /// If all rows are used up and that ends the run, or if the file cannot be read any more or has
    /// changed.
    ///
    /// # Panics
    ///
    /// If there is no column with this index.
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
            RowStore::Memory(rows) => {
                to.extend_from_slice(rows.field(row, column));
                Ok(())
            }
            RowStore::File(rows) => {
                let prefetch =
                    self.row_per == VariesBy::Hit && self.selector.order != FeederOrder::Sequential;
                let later_row =
                    || prefetch.then(|| self.selector.row(owner.saturating_add(PREFETCH_ROWS)))?;
                rows.append_field(row, column, later_row, to)
            }
        }
    }
}

impl fmt::Debug for Feeder {
    /// Omits the rows, which may contain passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feeder")
            .field("columns", &self.columns())
            .field("selector", &self.selector)
            .field("row_per", &self.row_per)
            .finish_non_exhaustive()
    }
}

//! The fields that were seen, newest first (RFC 7541, section 2.3.2).

use std::collections::VecDeque;

use super::static_table::{FieldKind, STATIC_TABLE};

/// What an entry costs beside its name and value (RFC 7541, section 4.1).
const ENTRY_OVERHEAD_BYTES: usize = 32;

#[derive(Debug)]
pub(super) struct DynamicTable {
    entries: VecDeque<DynamicTableEntry>,
    size: usize,
    max_bytes: usize,
}

#[derive(Debug)]
pub(super) struct DynamicTableEntry {
    pub(super) name: Box<[u8]>,
    pub(super) value: Box<[u8]>,
    pub(super) kind: FieldKind,
}

/// What an index stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IndexedField<'a> {
    pub(super) name: &'a [u8],
    pub(super) value: &'a [u8],
    pub(super) kind: FieldKind,
}

impl DynamicTableEntry {
    fn size(&self) -> usize {
        self.name.len() + self.value.len() + ENTRY_OVERHEAD_BYTES
    }
}

impl DynamicTable {
    /// An empty one for `most` bytes.
    pub(super) fn new(max_bytes: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            size: 0,
            max_bytes,
        }
    }

    /// How many bytes its entries may have.
    pub(super) fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Lets go of the oldest entries that are too much for `most` bytes.
    pub(super) fn resize(&mut self, most: usize) {
        self.max_bytes = most;
        self.evict(most);
    }

    /// Adds an entry, for which older ones may have to go. One that is too large for the table leaves
    /// it empty, which is no error.
    pub(super) fn insert(&mut self, name: &[u8], value: &[u8]) {
        let entry = DynamicTableEntry {
            name: name.into(),
            value: value.into(),
            kind: FieldKind::from_name(name),
        };
        let size = entry.size();
        self.evict(self.max_bytes.saturating_sub(size));
        if size <= self.max_bytes {
            self.size += size;
            self.entries.push_front(entry);
        }
    }

    /// What `index` stands for, in the static table and then in this one.
    pub(super) fn get(&self, index: usize) -> Option<IndexedField<'_>> {
        if let Some((name, value)) = STATIC_TABLE.get(index.checked_sub(1)?) {
            return Some(IndexedField {
                name: name.as_bytes(),
                value: value.as_bytes(),
                kind: FieldKind::from_static_index(index),
            });
        }
        let entry = self.entries.get(index - STATIC_TABLE.len() - 1)?;
        Some(IndexedField {
            name: &entry.name,
            value: &entry.value,
            kind: entry.kind,
        })
    }

    /// The index of a field, and else of one with its name: whether the value is the same, too.
    pub(super) fn find(&self, name: &[u8], value: &[u8]) -> Option<(usize, bool)> {
        let fixed = STATIC_TABLE.iter();
        let fixed = fixed.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let own = self.entries.iter();
        let own = own.map(|entry| (&*entry.name, &*entry.value));
        let mut same_name = None;
        for (place, (other, its_value)) in fixed.chain(own).enumerate() {
            if other == name {
                if its_value == value {
                    return Some((place + 1, true));
                }
                same_name.get_or_insert((place + 1, false));
            }
        }
        same_name
    }

    fn evict(&mut self, most: usize) {
        while self.size > most {
            let Some(oldest) = self.entries.pop_back() else {
                return;
            };
            self.size -= oldest.size();
        }
    }
}

//! The dynamic table of recent fields, newest first (RFC 7541, section 2.3.2).

use std::collections::VecDeque;

use super::static_table::{ResponseFieldKind, STATIC_TABLE};

/// The size of an entry besides its name and value (RFC 7541, section 4.1).
const ENTRY_OVERHEAD_BYTES: usize = 32;

/// The table that indexed fields enter, within a size limit.
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
    pub(super) kind: ResponseFieldKind,
}

/// The field of an index, in either table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IndexedField<'a> {
    pub(super) name: &'a [u8],
    pub(super) value: &'a [u8],
    pub(super) kind: ResponseFieldKind,
}

impl DynamicTableEntry {
    fn size(&self) -> usize {
        self.name.len() + self.value.len() + ENTRY_OVERHEAD_BYTES
    }
}

impl DynamicTable {
    /// Creates an empty table of at most `max_bytes`.
    pub(super) fn new(max_bytes: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            size: 0,
            max_bytes,
        }
    }

    /// Returns the size limit.
    pub(super) fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Changes the size limit and evicts the oldest entries beyond it.
    pub(super) fn resize(&mut self, max_bytes: usize) {
        self.max_bytes = max_bytes;
        self.evict(max_bytes);
    }

    /// Adds an entry and evicts older ones to make room.
    ///
    /// An entry that is too large empties the table, which is not an error.
    pub(super) fn insert(&mut self, name: &[u8], value: &[u8]) {
        let entry = DynamicTableEntry {
            name: name.into(),
            value: value.into(),
            kind: ResponseFieldKind::from_name(name),
        };
        let size = entry.size();
        self.evict(self.max_bytes.saturating_sub(size));
        if size <= self.max_bytes {
            self.size += size;
            self.entries.push_front(entry);
        }
    }

    /// Returns the field of `index`; the indexes of this table follow those of the static one.
    pub(super) fn get(&self, index: usize) -> Option<IndexedField<'_>> {
        if let Some((name, value)) = STATIC_TABLE.get(index.checked_sub(1)?) {
            return Some(IndexedField {
                name: name.as_bytes(),
                value: value.as_bytes(),
                kind: ResponseFieldKind::from_static_index(index),
            });
        }
        let entry = self.entries.get(index - STATIC_TABLE.len() - 1)?;
        Some(IndexedField {
            name: &entry.name,
            value: &entry.value,
            kind: entry.kind,
        })
    }

    /// Returns the index of a field and true, or the index of another field of that name and false.
    pub(super) fn find(&self, name: &[u8], value: &[u8]) -> Option<(usize, bool)> {
        let fixed = STATIC_TABLE.iter();
        let fixed = fixed.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let dynamic = self.entries.iter();
        let dynamic = dynamic.map(|entry| (&*entry.name, &*entry.value));
        let mut same_name = None;
        for (position, (other_name, other_value)) in fixed.chain(dynamic).enumerate() {
            if other_name == name {
                if other_value == value {
                    return Some((position + 1, true));
                }
                same_name.get_or_insert((position + 1, false));
            }
        }
        same_name
    }

    fn evict(&mut self, max_bytes: usize) {
        while self.size > max_bytes {
            let Some(oldest) = self.entries.pop_back() else {
                return;
            };
            self.size -= oldest.size();
        }
    }
}

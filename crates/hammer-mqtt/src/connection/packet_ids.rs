//! The packet ids of a connection, each with the packet in flight.

use std::mem;

/// The packet ids of a connection, each with an entry.
///
/// Ids are allocated in turn over 1..=65535, so that a late acknowledgment does not match a newer
/// packet. The number of cells is a power of two, and an id uses the cell of its low bits; an id
/// whose cell is in use is skipped. So the size of the table follows the packets in flight, and a
/// lookup is one access.
#[derive(Debug)]
pub(crate) struct PacketIdTable<T> {
    cells: Vec<Option<(u16, T)>>,
    last_id: u16,
    in_use: usize,
}

/// The number of cells at the first allocation.
const INITIAL_CELLS: usize = 16;
/// The maximum number of cells: one per id, and one that stays empty.
const MAX_CELLS: usize = 1 << 16;

impl<T> PacketIdTable<T> {
    pub(crate) fn new() -> Self {
        Self {
            cells: vec![],
            last_id: 0,
            in_use: 0,
        }
    }

    /// Returns the number of ids in use.
    pub(crate) fn in_use(&self) -> usize {
        self.in_use
    }

    /// Returns the cell of `id`. The table must not be empty.
    fn cell_index(&self, id: u16) -> usize {
        usize::from(id) & (self.cells.len() - 1)
    }

    /// Allocates the next free id for `entry`, or returns `None` if all are in use.
    pub(crate) fn allocate(&mut self, entry: T) -> Option<u16> {
        // At most half full, so that the search for a free cell is short.
        if self.in_use * 2 >= self.cells.len() {
            self.grow();
        }
        if self.in_use == usize::from(u16::MAX) {
            return None;
        }
        loop {
            self.last_id = self.last_id.checked_add(1).unwrap_or(1);
            let cell = self.cell_index(self.last_id);
            if self.cells[cell].is_none() {
                self.cells[cell] = Some((self.last_id, entry));
                self.in_use += 1;
                return Some(self.last_id);
            }
        }
    }

    /// Returns the entry of `id`.
    pub(crate) fn get_mut(&mut self, id: u16) -> Option<&mut T> {
        if self.cells.is_empty() {
            return None;
        }
        let cell = self.cell_index(id);
        match &mut self.cells[cell] {
            Some((owner, entry)) if *owner == id => Some(entry),
            _ => None,
        }
    }

    /// Frees `id` and returns its entry.
    pub(crate) fn release(&mut self, id: u16) -> Option<T> {
        self.get_mut(id)?;
        let cell = self.cell_index(id);
        self.in_use -= 1;
        self.cells[cell].take().map(|(_, entry)| entry)
    }

    /// Frees all ids and returns their entries. The order of allocation continues.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = T> + use<T> {
        self.in_use = 0;
        let cells = mem::take(&mut self.cells);
        cells.into_iter().flatten().map(|(_, entry)| entry)
    }

    /// Returns the ids in use with their entries, in no particular order.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (u16, &mut T)> {
        let entries = self.cells.iter_mut().flatten();
        entries.map(|(id, entry)| (*id, entry))
    }

    /// Doubles the number of cells. Ids in different cells stay in different cells.
    fn grow(&mut self) {
        let cells = (self.cells.len() * 2).clamp(INITIAL_CELLS, MAX_CELLS);
        if cells == self.cells.len() {
            return;
        }
        let mut grown = Vec::new();
        grown.resize_with(cells, || None);
        for (id, entry) in self.cells.drain(..).flatten() {
            grown[usize::from(id) & (cells - 1)] = Some((id, entry));
        }
        self.cells = grown;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rotate_and_skip_the_cell_of_one_in_use() {
        let mut ids = PacketIdTable::new();
        let kept = ids.allocate("kept");
        assert_eq!(kept, Some(1));
        for round in 0..3_u32 {
            let mut seen = 0;
            let mut before = if round == 0 { 1 } else { 0 };
            while before < u16::MAX {
                let id = ids.allocate("gone").expect("a free id");
                assert!(id >= before, "{id} after {before}");
                assert_eq!(ids.release(id), Some("gone"));
                before = id;
                seen += 1;
            }
            // In a table of 16 cells, every 16th id has the cell of id 1.
            assert!(seen >= 65_534 - 4_096, "{seen}");
        }
        assert_eq!(ids.in_use(), 1);
        assert_eq!(ids.get_mut(1), Some(&mut "kept"));
        assert_eq!(ids.release(17), None, "another id with the same cell");
    }

    #[test]
    fn all_ids_can_be_allocated() {
        let mut ids = PacketIdTable::new();
        for n in 1..=65_535_u32 {
            assert_eq!(ids.allocate(n).map(u32::from), Some(n));
        }
        assert_eq!((ids.in_use(), ids.allocate(0)), (65_535, None));
        assert_eq!(ids.release(300), Some(300));
        assert_eq!(ids.allocate(1), Some(300), "the only free id");
        assert_eq!(ids.drain().count(), 65_535);
        assert_eq!((ids.in_use(), ids.get_mut(300)), (0, None));
        assert_eq!(ids.allocate(9), Some(301), "the order continues");
    }

    #[test]
    fn an_unknown_id_has_no_entry() {
        let mut ids = PacketIdTable::<u8>::new();
        assert_eq!((ids.release(0), ids.release(1)), (None, None));
        ids.allocate(5);
        assert_eq!((ids.release(0), ids.release(2)), (None, None));
        assert_eq!((ids.release(1), ids.release(1)), (Some(5), None));
    }
}

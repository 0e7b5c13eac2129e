use std::mem;

/// Packet ids of one connection and what is unacknowledged under each.
///
/// Ids are given out in turn over 1..=65535, so that none is used again before all others were:
/// an acknowledgement that comes too late meets nobody else's hit. The table is a power of two and
/// an id lives in the cell of its low bits; an id whose cell is taken is left out this time. So it
/// is as small as what is in flight needs, and a look-up is one access.
#[derive(Debug)]
pub(crate) struct PacketIds<T> {
    cells: Vec<Option<(u16, T)>>,
    last_id: u16,
    in_use: usize,
}

/// Cells of a connection that has just been opened.
const INITIAL_CELLS: usize = 16;
/// Cells at most: as many as there are ids, and one that stays empty.
const MAX_CELLS: usize = 1 << 16;

impl<T> PacketIds<T> {
    pub(crate) fn new() -> Self {
        Self {
            cells: vec![],
            last_id: 0,
            in_use: 0,
        }
    }

    /// How many ids are taken.
    pub(crate) fn in_use(&self) -> usize {
        self.in_use
    }

    /// The cell of `id`; the table is not empty.
    fn cell_index(&self, id: u16) -> usize {
        usize::from(id) & (self.cells.len() - 1)
    }

    /// Takes the next free id for `entry`; none if all are taken.
    pub(crate) fn allocate(&mut self, entry: T) -> Option<u16> {
        // Half full at most, so that a free cell is near.
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

    /// What was taken under `id`.
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

    /// Frees `id`.
    pub(crate) fn release(&mut self, id: u16) -> Option<T> {
        self.get_mut(id)?;
        let cell = self.cell_index(id);
        self.in_use -= 1;
        self.cells[cell].take().map(|(_, entry)| entry)
    }

    /// Frees all ids; the order in which they are given out goes on.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = T> + use<T> {
        self.in_use = 0;
        let cells = mem::take(&mut self.cells);
        cells.into_iter().flatten().map(|(_, entry)| entry)
    }

    /// All that is taken, in no order.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (u16, &mut T)> {
        let taken = self.cells.iter_mut().flatten();
        taken.map(|(id, entry)| (*id, entry))
    }

    /// Twice as many cells. Ids that differ in their low bits differ in one bit more of them too.
    fn grow(&mut self) {
        let cells = (self.cells.len() * 2).clamp(INITIAL_CELLS, MAX_CELLS);
        if cells == self.cells.len() {
            return;
        }
        let mut grown = Vec::new();
        grown.resize_with(cells, || None);
        for taken in self.cells.drain(..).flatten() {
            let cell = usize::from(taken.0) & (cells - 1);
            grown[cell] = Some(taken);
        }
        self.cells = grown;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rotate_and_a_reserved_one_is_left_out() {
        let mut ids = PacketIds::new();
        let kept = ids.allocate("kept");
        assert_eq!(kept, Some(1));
        for round in 0..3_u32 {
            let mut seen = 0;
            let mut before = if round == 0 { 1 } else { 0 };
            while before < u16::MAX {
                let id = ids.allocate("gone").expect("one is free");
                if id < before {
                    panic!("{id} after {before}");
                }
                assert_eq!(ids.release(id), Some("gone"));
                before = id;
                seen += 1;
            }
            // In a table of 16 the cell of id 1 is that of each 16th id.
            assert!(seen >= 65_534 - 4_096, "{seen}");
        }
        assert_eq!(ids.in_use(), 1);
        assert_eq!(ids.get_mut(1), Some(&mut "kept"));
        assert_eq!(ids.release(17), None, "another id of the same cell");
    }

    #[test]
    fn all_ids_can_be_taken_and_no_more() {
        let mut ids = PacketIds::new();
        for n in 1..=65_535_u32 {
            assert_eq!(ids.allocate(n).map(u32::from), Some(n));
        }
        assert_eq!((ids.in_use(), ids.allocate(0)), (65_535, None));
        assert_eq!(ids.release(300), Some(300));
        assert_eq!(ids.allocate(1), Some(300), "the only one that is free");
        assert_eq!(ids.drain().count(), 65_535);
        assert_eq!((ids.in_use(), ids.get_mut(300)), (0, None));
        assert_eq!(ids.allocate(9), Some(301), "the order goes on");
    }

    #[test]
    fn an_unknown_id_is_nobodys() {
        let mut ids = PacketIds::<u8>::new();
        assert_eq!((ids.release(0), ids.release(1)), (None, None));
        ids.allocate(5);
        assert_eq!((ids.release(0), ids.release(2)), (None, None));
        assert_eq!((ids.release(1), ids.release(1)), (Some(5), None));
    }
}

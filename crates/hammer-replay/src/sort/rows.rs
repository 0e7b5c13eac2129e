/// Rows in memory: their bytes in one piece, and where each stands.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) places: Vec<Place>,
    bytes: Vec<u8>,
    /// Whether they came in order so far.
    sorted: bool,
}

/// A row's time, what orders it among those of the same time, and where its bytes are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) t_us: i64,
    pub(crate) tie: u64,
    at: u32,
    length: u32,
}

impl Rows {
    /// Bytes that they take, all in all.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len() + self.places.len() * size_of::<Place>()
    }

    #[inline]
    pub(crate) fn push(&mut self, t_us: i64, tie: u64, row: &[u8]) {
        let last = self.places.last();
        let behind = last.is_none_or(|last| (last.t_us, last.tie) <= (t_us, tie));
        self.sorted = behind && (self.sorted || self.places.is_empty());
        // Sizes are bounded far below four gigabytes by whoever pushes.
        self.places.push(Place {
            t_us,
            tie,
            at: self.bytes.len() as u32,
            length: row.len() as u32,
        });
        self.bytes.extend_from_slice(row);
    }

    /// Sorts them by time; those of the same time and tie by their bytes.
    pub(crate) fn sort(&mut self) {
        if self.sorted {
            return;
        }
        let Self { places, bytes, .. } = self;
        let row = |place: &Place| &bytes[place.at as usize..][..place.length as usize];
        // A stable sort finds that the most are sorted already.
        places.sort_by(|a, b| {
            let order = (a.t_us, a.tie).cmp(&(b.t_us, b.tie));
            order.then_with(|| row(a).cmp(row(b)))
        });
        self.sorted = true;
    }

    #[inline]
    pub(crate) fn row(&self, place: &Place) -> &[u8] {
        &self.bytes[place.at as usize..][..place.length as usize]
    }

    /// Drops the first `count`, which have to be the earliest: they must have been sorted.
    pub(crate) fn drop_first(&mut self, count: usize, spare: &mut Self) {
        spare.clear();
        for place in &self.places[count..] {
            spare.push(place.t_us, place.tie, self.row(place));
        }
        std::mem::swap(self, spare);
    }

    pub(crate) fn clear(&mut self) {
        self.places.clear();
        self.bytes.clear();
        self.sorted = false;
    }
}

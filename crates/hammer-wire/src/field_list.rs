//! A list of fields in one buffer.

/// Fields with their values in one buffer, which keeps its memory when it is cleared.
#[derive(Debug, Default, Clone, PartialEq, Eq, Hash)]
pub struct FieldList {
    bytes: Vec<u8>,
    /// The end of each name and of each value in `bytes`.
    ends: Vec<(usize, usize)>,
}

impl FieldList {
    /// Creates an empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Removes all fields, and keeps their memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Appends a field.
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        self.bytes.extend_from_slice(name);
        let name_end = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.ends.push((name_end, self.bytes.len()));
    }

    /// The number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns true if there are no fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Each name with its value, in the order of their addition.
    #[must_use]
    pub fn iter(&self) -> FieldListIter<'_> {
        FieldListIter {
            list: self,
            next: 0,
            start: 0,
        }
    }
}

impl<'a> IntoIterator for &'a FieldList {
    type Item = (&'a [u8], &'a [u8]);
    type IntoIter = FieldListIter<'a>;

    fn into_iter(self) -> FieldListIter<'a> {
        self.iter()
    }
}

impl<N: AsRef<[u8]>, V: AsRef<[u8]>> FromIterator<(N, V)> for FieldList {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        let mut list = Self::new();
        for (name, value) in fields {
            list.push(name.as_ref(), value.as_ref());
        }
        list
    }
}

/// Iterates over the names and values of a [`FieldList`].
#[derive(Debug, Clone)]
pub struct FieldListIter<'a> {
    list: &'a FieldList,
    next: usize,
    start: usize,
}

impl<'a> Iterator for FieldListIter<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (name_end, value_end) = *self.list.ends.get(self.next)?;
        let name = &self.list.bytes[self.start..name_end];
        let value = &self.list.bytes[name_end..value_end];
        self.next += 1;
        self.start = value_end;
        Some((name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order_and_repeat() {
        let mut fields = FieldList::new();
        for round in 0..2 {
            fields.clear();
            assert!(fields.is_empty(), "{round}");
            let table: [(&[u8], &[u8]); 4] = [
                (b"a", b"1"),
                (b"", b""),
                (b"a", b""),
                (b"Set-Cookie", b"\xff"),
            ];
            for (name, value) in table {
                fields.push(name, value);
            }
            assert!(fields.iter().eq(table), "{fields:?}");
            assert_eq!(fields.len(), 4);
        }
    }

    #[test]
    fn a_list_that_is_filled_again_keeps_its_memory() {
        let mut fields = FieldList::new();
        fields.push(b"name", &[b'v'; 100]);
        let capacity = (fields.bytes.capacity(), fields.ends.capacity());
        fields.clear();
        fields.push(b"name", &[b'w'; 100]);
        assert_eq!(capacity, (fields.bytes.capacity(), fields.ends.capacity()));
    }
}

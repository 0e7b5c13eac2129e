//! Header fields in one buffer, which responses reuse.

use std::fmt;

/// A list of header fields, in order and possibly with repeated names.
///
/// Names and values share one buffer. A list that is cleared and filled again allocates only if it
/// grows beyond its largest content so far.
///
/// ```
/// use hammer_wire::FieldList;
///
/// let mut fields = FieldList::new();
/// fields.push(b"server", b"nginx");
/// assert_eq!(fields.get(b"Server"), Some(&b"nginx"[..]));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct FieldList {
    bytes: Vec<u8>,
    ends: Vec<FieldEnds>,
}

/// The ends of a name and of the value after it, in the buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct FieldEnds {
    name: usize,
    value: usize,
}

impl FieldList {
    /// Creates an empty list, without allocating.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field at the end.
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        self.bytes.extend_from_slice(name);
        let name = self.bytes.len();
        self.bytes.extend_from_slice(value);
        let value = self.bytes.len();
        self.ends.push(FieldEnds { name, value });
    }

    /// Removes all fields and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Returns the number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns true if there are no fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Iterates over the names and values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> {
        let mut start = 0;
        self.ends.iter().map(move |ends| {
            let field = (
                &self.bytes[start..ends.name],
                &self.bytes[ends.name..ends.value],
            );
            start = ends.value;
            field
        })
    }

    /// Returns the value of the first field with this name, in upper or lower case.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<&[u8]> {
        let mut fields = self.iter();
        fields.find_map(|(other, value)| other.eq_ignore_ascii_case(name).then_some(value))
    }
}

impl fmt::Debug for FieldList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let fields = self.iter().map(|(name, value)| (text(name), text(value)));
        f.debug_list().entries(fields).finish()
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
        assert_eq!(fields.get(b"A"), Some(&b"1"[..]));
        assert_eq!(fields.get(b"set-cookie"), Some(&b"\xff"[..]));
        assert_eq!(fields.get(b"b"), None);
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

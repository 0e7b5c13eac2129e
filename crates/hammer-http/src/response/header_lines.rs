//! Access to the header lines of a response, whatever holds them.

use http::HeaderMap;

/// The header lines of a response.
///
/// Expectations, captures, redirects and decoders read headers through this trait, so that they work with
/// the heads of all versions of HTTP, and allocate nothing.
pub(crate) trait HeaderLines {
    /// The names and values in the order of the response, with names in any case.
    fn header_lines(&self) -> impl Iterator<Item = (&[u8], &[u8])>;

    /// The values of all lines called `name`.
    fn values_of(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let lines = self.header_lines();
        lines.filter_map(move |(found, value)| {
            let is_same = found.eq_ignore_ascii_case(name.as_bytes());
            is_same.then_some(value)
        })
    }
}

impl HeaderLines for hammer_wire::Fields<'_> {
    fn header_lines(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.iter()
    }
}

impl HeaderLines for HeaderMap {
    fn header_lines(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let lines = self.iter();
        lines.map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes()))
    }
}

/// A list of lines, for tests.
#[cfg(test)]
impl<const N: usize> HeaderLines for [(&str, &[u8]); N] {
    fn header_lines(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.iter().map(|(name, value)| (name.as_bytes(), *value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_case_and_values_are_in_order() {
        let lines: [(&str, &[u8]); 4] = [
            ("X-A", b"1"),
            ("x-b", b"2"),
            ("x-a", b"\xe9"),
            ("X-AB", b"3"),
        ];
        let values: Vec<_> = lines.values_of("x-a").collect();
        assert_eq!(values, [&b"1"[..], b"\xe9"]);
        assert_eq!(lines.values_of("x").next(), None);
        let mut map = HeaderMap::new();
        for value in ["1", "2"] {
            map.append("x-a", value.parse().expect("the value is ASCII"));
        }
        assert_eq!(map.values_of("X-A").last(), Some(&b"2"[..]));
    }
}

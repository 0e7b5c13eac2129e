//! The head of a response, as both versions of HTTP report it.

use std::slice;

use crate::field_list::{FieldList, FieldListIter};

/// The status line and the header fields of a response.
#[derive(Debug, Clone, Copy)]
pub struct ResponseHead<'a> {
    /// The version of HTTP that the peer speaks.
    pub version: ResponseVersion,
    /// The status, from 100 to 999 (RFC 9110, section 15).
    pub status: u16,
    /// The header fields.
    pub fields: Fields<'a>,
}

/// The version of HTTP in which a response came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseVersion {
    /// HTTP/1.0.
    Http10,
    /// HTTP/1.1.
    Http11,
    /// HTTP/2.
    Http2,
}

impl ResponseVersion {
    /// The name of the version, such as `HTTP/1.1`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http10 => "HTTP/1.0",
            Self::Http11 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
        }
    }
}

/// Header or trailer fields, in the order received.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a>(FieldsContent<'a>);

#[derive(Debug, Clone, Copy)]
enum FieldsContent<'a> {
    Lines(&'a [httparse::Header<'a>]),
    List(&'a FieldList),
}

impl<'a> Fields<'a> {
    pub(crate) fn from_lines(lines: &'a [httparse::Header<'a>]) -> Self {
        Self(FieldsContent::Lines(lines))
    }

    /// The fields of a list.
    #[must_use]
    pub fn from_list(list: &'a FieldList) -> Self {
        Self(FieldsContent::List(list))
    }

    /// Each name with its value. Names have any case; values have no whitespace around them.
    pub fn iter(&self) -> FieldsIter<'a> {
        FieldsIter(match self.0 {
            FieldsContent::Lines(lines) => FieldsIterContent::Lines(lines.iter()),
            FieldsContent::List(list) => FieldsIterContent::List(list.iter()),
        })
    }

    /// The values of the fields called `name`, in any case (RFC 9110, section 5.1).
    pub fn values<'n>(&self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        self.iter()
            .filter(|(field, _)| field.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// The first value of a field called `name`, in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.values(name).next()
    }
}

/// Iterates over the names and values of [`Fields`].
#[derive(Debug, Clone)]
pub struct FieldsIter<'a>(FieldsIterContent<'a>);

#[derive(Debug, Clone)]
enum FieldsIterContent<'a> {
    Lines(slice::Iter<'a, httparse::Header<'a>>),
    List(FieldListIter<'a>),
}

impl<'a> Iterator for FieldsIter<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            FieldsIterContent::Lines(lines) => {
                lines.next().map(|line| (line.name.as_bytes(), line.value))
            }
            FieldsIterContent::List(list) => list.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;
    use crate::FieldList;

    #[test]
    fn finds_fields_in_any_case() {
        let mut list = FieldList::new();
        let lines = [
            ("Set-Cookie", "a=1"),
            ("server", "x"),
            ("set-cookie", "b=2"),
        ];
        let lines = lines.map(|(name, value)| {
            list.push(name.as_bytes(), value.as_bytes());
            let value = value.as_bytes();
            httparse::Header { name, value }
        });
        for fields in [Fields::from_lines(&lines), Fields::from_list(&list)] {
            let values: Vec<_> = fields.values("SET-Cookie").collect();
            assert_eq!(values, [b"a=1", b"b=2"]);
            assert_eq!(fields.get("Server"), Some(&b"x"[..]));
            assert_eq!(fields.get("Serve"), None);
            assert_eq!(fields.iter().count(), 3);
        }
    }
}

//! The static table of common fields (RFC 7541, Appendix A).

/// Names and values; the first has the index 1.
#[rustfmt::skip]
pub(super) const STATIC_TABLE: [(&str, &str); 61] = [
    (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"),
    (":path", "/index.html"), (":scheme", "http"), (":scheme", "https"), (":status", "200"),
    (":status", "204"), (":status", "206"), (":status", "304"), (":status", "400"),
    (":status", "404"), (":status", "500"), ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"), ("accept-language", ""), ("accept-ranges", ""),
    ("accept", ""), ("access-control-allow-origin", ""), ("age", ""), ("allow", ""),
    ("authorization", ""), ("cache-control", ""), ("content-disposition", ""),
    ("content-encoding", ""), ("content-language", ""), ("content-length", ""),
    ("content-location", ""), ("content-range", ""), ("content-type", ""), ("cookie", ""),
    ("date", ""), ("etag", ""), ("expect", ""), ("expires", ""), ("from", ""), ("host", ""),
    ("if-match", ""), ("if-modified-since", ""), ("if-none-match", ""), ("if-range", ""),
    ("if-unmodified-since", ""), ("last-modified", ""), ("link", ""), ("location", ""),
    ("max-forwards", ""), ("proxy-authenticate", ""), ("proxy-authorization", ""), ("range", ""),
    ("referer", ""), ("refresh", ""), ("retry-after", ""), ("server", ""), ("set-cookie", ""),
    ("strict-transport-security", ""), ("transfer-encoding", ""), ("user-agent", ""), ("vary", ""),
    ("via", ""), ("www-authenticate", ""),
];

/// The kinds of fields that matter for the result of a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResponseFieldKind {
    Status,
    ContentLength,
    /// A pseudo-header that responses must not have.
    Forbidden,
    Other,
}

impl ResponseFieldKind {
    pub(super) fn from_name(name: &[u8]) -> Self {
        match name {
            b":status" => Self::Status,
            b"content-length" => Self::ContentLength,
            [b':', ..] => Self::Forbidden,
            _ => Self::Other,
        }
    }

    /// Returns the kind of an entry of the static table.
    pub(super) fn from_static_index(index: usize) -> Self {
        match index {
            8..=14 => Self::Status,
            28 => Self::ContentLength,
            1..=7 => Self::Forbidden,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_index_match_kinds_by_name() {
        for (position, (name, _)) in STATIC_TABLE.iter().enumerate() {
            assert_eq!(
                ResponseFieldKind::from_static_index(position + 1),
                ResponseFieldKind::from_name(name.as_bytes()),
                "{name}"
            );
        }
    }
}

//! A row as it is sent.

use bytes::Bytes;

use crate::timeline::TimelineRow;

/// A row as it is sent.
#[derive(Debug, Clone)]
pub struct PlaybackRow<'a> {
    /// The row with its rewritten target.
    pub row: TimelineRow<'a>,
    /// The number of the row in the timeline, from 0.
    pub number: u64,
    /// The number of the copy of the row, from 0.
    pub copy: u32,
    /// The number of the pass, from 0.
    pub pass: u64,
    /// The request body.
    pub body: Bytes,
    /// The content type of the body.
    pub content_type: Option<&'a str>,
}

impl PlaybackRow<'_> {
    /// Writes the method and the route of the row, or its path without a route, to `into`.
    pub fn write_name(&self, into: &mut String) {
        into.clear();
        into.push_str(self.row.method);
        into.push(' ');
        match self.row.route {
            Some(route) => into.push_str(route),
            None => into.push_str(&String::from_utf8_lossy(target_path(self.row.target))),
        }
    }

    /// Returns the client that sends the row, if the timeline has clients. Each copy of a row has a
    /// different client. The rows of one logged client share a client within each copy number.
    #[must_use]
    pub fn client(&self) -> Option<u64> {
        let copy = u64::from(self.copy).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.row.client.map(|client| client ^ copy)
    }
}

/// Returns a target without its query.
pub(super) fn target_path(target: &[u8]) -> &[u8] {
    let end = target.iter().position(|byte| *byte == b'?');
    &target[..end.unwrap_or(target.len())]
}

use bytes::Bytes;

use crate::timeline::TimelineRow;

/// What is to be sent for a row.
#[derive(Debug, Clone)]
pub struct PlannedRow<'a> {
    /// The row, with the target that is to be asked for.
    pub row: TimelineRow<'a>,
    /// Which row of the timeline it is, from 0.
    pub number: u64,
    /// Which copy of the row it is, from 0.
    pub copy: u32,
    /// In which pass it is sent, from 0.
    pub pass: u64,
    /// What is sent with it.
    pub body: Bytes,
    /// What that is.
    pub content_type: Option<&'a str>,
}

impl PlannedRow<'_> {
    /// The name of the row's route, or else of its path, with the method before it.
    pub fn write_name(&self, into: &mut String) {
        into.clear();
        into.push_str(self.row.method);
        into.push(' ');
        match self.row.route {
            Some(route) => into.push_str(route),
            None => into.push_str(&String::from_utf8_lossy(target_path(self.row.target))),
        }
    }

    /// Who sends it, if the timeline knows: each copy of a row comes from a client of its own, and the
    /// same copy of all rows of a client from the same one.
    #[must_use]
    pub fn client(&self) -> Option<u64> {
        let copy = u64::from(self.copy).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.row.client.map(|client| client ^ copy)
    }
}

/// A target without its query.
pub(super) fn target_path(target: &[u8]) -> &[u8] {
    let end = target.iter().position(|byte| *byte == b'?');
    &target[..end.unwrap_or(target.len())]
}

//! Encoder of rows without their time.

use super::IncludedFields;
use crate::log::{EscapedText, LogEntry, LoggedRequest};
use crate::timeline::TimelineRow;

/// Encodes rows without their time, which is only known after sorting.
#[derive(Debug)]
pub(super) struct TimelessRowEncoder {
    include: IncludedFields,
    target: Vec<u8>,
    host: Vec<u8>,
    route: Vec<u8>,
    tail: Vec<u8>,
}

impl TimelessRowEncoder {
    pub(super) fn new(include: IncludedFields) -> Self {
        Self {
            include,
            target: Vec::new(),
            host: Vec::new(),
            route: Vec::new(),
            tail: Vec::new(),
        }
    }

    /// Encodes the tail of the row of `entry`.
    #[inline]
    pub(super) fn write(&mut self, entry: &LogEntry<'_>, request: &LoggedRequest<'_>) -> &[u8] {
        let Self {
            include,
            target,
            host,
            route,
            tail,
        } = self;
        target.clear();
        request.target.unescape_into(target);
        if let Some(query) = request.query {
            target.push(b'?');
            query.unescape_into(target);
        }
        let host = unescape_present(request.host.filter(|_| include.host), host);
        let route = unescape_present(entry.route.filter(|_| include.route), route);
        let client = entry.client.filter(|client| !client.is_absent());
        let client = include.client.as_ref().zip(client);
        let row = TimelineRow {
            t_us: 0,
            // A token is ASCII.
            method: std::str::from_utf8(request.method).unwrap_or("GET"),
            target,
            host,
            status: (include.status && entry.status > 0).then_some(entry.status),
            duration_us: entry.duration_us.filter(|_| include.duration),
            body_bytes: entry.body_bytes.filter(|bytes| include.bytes && *bytes > 0),
            response_bytes: entry.response_bytes.filter(|_| include.bytes),
            client: client.map(|(key, client)| key.hash_client(client.raw())),
            route,
        };
        tail.clear();
        row.write_tail(tail);
        tail
    }
}

/// Unescapes `text` into `buffer`. Returns `None` if it is missing or not UTF-8.
fn unescape_present<'b>(text: Option<EscapedText<'_>>, buffer: &'b mut Vec<u8>) -> Option<&'b str> {
    let text = text.filter(|text| !text.is_absent())?;
    buffer.clear();
    text.unescape_into(buffer);
    std::str::from_utf8(buffer).ok()
}

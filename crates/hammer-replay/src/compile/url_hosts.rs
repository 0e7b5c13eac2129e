//! Count of the hosts in the URLs of a log.

use std::collections::HashSet;

use super::BuildSummary;
use crate::log::{EscapedText, without_port};
use crate::sort::content_hash;

/// Counts the hosts in the URLs of rows, whatever their case and port.
#[derive(Debug, Default)]
pub(super) struct UrlHostCounter {
    hashes: HashSet<u64>,
    /// The latest host as written, since many rows in a row have the same one.
    last: Vec<u8>,
    name: Vec<u8>,
}

impl UrlHostCounter {
    #[inline]
    pub(super) fn record(&mut self, host: EscapedText<'_>) {
        if self.last != host.raw() {
            self.insert(host.raw());
        }
    }

    fn insert(&mut self, host: &[u8]) {
        self.last.clear();
        self.last.extend_from_slice(host);
        self.name.clear();
        self.name.extend_from_slice(without_port(host));
        self.name.make_ascii_lowercase();
        if self.hashes.len() < BuildSummary::MAX_URL_HOSTS {
            self.hashes.insert(content_hash(&self.name));
        }
    }

    pub(super) fn count(&self) -> usize {
        self.hashes.len()
    }
}

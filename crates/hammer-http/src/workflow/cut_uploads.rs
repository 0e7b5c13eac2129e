//! The hits that were answered before the body of their request was sent.

use std::sync::atomic::{AtomicU64, Ordering};

use hammer_core::Hit;
use hammer_diagnostic::format_count;

/// Counts the hits of a run that were answered before the body of their request was sent as a whole.
#[derive(Debug, Default)]
pub(crate) struct CutUploadCounter {
    hits: AtomicU64,
}

impl CutUploadCounter {
    /// Counts a request whose response came first.
    #[cold]
    pub(crate) fn count(&self, hit: &Hit) {
        hit.slot().count("upload_cut_short", 1);
        let measured = u64::from(!hit.is_warm_up());
        self.hits.fetch_add(measured, Ordering::Relaxed);
    }

    /// Says what the hits mean, if there are any.
    pub(crate) fn warning(&self) -> Option<String> {
        let hits = match self.hits.load(Ordering::Relaxed) {
            0 => return None,
            1 => "1 upload was".to_owned(),
            hits => format!("{} uploads were", format_count(hits)),
        };
        Some(format!(
            "{hits} answered before the body was sent as a whole; the target refused the rest or did not \
             read it, and latencies exclude it. Check the statuses, and the target's limit for bodies."
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_are_counted_in_the_warning() {
        for (hits, expected) in [
            (0, None),
            (1, Some("1 upload was answered before the body")),
            (2, Some("2 uploads were answered before the body")),
        ] {
            let counter = CutUploadCounter {
                hits: AtomicU64::new(hits),
            };
            let warning = counter.warning();
            let start = warning
                .as_ref()
                .and_then(|text| text.get(..expected?.len()));
            assert_eq!(start, expected, "{warning:?}");
        }
    }
}

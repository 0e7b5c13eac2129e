//! Limits of a playback.

use std::time::Duration;

use super::{PassLimit, TimelinePlayer};

/// The limits at which a playback ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlaybackLimits {
    pub(super) max_hits: u64,
    pub(super) max_duration: Duration,
    pub(super) max_passes: u64,
}

impl PlaybackLimits {
    pub(super) fn from_player(player: &TimelinePlayer) -> Self {
        let max_duration = player.max_duration.unwrap_or(Duration::MAX);
        let (max_passes, max_duration) = match player.passes {
            PassLimit::Times(times) => (times.into(), max_duration),
            PassLimit::For(time) => (u64::MAX, max_duration.min(time)),
        };
        Self {
            max_hits: player.max_hits.unwrap_or(u64::MAX),
            max_duration,
            max_passes,
        }
    }

    /// Returns the number of hits that are left at `due`, after `hits` hits.
    pub(super) fn remaining_hits(&self, due: Duration, hits: u64) -> u64 {
        if due >= self.max_duration {
            0
        } else {
            self.max_hits.saturating_sub(hits)
        }
    }

    /// Returns the number of complete passes. Each pass has `hits` hits, and the last row of pass k is due
    /// at `last(k)`.
    pub(super) fn complete_passes(&self, hits: u64, last: impl Fn(u64) -> Duration) -> u64 {
        // Rows after the very last hit are not part of the playback.
        let max_passes = self.max_passes.min((self.max_hits - 1) / hits.max(1));
        let (mut complete, mut upper) = (0, max_passes);
        while complete < upper {
            let middle = complete + (upper - complete) / 2;
            if last(middle) < self.max_duration {
                complete = middle + 1;
            } else {
                upper = middle;
            }
        }
        complete
    }
}

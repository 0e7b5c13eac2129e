use std::time::Duration;

use super::{PassLimit, TimelinePlayer};

/// Where a play ends at the latest.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlaybackLimits {
    pub(super) max_hits: u64,
    pub(super) max_duration: Duration,
    pub(super) max_passes: u64,
}

impl PlaybackLimits {
    pub(super) fn from_player(player: &TimelinePlayer) -> Self {
        let after = player.max_duration.unwrap_or(Duration::MAX);
        let (max_passes, max_duration) = match player.passes {
            PassLimit::Times(times) => (times.into(), after),
            PassLimit::For(time) => (u64::MAX, after.min(time)),
        };
        Self {
            max_hits: player.max_hits.unwrap_or(u64::MAX),
            max_duration,
            max_passes,
        }
    }

    /// How many more hits may be due then, when there were so many.
    pub(super) fn remaining_hits(&self, due: Duration, hits: u64) -> u64 {
        if due >= self.max_duration {
            0
        } else {
            self.max_hits.saturating_sub(hits)
        }
    }

    /// How many passes are played from their first row to their last, of those that have `hits` hits,
    /// and whose last row is due, if it is that of pass k, at `last(k)`.
    pub(super) fn complete_passes(&self, hits: u64, last: impl Fn(u64) -> Duration) -> u64 {
        // What is skipped behind the very last hit is no part of the play.
        let most = self.max_passes.min((self.max_hits - 1) / hits.max(1));
        let (mut whole, mut beyond) = (0, most);
        while whole < beyond {
            let middle = whole + (beyond - whole) / 2;
            if last(middle) < self.max_duration {
                whole = middle + 1;
            } else {
                beyond = middle;
            }
        }
        whole
    }
}

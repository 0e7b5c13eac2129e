use std::time::Duration;

use super::{Passes, Player};

/// Where a play ends at the latest.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) hits: u64,
    pub(super) after: Duration,
    pub(super) passes: u64,
}

impl End {
    pub(super) fn of(player: &Player) -> Self {
        let after = player.after.unwrap_or(Duration::MAX);
        let (passes, after) = match player.passes {
            Passes::Times(times) => (times.into(), after),
            Passes::For(time) => (u64::MAX, after.min(time)),
        };
        Self {
            hits: player.hits.unwrap_or(u64::MAX),
            after,
            passes,
        }
    }

    /// How many more hits may be due then, when there were so many.
    pub(super) fn room(&self, due: Duration, hits: u64) -> u64 {
        if due >= self.after {
            0
        } else {
            self.hits.saturating_sub(hits)
        }
    }

    /// How many passes are played from their first row to their last, of those that have `hits` hits,
    /// and whose last row is due, if it is that of pass k, at `last(k)`.
    pub(super) fn whole_passes(&self, hits: u64, last: impl Fn(u64) -> Duration) -> u64 {
        // What is skipped behind the very last hit is no part of the play.
        let most = self.passes.min((self.hits - 1) / hits.max(1));
        let (mut whole, mut beyond) = (0, most);
        while whole < beyond {
            let middle = whole + (beyond - whole) / 2;
            if last(middle) < self.after {
                whole = middle + 1;
            } else {
                beyond = middle;
            }
        }
        whole
    }
}

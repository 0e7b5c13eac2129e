//! The times of the last ten seconds, of which the oldest leave.

use std::collections::VecDeque;

use hammer_stats::{Histogram, HistogramSnapshot};

use crate::live::live_second::LiveDistributions;

/// Seconds of "the last ten seconds".
const RECENT_SECONDS: u64 = 10;

/// The seconds that the last ten seconds are made of, in few bytes: thirty histograms of each load would
/// take a megabyte.
#[derive(Debug, Clone, Default)]
pub(super) struct RecentSeconds {
    seconds: VecDeque<RecentSecond>,
}

#[derive(Debug, Clone)]
struct RecentSecond {
    /// Its length in seconds.
    length: u64,
    /// Response, service and lateness; `None` of a histogram that cannot be encoded, which is not added.
    times: [Option<HistogramSnapshot>; 3],
}

impl RecentSeconds {
    /// Adds a second of this `length` to `sum`, and removes those that are no longer among the last ten.
    pub(super) fn add(
        &mut self,
        length: u64,
        last: &LiveDistributions,
        sum: &mut LiveDistributions,
    ) {
        let times = [&last.response, &last.service, &last.lateness];
        let times = times.map(|times| HistogramSnapshot::take(times).ok());
        self.seconds.push_back(RecentSecond { length, times });
        let mut covered: u64 = self.seconds.iter().map(|second| second.length).sum();
        while covered > RECENT_SECONDS && self.seconds.len() > 1 {
            let Some(oldest) = self.seconds.pop_front() else {
                break;
            };
            covered -= oldest.length;
            for (times, sum) in oldest.times.iter().zip(parts(sum)) {
                if let Some(times) = decoded(times.as_ref()) {
                    sum.subtract(&times);
                }
            }
        }
        let added = self.seconds.back().map(|second| &second.times);
        let last = [&last.response, &last.service, &last.lateness];
        for ((times, snapshot), sum) in last
            .into_iter()
            .zip(added.into_iter().flatten())
            .zip(parts(sum))
        {
            if snapshot.is_some() {
                sum.merge(times);
            }
        }
    }
}

/// The histogram of a snapshot that has hits.
fn decoded(snapshot: Option<&HistogramSnapshot>) -> Option<Histogram> {
    snapshot.filter(|times| times.count() > 0)?.histogram().ok()
}

fn parts(times: &mut LiveDistributions) -> [&mut Histogram; 3] {
    [&mut times.response, &mut times.service, &mut times.lateness]
}

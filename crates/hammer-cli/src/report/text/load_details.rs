//! The numbers of one load, the same for a single load and for each load of a plan.

use hammer_core::Report;

use super::{addresses, confidence, connections, counts, generator, groups, hits, latency, stages};
use crate::text::proxies::proxy_lines;

/// The numbers of a load, in the order in which they are shown.
pub(super) struct LoadDetails {
    /// Hits, rate and latencies.
    numbers: String,
    /// The confidence of the latencies, if requested.
    confidence: String,
    /// Labels, failures, phases, counts, facts, connections, addresses, proxies and the generator.
    rest: String,
}

impl LoadDetails {
    pub(super) fn new(load: &Report, with_confidence: bool) -> Self {
        let failures = counts::failures(load);
        let numbers = [
            hits::hits(load),
            hits::rate_line(load),
            latency::table(load),
        ];
        let rest = [
            counts::labels(&load.labels),
            failures,
            counts::phases(load),
            counts::counts(&load.counts),
            counts::facts(&load.facts),
            connections::lines(load),
            addresses::addresses(load),
            proxy_lines(&load.proxies, load.hits.rejected),
            generator::single_load(load),
        ];
        Self {
            numbers: numbers.concat(),
            confidence: match with_confidence {
                true => confidence::table(load),
                false => String::new(),
            },
            rest: rest.concat(),
        }
    }

    /// The number of lines without the confidence, stages and groups.
    pub(super) fn lines(&self) -> usize {
        self.numbers.lines().count() + self.rest.lines().count()
    }

    /// Renders the load, with its stages and groups in at most `left` lines.
    pub(super) fn render(&self, load: &Report, left: usize) -> String {
        let stages = stages::table(load, left);
        let left = left.saturating_sub(stages.lines().count());
        let groups = groups::table(load, left);
        [
            &*self.numbers,
            &self.confidence,
            &stages,
            &groups,
            &self.rest,
        ]
        .concat()
    }
}

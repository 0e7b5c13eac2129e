//! The result of a hit without a run.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use crate::model::outcome::Label;
use crate::model::slot_notes::Notes;
use crate::report::hit_counts::HitResult;
use crate::report::proxy_report::ProxyReport;
use crate::report::report::ByteCounts;

/// The result of a [`SingleHit`](crate::SingleHit), with what its hammer noted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SingleHitResult {
    /// The result of the hit.
    pub result: HitResult,
    /// The label of the answer, or the name of the failure. `None` if the hit was abandoned or
    /// unsent.
    pub label: Option<Label>,
    /// The advice for the failure, if it has some.
    pub advice: Option<String>,
    /// The time from the start of the hit, when its session was open, until the target had
    /// answered. `None` without an answer.
    pub service: Option<Duration>,
    /// Payload sent and received, if the target answered.
    pub bytes: ByteCounts,
    /// The phases that the hammer named, in the order in which they ended. A name can occur several
    /// times.
    pub phases: Vec<(&'static str, Duration)>,
    /// Counters of the hammer.
    pub counts: BTreeMap<&'static str, u64>,
    /// Facts that the hammer recorded, with the number of occurrences of each value.
    pub facts: BTreeMap<&'static str, BTreeMap<Label, u64>>,
    /// The address that the hit was sent to, or that it failed to connect to. `None` if the hammer
    /// named none.
    pub address: Option<SocketAddr>,
    /// The proxies that the hit went through.
    pub proxies: Vec<ProxyReport>,
    /// The attempts to connect that failed, in the order in which they ended.
    pub failed_attempts: Vec<(SocketAddr, &'static str)>,
}

impl SingleHitResult {
    /// Creates the result of a hit that has not been sent.
    pub(crate) fn unsent() -> Self {
        Self {
            result: HitResult::Unsent,
            label: None,
            advice: None,
            service: None,
            bytes: ByteCounts::default(),
            phases: vec![],
            counts: BTreeMap::new(),
            facts: BTreeMap::new(),
            address: None,
            proxies: vec![],
            failed_attempts: vec![],
        }
    }

    /// Takes the notes of the hammer.
    pub(crate) fn take_notes(&mut self, notes: &mut Notes) {
        self.phases.append(&mut notes.phases);
        for (counter, n) in notes.counts.drain(..) {
            *self.counts.entry(counter).or_default() += n;
        }
        for (name, value) in notes.facts.drain(..) {
            let values = self.facts.entry(name).or_default();
            *values.entry(value).or_default() += 1;
        }
        let attempts = notes.attempts.drain(..);
        self.failed_attempts
            .extend(attempts.filter_map(|(peer, failure)| Some((peer.address()?, failure?))));
    }
}

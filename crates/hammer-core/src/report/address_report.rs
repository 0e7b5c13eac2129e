//! Hits and attempts to connect by the address of the peer.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use crate::model::interned_address::intern_address;
use crate::model::interned_name::intern;
use crate::model::peer::{MAX_PEERS, Peer};
use crate::report::frequent_first_map::{FrequentFirstMap, MAX_KEYS};
use crate::report::hit_counts::{HitCounts, HitResult};

/// The name of all addresses beyond the bound.
const OTHERS: &str = "others";

/// The hits and connections of one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AddressReport {
    /// The address and port, such as `127.0.0.1:80` or `[::1]:80`; `others` for all beyond 64.
    pub address: String,
    /// Its started hits by result. `scheduled` is the number that have ended.
    #[serde(flatten)]
    pub hits: HitCounts,
    /// Its hits that failed or timed out, by the name of the failure.
    #[serde(default)]
    pub failures: BTreeMap<String, u64>,
    /// Connections to it that opened.
    #[serde(default)]
    pub connections: u64,
    /// Attempts to connect to it that failed, by the name of the failure. `overtaken` counts those
    /// that another address was faster than.
    #[serde(default)]
    pub failed_attempts: BTreeMap<String, u64>,
}

/// The tallies of all addresses.
#[derive(Default, PartialEq)]
pub(crate) struct AddressTallies(Vec<AddressTally>);

#[derive(Default, PartialEq)]
struct AddressTally {
    /// `None` for all addresses beyond the bound, and before the first figure.
    address: Option<&'static SocketAddr>,
    hits: HitCounts,
    failures: FrequentFirstMap<&'static str, u64>,
    connections: u64,
    failed_attempts: FrequentFirstMap<&'static str, u64>,
}

impl AddressTallies {
    /// Counts a hit, with the name of its `failure` if it failed or timed out.
    pub(crate) fn count_hit(
        &mut self,
        peer: Peer,
        result: HitResult,
        failure: Option<&'static str>,
    ) {
        let tally = self.of_peer(peer);
        tally.hits.scheduled += 1;
        tally.hits.count(result);
        if let Some(failure) = failure {
            *tally.failures.entry(failure) += 1;
        }
    }

    /// Counts an attempt to connect, with the name of its `failure` if it failed.
    pub(crate) fn count_attempt(&mut self, peer: Peer, failure: Option<&'static str>) {
        let tally = self.of_peer(peer);
        match failure {
            Some(failure) => *tally.failed_attempts.entry(failure) += 1,
            None => tally.connections += 1,
        }
    }

    fn of_peer(&mut self, peer: Peer) -> &mut AddressTally {
        if self.0.len() <= peer.index {
            self.0.resize_with(peer.index + 1, AddressTally::default);
        }
        let tally = &mut self.0[peer.index];
        tally.address = peer.address;
        tally
    }

    /// Restores the tallies of a report. `None` if it has more addresses or names than a report can
    /// have.
    pub(crate) fn restored(reports: &[AddressReport]) -> Option<Self> {
        let tally = |report: &AddressReport| {
            Some(AddressTally {
                address: report.address.parse().ok().and_then(intern_address),
                hits: report.hits,
                failures: interned_counts(&report.failures)?,
                connections: report.connections,
                failed_attempts: interned_counts(&report.failed_attempts)?,
            })
        };
        // The last one is of all others.
        if reports.len() > MAX_PEERS + 1 {
            return None;
        }
        reports.iter().map(tally).collect::<Option<_>>().map(Self)
    }

    /// Merges tallies of a worker, which numbers its addresses by itself.
    pub(crate) fn merge(&mut self, other: &Self) {
        for part in other.0.iter().filter(|tally| tally.has_figures()) {
            let index = self.index_of(part.address);
            let tally = &mut self.0[index];
            tally.hits += part.hits;
            tally.connections = tally.connections.saturating_add(part.connections);
            tally.failures.add_counts(&part.failures);
            tally.failed_attempts.add_counts(&part.failed_attempts);
        }
    }

    /// The index of an address, or of the tally for all others.
    fn index_of(&mut self, address: Option<&'static SocketAddr>) -> usize {
        let known = self.0.iter().position(|tally| tally.address == address);
        if let Some(index) = known {
            return index;
        }
        let own = address.filter(|_| self.0.len() < MAX_PEERS);
        if own.is_none()
            && address.is_some()
            && let Some(index) = self.0.iter().position(|tally| tally.address.is_none())
        {
            return index;
        }
        self.0.push(AddressTally {
            address: own,
            ..AddressTally::default()
        });
        self.0.len() - 1
    }

    /// Resets all figures of hits, and keeps those of connections.
    pub(crate) fn forget_hits(&mut self) {
        for tally in &mut self.0 {
            tally.hits = HitCounts::default();
            tally.failures.values_mut().for_each(|count| *count = 0);
        }
    }

    /// Resets all figures and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.forget_hits();
        for tally in &mut self.0 {
            tally.connections = 0;
            tally
                .failed_attempts
                .values_mut()
                .for_each(|count| *count = 0);
        }
    }

    /// The connections that opened to all addresses.
    pub(crate) fn connections(&self) -> u64 {
        let connections = self.0.iter().map(|tally| tally.connections);
        connections.fold(0, u64::saturating_add)
    }

    /// Reports each address with figures, in the order of addresses.
    pub(crate) fn report(&self) -> Vec<AddressReport> {
        let mut shown: Vec<_> = self.0.iter().filter(|tally| tally.has_figures()).collect();
        shown.sort_by_key(|tally| (tally.address.is_none(), tally.address));
        let report = |tally: &AddressTally| AddressReport {
            address: tally
                .address
                .map_or_else(|| OTHERS.to_owned(), |address| address.to_string()),
            hits: tally.hits,
            failures: counts_by_name(&tally.failures),
            connections: tally.connections,
            failed_attempts: counts_by_name(&tally.failed_attempts),
        };
        shown.into_iter().map(report).collect()
    }
}

impl AddressTally {
    fn has_figures(&self) -> bool {
        let attempts_failed = self.failed_attempts.iter().any(|(_, count)| *count > 0);
        self.hits.scheduled > 0 || self.connections > 0 || attempts_failed
    }
}

fn interned_counts(counts: &BTreeMap<String, u64>) -> Option<FrequentFirstMap<&'static str, u64>> {
    if counts.len() > MAX_KEYS {
        return None;
    }
    let counts = counts.iter();
    let interned: Option<_> = counts
        .map(|(name, count)| Some((intern(name)?, *count)))
        .collect();
    interned.map(FrequentFirstMap::of_keys)
}

/// The counts above zero.
fn counts_by_name(counts: &FrequentFirstMap<&'static str, u64>) -> BTreeMap<String, u64> {
    let counts = counts.iter().filter(|(_, count)| **count > 0);
    counts.map(|(name, n)| ((*name).to_owned(), *n)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::peer::WorkerPeers;

    fn address(last: usize) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, last as u8], 80))
    }

    /// The workers number the addresses in the order in which they meet them.
    #[test]
    fn workers_that_number_addresses_differently_add_up() {
        let mut total = AddressTallies::default();
        for order in [[1, 2], [2, 1]] {
            let (peers, mut tallies) = (WorkerPeers::default(), AddressTallies::default());
            for last in order {
                let peer = peers.peer(address(last));
                tallies.count_attempt(peer, None);
                tallies.count_hit(peer, HitResult::Ok, None);
            }
            let second = peers.peer(address(2));
            tallies.count_hit(second, HitResult::Failed, Some("io"));
            tallies.count_attempt(second, Some("connect_refused"));
            total.merge(&tallies);
        }
        let report = total.report();
        assert_eq!(report.len(), 2);
        let [first, second] = &report[..] else {
            panic!("{report:?}")
        };
        assert_eq!((&*first.address, first.hits.ok), ("127.0.0.1:80", 2));
        assert!(first.failures.is_empty() && first.failed_attempts.is_empty());
        assert_eq!((second.hits.ok, second.hits.failed), (2, 2));
        assert_eq!((second.connections, second.failures["io"]), (2, 2));
        assert_eq!(second.failed_attempts["connect_refused"], 2);
    }

    #[test]
    fn addresses_are_bounded_and_lose_no_hit() {
        let mut total = AddressTallies::default();
        for worker in 0..3 {
            let (peers, mut tallies) = (WorkerPeers::default(), AddressTallies::default());
            for last in 0..100 {
                let peer = peers.peer(address(worker * 50 + last));
                tallies.count_hit(peer, HitResult::Ok, None);
            }
            total.merge(&tallies);
        }
        let report = total.report();
        assert_eq!(report.len(), MAX_PEERS + 1);
        assert_eq!(report[MAX_PEERS].address, OTHERS);
        assert_eq!(report.iter().map(|one| one.hits.ok).sum::<u64>(), 300);
    }

    /// The connections of a warm-up stay open.
    #[test]
    fn the_hits_of_a_warm_up_are_forgotten() {
        let peer = WorkerPeers::default().peer(address(1));
        let mut tallies = AddressTallies::default();
        tallies.count_attempt(peer, None);
        tallies.count_hit(peer, HitResult::Ok, None);
        tallies.forget_hits();
        let report = tallies.report();
        assert_eq!((report[0].hits.ok, report[0].connections), (0, 1));
        tallies.clear();
        assert!(tallies.report().is_empty());
    }
}

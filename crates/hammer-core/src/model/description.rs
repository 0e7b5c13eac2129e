//! The description of a hammer: its bounds, groups, doubts, advice and connections.

use crate::model::proxy_description::ProxyDescription;

/// The maximum number of groups in a report, each with a histogram per worker; the last one collects
/// the rest.
pub(crate) const MAX_GROUPS: usize = 50;

/// The properties of a hammer that a run must know.
///
/// By default, it has no bounds, no groups and no doubts, and each hit in flight needs a connection
/// of its own.
///
/// ```
/// use hammer_core::Description;
///
/// let description = Description::new().max_hits(1000).groups(["reads", "writes"]);
/// assert_eq!(description.max_hits, Some(1000));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "a description changes nothing by itself"]
pub struct Description {
    /// The maximum number of workers.
    ///
    /// Workers share nothing, so a hammer with a fixed number of connections cannot have more
    /// workers than connections.
    pub max_workers: usize,
    /// The maximum number of hits, if the hammer has data for a limited number, such as rows used
    /// once.
    ///
    /// The schedule ends there at the latest. A run of this hammer cannot have a warm-up, which
    /// would use up data.
    pub max_hits: Option<u64>,
    /// The names of the groups that [`Hit::group`](crate::Hit::group) assigns hits to, such as the
    /// targets of a hammer.
    ///
    /// The report lists the first 49 groups and sums up the rest in one more.
    pub groups: Vec<String>,
    /// Reasons to doubt the numbers, such as credentials that could not be renewed.
    ///
    /// Each is a sentence on the cause and one on the remedy. The engine asks again after the last
    /// hit, and each doubt makes the run suspect.
    pub doubts: Vec<String>,
    /// Advice for failures by name, in place of the advice of the failure itself, such as what a
    /// hammer found out about hits that timed out.
    ///
    /// The engine asks again after the last hit, and uses the advice for failures that occurred.
    pub advice: Vec<(&'static str, String)>,
    /// The number of connections that all hits share, or `None` if each hit in flight needs its
    /// own.
    pub connections: Option<u64>,
    /// The number of local addresses that connections are spread over, each with local ports of
    /// its own; 0 if connections need no ports, such as those of Unix sockets.
    pub addresses: u64,
    /// The proxies that hits go through, each once.
    pub proxies: Vec<ProxyDescription>,
}

impl Default for Description {
    fn default() -> Self {
        Self::new()
    }
}

impl Description {
    /// Creates the description of a hammer without bounds.
    pub fn new() -> Self {
        Self {
            max_workers: usize::MAX,
            max_hits: None,
            groups: vec![],
            doubts: vec![],
            advice: vec![],
            connections: None,
            addresses: 1,
            proxies: vec![],
        }
    }

    /// Sets the maximum number of workers.
    pub fn max_workers(mut self, workers: usize) -> Self {
        self.max_workers = workers;
        self
    }

    /// Sets the maximum number of hits, if there is one.
    pub fn max_hits(mut self, hits: impl Into<Option<u64>>) -> Self {
        self.max_hits = hits.into();
        self
    }

    /// Sets the names of the groups.
    pub fn groups(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.groups = names.into_iter().map(Into::into).collect();
        self
    }

    /// The names of the groups that the report lists on their own. It sums up all others.
    #[must_use]
    pub fn listed_groups(&self) -> &[String] {
        match self.groups.len() {
            0..=MAX_GROUPS => &self.groups,
            _ => &self.groups[..MAX_GROUPS - 1],
        }
    }

    /// Adds reasons to doubt the numbers.
    pub fn doubts(mut self, doubts: impl IntoIterator<Item = String>) -> Self {
        self.doubts.extend(doubts);
        self
    }

    /// Adds advice for the failures with a name, if there is any.
    pub fn advice(mut self, failure: &'static str, advice: impl Into<Option<String>>) -> Self {
        let advice = advice.into().map(|advice| (failure, advice));
        self.advice.extend(advice);
        self
    }

    /// Sets the number of connections that all hits share, if they do.
    pub fn connections(mut self, connections: impl Into<Option<u64>>) -> Self {
        self.connections = connections.into();
        self
    }

    /// Sets the number of local addresses that connections are spread over.
    pub fn addresses(mut self, addresses: u64) -> Self {
        self.addresses = addresses;
        self
    }

    /// Adds proxies that hits go through. Equal ones are kept once.
    pub fn proxies(mut self, proxies: impl IntoIterator<Item = ProxyDescription>) -> Self {
        for proxy in proxies {
            if !self.proxies.contains(&proxy) {
                self.proxies.push(proxy);
            }
        }
        self
    }
}

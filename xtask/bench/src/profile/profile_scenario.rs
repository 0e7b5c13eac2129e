//! The scenarios that can be profiled.

use std::time::Duration;

/// The scenarios that are one run of `hammer` against a fast target.
pub(crate) const PROFILE_SCENARIOS: &[&str] = &[
    "closed",
    "steady",
    "even",
    "closed-tls",
    "steady-tls",
    "even-tls",
];

/// The suffix of scenarios over TLS.
const TLS_SUFFIX: &str = "-tls";

/// Most hits of the heap profile, since recording stacks is slow.
const MAX_HEAP_HITS: u64 = 20_000;

/// A scenario to profile.
#[derive(Debug)]
pub(crate) struct ProfileScenario {
    /// The scenario's name.
    pub(crate) name: &'static str,
    /// The arguments after `hammer http URL`, without a duration.
    pub(crate) arguments: Vec<String>,
    /// True if the target uses TLS.
    pub(crate) tls: bool,
    /// Duration of CPU sampling.
    pub(crate) duration: Duration,
    /// Hits of the heap profile.
    pub(crate) heap_hits: u64,
    /// True if `perf` may be used.
    pub(crate) perf_allowed: bool,
}

impl ProfileScenario {
    /// The scenario called `name`; `None` if it is not one of [`PROFILE_SCENARIOS`].
    pub(crate) fn find(name: &str, duration: Duration, perf: bool) -> Option<Self> {
        let scenario = PROFILE_SCENARIOS
            .iter()
            .find(|scenario| **scenario == name)?;
        let (load, per_second) = match scenario.trim_end_matches(TLS_SUFFIX) {
            "steady" => ("--rate 20000", 20_000),
            "even" => ("--rate 1000", 1_000),
            _ => ("--rate max", u64::MAX),
        };
        let tls = scenario.ends_with(TLS_SUFFIX);
        // The certificate of the target is self-signed.
        let trust = if tls { " --insecure" } else { "" };
        let hits = per_second.saturating_mul(duration.as_secs().max(1));
        Some(Self {
            name: scenario,
            arguments: format!("{load} --max-in-flight 64 --threads 1{trust}")
                .split(' ')
                .map(str::to_owned)
                .collect(),
            tls,
            duration,
            heap_hits: hits.min(MAX_HEAP_HITS),
            perf_allowed: perf,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{PROFILE_SCENARIOS, ProfileScenario};

    #[test]
    fn each_scenario_has_its_arguments() {
        let table = [
            ("closed", "--rate max", 20_000),
            ("steady", "--rate 20000", 20_000),
            ("even", "--rate 1000", 5_000),
            ("closed-tls", "--rate max", 20_000),
            ("steady-tls", "--rate 20000", 20_000),
            ("even-tls", "--rate 1000", 5_000),
        ];
        assert_eq!(table.map(|(name, ..)| name), PROFILE_SCENARIOS);
        for (name, rate, heap_hits) in table {
            let scenario = ProfileScenario::find(name, Duration::from_secs(5), true).expect(name);
            let load = scenario.arguments.join(" ");
            assert_eq!(scenario.name, name);
            assert_eq!(scenario.heap_hits, heap_hits, "{name}");
            assert!(load.starts_with(rate), "{name}: {load}");
            assert!(load.contains("--threads 1"), "{name}: {load}");
            assert_eq!(scenario.tls, name.ends_with("tls"), "{name}");
            assert_eq!(load.contains("--insecure"), scenario.tls, "{name}: {load}");
        }
        assert!(ProfileScenario::find("stall", Duration::from_secs(5), true).is_none());
    }
}

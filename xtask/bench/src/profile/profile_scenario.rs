use std::time::Duration;

/// The scenarios that can be profiled: those that are one run of `hammer` against a fast target.
pub(crate) const PROFILE_SCENARIOS: &[&str] = &[
    "closed",
    "steady",
    "even",
    "closed-tls",
    "steady-tls",
    "even-tls",
];

/// What the name of a scenario over TLS ends with.
const TLS_SUFFIX: &str = "-tls";

/// Hits of the heap profile, at most: the allocator that notes stacks takes its time for each.
const MAX_HEAP_HITS: u64 = 20_000;

/// What is to be profiled, and for how long.
#[derive(Debug)]
pub(crate) struct ProfileScenario {
    /// The scenario's name.
    pub(crate) name: &'static str,
    /// What follows `hammer http URL`, without how long.
    pub(crate) arguments: Vec<String>,
    /// Whether the target speaks TLS.
    pub(crate) tls: bool,
    /// How long CPU samples are taken.
    pub(crate) duration: Duration,
    /// How many hits the heap profile makes.
    pub(crate) heap_hits: u64,
    /// Whether `perf` may be used, if it is there and works.
    pub(crate) perf_allowed: bool,
}

impl ProfileScenario {
    /// The scenario called `name`, or nothing if it is not one of [`SCENARIOS`].
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
        // The target's certificate is signed by itself.
        let trust = if tls { " --insecure" } else { "" };
        let within = per_second.saturating_mul(duration.as_secs().max(1));
        Some(Self {
            name: scenario,
            arguments: format!("{load} --max-in-flight 64 --threads 1{trust}")
                .split(' ')
                .map(str::to_owned)
                .collect(),
            tls,
            duration,
            heap_hits: within.min(MAX_HEAP_HITS),
            perf_allowed: perf,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{PROFILE_SCENARIOS, ProfileScenario};

    #[test]
    fn every_scenario_has_its_load() {
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
            let choice = ProfileScenario::find(name, Duration::from_secs(5), true).expect(name);
            let load = choice.arguments.join(" ");
            assert_eq!(choice.name, name);
            assert_eq!(choice.heap_hits, heap_hits, "{name}");
            assert!(load.starts_with(rate), "{name}: {load}");
            assert!(load.contains("--threads 1"), "{name}: {load}");
            assert_eq!(choice.tls, name.ends_with("tls"), "{name}");
            assert_eq!(load.contains("--insecure"), choice.tls, "{name}: {load}");
        }
        assert!(ProfileScenario::find("stall", Duration::from_secs(5), true).is_none());
    }
}

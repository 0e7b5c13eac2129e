use std::time::Duration;

/// The scenarios that can be profiled: those that are one run of `hammer` against a fast target.
pub(crate) const SCENARIOS: &[&str] = &["closed", "steady", "even"];

/// Hits of the heap profile, at most: the allocator that notes stacks takes its time for each.
const HEAP_HITS: u64 = 20_000;

/// What is to be profiled, and for how long.
#[derive(Debug)]
pub(crate) struct Choice {
    /// The scenario's name.
    pub(crate) scenario: &'static str,
    /// What follows `hammer http URL`, without how long.
    pub(crate) load: Vec<String>,
    /// How long CPU samples are taken.
    pub(crate) duration: Duration,
    /// How many hits the heap profile makes.
    pub(crate) heap_hits: u64,
    /// Whether `perf` may be used, if it is there and works.
    pub(crate) perf: bool,
}

impl Choice {
    /// The scenario called `name`, or nothing if it is not one of [`SCENARIOS`].
    pub(crate) fn of(name: &str, duration: Duration, perf: bool) -> Option<Self> {
        let (load, per_second) = match name {
            "closed" => ("--rate max --max-in-flight 64", u64::MAX),
            "steady" => ("--rate 20000 --max-in-flight 64", 20_000),
            "even" => ("--rate 1000 --max-in-flight 64", 1_000),
            _ => return None,
        };
        let scenario = SCENARIOS.iter().find(|scenario| **scenario == name)?;
        let within = per_second.saturating_mul(duration.as_secs().max(1));
        Some(Self {
            scenario,
            load: format!("{load} --threads 1")
                .split(' ')
                .map(str::to_owned)
                .collect(),
            duration,
            heap_hits: within.min(HEAP_HITS),
            perf,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Choice, SCENARIOS};

    #[test]
    fn every_scenario_has_its_load() {
        let table = [("closed", 20_000), ("steady", 20_000), ("even", 5_000)];
        assert_eq!(table.map(|(name, _)| name), SCENARIOS);
        for (name, heap_hits) in table {
            let choice = Choice::of(name, Duration::from_secs(5), true).expect(name);
            assert_eq!(choice.scenario, name);
            assert_eq!(choice.heap_hits, heap_hits, "{name}");
            assert_eq!(choice.load.last().map(String::as_str), Some("1"), "{name}");
        }
        assert!(Choice::of("stall", Duration::from_secs(5), true).is_none());
    }
}

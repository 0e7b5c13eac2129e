//! The preference for a display if the user has chosen no way to show progress.

use std::env;
use std::time::Duration;

use crate::execution::RunnablePlan;

/// The shortest run that gets a display without a flag. A display changes once a second: that
/// of a shorter run would vanish before a person could read it.
const SHORTEST_RUN: Duration = Duration::from_secs(2);

/// The variable that build servers set. Some have a terminal, whose output is kept in a log.
const BUILD_SERVER_VARIABLE: &str = "CI";

/// Returns true if a display suits a run for which the user has chosen nothing, on a terminal that can
/// show it.
pub(in crate::output) fn prefers_display(plan: &RunnablePlan) -> bool {
    let lengths = plan.loads.iter().map(|load| {
        let length = load.load.schedule().duration()?;
        Some(load.offset + length)
    });
    let is_build_server = env::var_os(BUILD_SERVER_VARIABLE).is_some_and(|value| !value.is_empty());
    !is_build_server && is_long_enough(lengths)
}

/// Returns true if a load ends late enough, or at a time that depends on the target.
fn is_long_enough(mut ends: impl Iterator<Item = Option<Duration>>) -> bool {
    ends.any(|end| end.is_none_or(|end| end >= SHORTEST_RUN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_load_counts() {
        for (ends, expected) in [
            (&[Some(1_999)][..], false),
            (&[Some(2_000)], true),
            (&[Some(100), Some(3_000)], true),
            (&[Some(100), Some(300)], false),
            (&[Some(100), None], true),
        ] {
            let durations = ends.iter().map(|end| end.map(Duration::from_millis));
            assert_eq!(is_long_enough(durations), expected, "{ends:?}");
        }
    }
}

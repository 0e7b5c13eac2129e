//! Allocations per hit, counted by programs whose allocator counts.

use std::path::Path;
use std::time::Duration;

use crate::core_pinning::CorePinning;
use crate::error::Error;
use crate::process::{self, ProcessOutput, ToolInvocation};

/// Longest time in which allocations are counted.
const MAX_COUNT_DURATION: Duration = Duration::from_secs(120);

/// Allocations of each hit beyond those of the start, if `count` counts those of a run of some hits.
///
/// It is rounded to thousandths, because a few allocations come with each second of a run, not with
/// hits.
pub(crate) fn allocations_per_hit(
    hits: u64,
    count: impl Fn(u64) -> Result<f64, Error>,
) -> Result<f64, Error> {
    let few = hits / 10;
    let more = count(hits)? - count(few)?;
    let thousandths = (1000.0 * more / (hits - few) as f64).round();
    // Adding zero makes a negative zero positive.
    Ok(thousandths / 1000.0 + 0.0)
}

/// Runs a program that prints the number of its allocations, and returns the number.
///
/// # Errors
///
/// If it fails or prints something else; the message begins with `label`.
pub(crate) fn count_allocations(
    label: &str,
    counter: &Path,
    invocation: &ToolInvocation,
    cores: &CorePinning,
) -> Result<f64, Error> {
    process::run(counter, invocation, cores, MAX_COUNT_DURATION)
        .and_then(|output| read_count(&output))
        .map_err(|error| Error::failed(format!("{label}: allocations: {error}")))
}

/// The number in the last line that a program printed.
fn read_count(output: &ProcessOutput) -> Result<f64, String> {
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.trim().lines().next_back().unwrap_or_default();
    match last.parse() {
        Ok(count) if output.status.success() => Ok(count),
        _ => Err(format!(
            "expected a number, found {last:?}; {}",
            output.stderr.trim()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allocations_are_the_difference_of_two_runs() {
        for (per_hit, expected) in [
            (0.0, 0.0),
            (2.0, 2.0),
            (0.0014, 0.001),
            (0.0004, 0.0),
            (-0.0004, 0.0),
        ] {
            let found = allocations_per_hit(1000, |hits| Ok(500.0 + per_hit * hits as f64));
            let found = found.expect("both runs succeed");
            assert_eq!(found, expected, "{per_hit}");
            assert!(found.is_sign_positive(), "{per_hit}");
        }
        let failed = allocations_per_hit(1000, |_| Err(Error::failed("no")));
        assert!(failed.is_err());
    }

    #[cfg(unix)]
    #[test]
    fn reads_the_count_of_a_program() {
        let read = |script| {
            let invocation = ToolInvocation::new("-c", script);
            let cores = CorePinning::detect();
            count_allocations("engine", Path::new("/bin/sh"), &invocation, &cores)
        };
        for script in ["echo 512", "echo a report; echo 512"] {
            assert_eq!(read(script).expect(script), 512.0);
        }
        for (script, expected) in [
            ("echo", "engine: allocations: expected a number, found \"\""),
            ("echo 7; echo broken >&2; exit 1", "broken"),
        ] {
            let error = read(script).expect_err(script).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}

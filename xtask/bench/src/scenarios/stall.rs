//! A target that stands still now and then: whether the percentiles say so.

use std::thread;
use std::time::Duration;

use hammer_target::{Knobs, Stall};

use super::Found;
use crate::bench::{Bench, CONNECTIONS};
use crate::error::Error;
use crate::host::Mode;
use crate::number::shown;
use crate::peers::{Extent, Load};
use crate::record::Better;
use crate::scenario::Scenario;
use crate::sheet::{Measure, Sheet};

const P50: Measure = Measure {
    key: "error_p50_ms",
    title: "error of p50, ms",
    unit: "ms",
    better: Better::Lower,
};
const P90: Measure = Measure {
    key: "error_p90_percent",
    title: "error of p90, %",
    unit: "%",
    better: Better::Lower,
};
const P99: Measure = Measure {
    key: "error_p99_percent",
    title: "error of p99, %",
    unit: "%",
    better: Better::Lower,
};

const RATE: f64 = 1000.0;
/// How long after the target's first arrival a run begins. So it ends long after a stall's end,
/// and a tool that gives up what is in flight then does not lose the hits of a stall.
const LEAD: Duration = Duration::from_millis(200);

pub(super) fn run(bench: &Bench, scenario: Scenario) -> Result<Found, Error> {
    let (length, every) = bench.plan.stall;
    let stall = Stall::new(length, every).map_err(|error| Error::failed(error.to_string()))?;
    let lasting = every * bench.plan.periods;
    let mut asked = bench.load("", lasting);
    asked.rate = Some(RATE);
    asked.percentiles = true;
    let share = length.as_secs_f64() / every.as_secs_f64();
    let expected_us = |p| wait(p, share, length).as_secs_f64() * 1e6;
    let mut sheet = Sheet::new(scenario.name());
    bench.rounds(scenario, &asked, |round, tool| {
        let knobs = Knobs::default().stall(stall);
        let host = bench.host(Mode::Recording, scenario.tls, knobs)?;
        let url = host.url();
        let load = Load {
            url: &url,
            ..asked.clone()
        };
        // The target counts its periods from the first arrival: this one.
        let first = Load {
            extent: Extent::Hits(1),
            ..load.clone()
        };
        bench.hammer.shoot(&first, false, &bench.cores)?;
        thread::sleep(LEAD);
        let account = tool.shoot(&load, true, &bench.cores)?.account;
        let percent =
            |measured: Option<f64>, p| measured.map(|us| 100.0 * (us / expected_us(p) - 1.0).abs());
        let p50 = account.p50_us.map(|us| (us - expected_us(0.5)).abs() / 1e3);
        if account.p99_us.is_none() {
            return Err(Error::failed("tells no percentiles, and is left out"));
        }
        sheet.note(round, tool.name(), &P50, p50);
        sheet.note(round, tool.name(), &P90, percent(account.p90_us, 0.9));
        sheet.note(round, tool.name(), &P99, percent(account.p99_us, 0.99));
        Ok(())
    });
    let heading = format!(
        "stall of {} s every {} s, {}/s, {CONNECTIONS} connections, {} s; {}",
        length.as_secs_f64(),
        every.as_secs_f64(),
        shown(RATE),
        lasting.as_secs_f64(),
        bench.limit_text(Mode::Recording, scenario.tls)
    );
    Ok(Found { heading, sheet })
}

/// The percentile `p` of the waits of hits that come evenly, if a `share` of them comes while the
/// target stands still for `length`: their waits are uniform between nothing and all of it.
fn wait(p: f64, share: f64, length: Duration) -> Duration {
    length.mul_f64((1.0 - (1.0 - p) / share).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arithmetic_is_that_of_the_page_about_measuring() {
        for (p, ms) in [(0.5, 0), (0.75, 0), (0.9, 600), (0.95, 800), (0.99, 960)] {
            let waited = wait(p, 0.25, Duration::from_secs(1));
            assert_eq!(waited.as_secs_f64().mul_add(1e3, 0.5) as u64, ms, "{p}");
        }
        let half = wait(0.9, 0.5, Duration::from_secs(2));
        assert_eq!(half.as_millis(), 1600);
    }

    #[test]
    fn the_arithmetic_is_what_happens() {
        // A hit each millisecond of 4 s, of which the last stands still.
        let mut waits: Vec<u64> = (0..4000)
            .map(|ms| (4000 - ms) * u64::from(ms >= 3000))
            .collect();
        waits.sort_unstable();
        for p in [0.5, 0.9, 0.99] {
            let happened = waits[(p * 4000.0) as usize - 1] as f64;
            let said = wait(p, 0.25, Duration::from_secs(1)).as_secs_f64() * 1e3;
            assert!((happened - said).abs() <= 1.0, "{p}: {happened} {said}");
        }
    }
}

//! Open loop: the highest rate that holds.

use hammer_target::Knobs;

use super::Found;
use crate::bench::{Bench, CONNECTIONS};
use crate::error::Error;
use crate::host::{Host, Mode};
use crate::peers::{Account, Extent, Load};
use crate::program::Program;
use crate::record::Better;
use crate::scenario::Scenario;
use crate::search::highest;
use crate::sheet::{Measure, Sheet};

const RATE: Measure = Measure {
    key: "rate_per_s",
    title: "rate that holds, /s",
    unit: "1/s",
    better: Better::Higher,
};
const RESPONSE: Measure = Measure {
    key: "response_p99_us",
    title: "response p99 there, µs",
    unit: "us",
    better: Better::Lower,
};

/// How late hits may be at the 99th percentile.
const LATEST_US: f64 = 5000.0;
/// Which share of the rate that was asked for has to be achieved.
const ACHIEVED: f64 = 0.99;
/// Where the search begins: above what a closed loop reaches, which is what there is to reach.
const ABOVE_CLOSED: f64 = 1.1;
/// How much lower the next try is when a rate does not hold after all.
const STEP_DOWN: f64 = 0.97;
/// How many such tries there are.
const TRIES: u32 = 8;

pub(super) fn run(bench: &Bench, scenario: Scenario) -> Result<Found, Error> {
    let host = bench.host(Mode::Raw, scenario.tls, Knobs::default())?;
    let url = host.url();
    let mut load = bench.load(&url, bench.plan.probe);
    load.rate = Some(1.0);
    let mut sheet = Sheet::new(scenario.name());
    bench.rounds(scenario, &load, |round, tool| {
        let (rate, account) = search(bench, tool, &host, &url)?;
        sheet.note(round, tool.name(), &RATE, Some(rate));
        sheet.note(round, tool.name(), &RESPONSE, account.p99_us);
        Ok(())
    });
    let heading = format!(
        "highest rate with p99 < 5 ms, {CONNECTIONS} connections, 1 thread; {}",
        bench.limit_text(Mode::Raw, scenario.tls)
    );
    Ok(Found { heading, sheet })
}

/// The highest rate that a tool holds, and what it said of the run that confirmed it.
fn search(bench: &Bench, tool: &Program, host: &Host, url: &str) -> Result<(f64, Account), Error> {
    let plan = &bench.plan;
    let closed = bench.load(url, plan.probe);
    let closed = bench.shoot(tool, host, &closed, false)?.account.rate();
    let at = |rate: f64, lasting| {
        let load = Load {
            rate: Some(rate.round()),
            extent: Extent::Lasting(lasting),
            ..bench.load(url, lasting)
        };
        bench.shoot(tool, host, &load, true).map(|m| m.account)
    };
    let found = highest(closed * ABOVE_CLOSED, plan.resolution, |rate| {
        // One hiccup of the machine must not halve what is left to search.
        Ok::<_, Error>(holds(rate, &at(rate, plan.probe)?)? || holds(rate, &at(rate, plan.probe)?)?)
    })?;
    let mut rate = found.ok_or_else(|| Error::failed("no rate holds with p99 < 5 ms"))?;
    for _ in 0..TRIES {
        let account = at(rate, plan.confirm)?;
        if holds(rate, &account)? {
            return Ok((rate.round(), account));
        }
        rate *= STEP_DOWN;
    }
    Err(Error::failed(format!(
        "the rate that was found and those {TRIES} steps below it did not hold again"
    )))
}

/// Whether a tool kept the rate: it did what was asked, and its hits were not late.
///
/// Response is lateness and service together, so that this asks the same of all; who knows how late
/// it was is asked for that as well.
fn holds(rate: f64, account: &Account) -> Result<bool, Error> {
    let p99 = account
        .p99_us
        .ok_or_else(|| Error::failed("tells no percentiles, and is left out"))?;
    let late = account.lateness_p99_us.is_some_and(|us| us >= LATEST_US);
    Ok(account.rate() >= ACHIEVED * rate && p99 < LATEST_US && !late)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_holds_if_it_was_achieved_in_time() {
        for (hits, p99_us, late_us, held) in [
            (1000, 100.0, None, true),
            (990, 4999.0, Some(4999.0), true),
            (989, 100.0, None, false),
            (1000, 5000.0, None, false),
            (1000, 100.0, Some(5000.0), false),
        ] {
            let account = Account {
                hits,
                seconds: 1.0,
                p99_us: Some(p99_us),
                lateness_p99_us: late_us,
                ..Account::default()
            };
            let held_now = holds(1000.0, &account).expect("it tells its p99");
            assert_eq!(held_now, held, "{account:?}");
        }
        let silent = Account::default();
        assert!(holds(1000.0, &silent).is_err());
    }
}

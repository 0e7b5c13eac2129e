//! 20,000/s: what a hit costs, and how long it takes.

use hammer_target::Knobs;

use super::Found;
use crate::bench::{Bench, CONNECTIONS};
use crate::error::Error;
use crate::host::Mode;
use crate::number::shown;
use crate::record::Better;
use crate::scenario::Scenario;
use crate::sheet::{Measure, Sheet};

const CPU: Measure = Measure {
    key: "cpu_us_per_hit",
    title: "CPU per hit, µs",
    unit: "us",
    better: Better::Lower,
};
const P50: Measure = Measure {
    key: "response_p50_us",
    title: "response p50, µs",
    unit: "us",
    better: Better::Lower,
};
const P99: Measure = Measure {
    key: "response_p99_us",
    title: "response p99, µs",
    unit: "us",
    better: Better::Lower,
};

const RATE: f64 = 20_000.0;
/// Which share of the rate a tool may miss before its figures are of another rate.
const MISSED: f64 = 0.02;

pub(super) fn run(bench: &Bench, scenario: Scenario) -> Result<Found, Error> {
    let host = bench.host(Mode::Raw, scenario.tls, Knobs::default())?;
    let url = host.url();
    let mut load = bench.load(&url, bench.plan.steady);
    load.rate = Some(RATE);
    let mut sheet = Sheet::new(scenario.name());
    bench.rounds(scenario, &load, |round, tool| {
        let measured = bench.shoot(tool, &host, &load, true)?;
        let account = measured.account;
        if account.rate() < RATE * (1.0 - MISSED) {
            return Err(Error::failed(format!(
                "made {} hits/s of {}, and is left out",
                shown(account.rate()),
                shown(RATE)
            )));
        }
        sheet.note(round, tool.name(), &CPU, measured.cpu_us_per_hit);
        sheet.note(round, tool.name(), &P50, account.p50_us);
        sheet.note(round, tool.name(), &P99, account.p99_us);
        Ok(())
    });
    let heading = format!(
        "{}/s, {CONNECTIONS} connections, 1 thread, {} s; {}",
        shown(RATE),
        bench.plan.steady.as_secs_f64(),
        bench.limit_text(Mode::Raw, scenario.tls)
    );
    Ok(Found { heading, sheet })
}

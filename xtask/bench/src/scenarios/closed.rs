//! Closed loop: how many hits a second one thread gets through.

use hammer_target::Knobs;

use super::Found;
use crate::bench::{Bench, CONNECTIONS, HTTP2};
use crate::error::Error;
use crate::host::Mode;
use crate::record::Better;
use crate::scenario::{Kind, Scenario};
use crate::sheet::{Measure, Sheet};

const HITS: Measure = Measure {
    key: "hits_per_s",
    title: "hits/s",
    unit: "1/s",
    better: Better::Higher,
};
const CPU: Measure = Measure {
    key: "cpu_us_per_hit",
    title: "CPU per hit, µs",
    unit: "us",
    better: Better::Lower,
};

/// From which share of its time on a core a target may be what limits a tool.
const BUSY: f64 = 0.95;

pub(super) fn run(bench: &Bench, scenario: Scenario) -> Result<Found, Error> {
    let host = bench.host(Mode::Raw, scenario.tls, Knobs::default())?;
    let url = host.url();
    let mut load = bench.load(&url, bench.plan.closed);
    let over_http2 = scenario.kind == Kind::Http2;
    if over_http2 {
        (load.connections, load.streams) = (HTTP2.0, Some(HTTP2.1));
    }
    let mut sheet = Sheet::new(scenario.name());
    bench.rounds(scenario, &load, |round, tool| {
        let measured = bench.shoot(tool, &host, &load, false)?;
        if !over_http2 {
            bench.add_to_limit(Mode::Raw, scenario.tls, tool, &measured);
        }
        sheet.note(round, tool.name(), &HITS, Some(measured.account.rate()));
        sheet.note(round, tool.name(), &CPU, measured.cpu_us_per_hit);
        if measured.target_busy.is_some_and(|share| share > BUSY) {
            bench.problem(format!(
                "{}: {} kept the target busy all the time; its hits/s may be the target's limit",
                scenario.name(),
                tool.name()
            ));
        }
        Ok(())
    });
    let seconds = bench.plan.closed.as_secs_f64();
    let heading = if over_http2 {
        let (connections, streams) = HTTP2;
        format!(
            "closed loop over HTTP/2, {connections} connections of {streams} streams, 1 thread, \
             {seconds} s; raw target"
        )
    } else {
        let limit = bench.limit_text(Mode::Raw, scenario.tls);
        format!("closed loop, {CONNECTIONS} connections, 1 thread, {seconds} s; {limit}")
    };
    Ok(Found { heading, sheet })
}

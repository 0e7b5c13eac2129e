//! Resident memory after few hits and after many.

use hammer_target::Knobs;

use super::Found;
use crate::bench::{Bench, CONNECTIONS};
use crate::error::Error;
use crate::host::Mode;
use crate::number::shown;
use crate::peers::{Extent, Load};
use crate::record::Better;
use crate::scenario::Scenario;
use crate::sheet::{Measure, Sheet};

const FEW: Measure = Measure {
    key: "peak_rss_mb_few",
    title: "peak memory, few, MB",
    unit: "MB",
    better: Better::Lower,
};
const MANY: Measure = Measure {
    key: "peak_rss_mb_many",
    title: "peak memory, many, MB",
    unit: "MB",
    better: Better::Lower,
};
const GROWTH: Measure = Measure {
    key: "growth_percent",
    title: "growth, %",
    unit: "%",
    better: Better::Lower,
};

pub(super) fn run(bench: &Bench, scenario: Scenario) -> Result<Found, Error> {
    let host = bench.host(Mode::Raw, scenario.tls, Knobs::default())?;
    let url = host.url();
    let (few, many) = bench.plan.memory_hits;
    let ours = bench.hammer.name();
    let peak_mb = |hits| {
        let load = Load {
            extent: Extent::Hits(hits),
            ..bench.load(&url, bench.plan.closed)
        };
        let measured = bench.shoot(&bench.hammer, &host, &load, false);
        let measured = measured.map_err(|error| Error::failed(format!("memory: {error}")))?;
        let peak = measured.account.peak_rss_bytes.filter(|bytes| *bytes > 0.0);
        peak.map(|bytes| bytes / 1e6)
            .ok_or_else(|| Error::failed("memory: this system does not tell how much is used"))
    };
    let mut sheet = Sheet::new(scenario.name());
    // Once: the many hits take minutes, and memory is not noisy.
    bench.progress(scenario.name(), 0, "hammer, many hits, once");
    let after_many = peak_mb(many)?;
    for round in 0..bench.plan.rounds {
        bench.progress(scenario.name(), round, "hammer, few hits");
        let after_few = peak_mb(few)?;
        sheet.note(round, ours, &FEW, Some(after_few));
        let growth = 100.0 * (after_many / after_few - 1.0);
        sheet.note(round, ours, &GROWTH, Some(growth));
    }
    sheet.note(0, ours, &MANY, Some(after_many));
    let heading = format!(
        "closed loop, {CONNECTIONS} connections, {} and {} hits (once); {}",
        shown(few as f64),
        shown(many as f64),
        bench.limit_text(Mode::Raw, scenario.tls)
    );
    Ok(Found { heading, sheet })
}

//! Hits that have values of their own, beside hits of the same bytes that have not.

use hammer_target::Knobs;

use super::Found;
use crate::bench::{Bench, CONNECTIONS};
use crate::error::Error;
use crate::host::{Host, Mode};
use crate::number::shown;
use crate::peers::{Account, Hammer, Load, Peer};
use crate::record::Better;
use crate::scenario::Scenario;
use crate::sheet::{Measure, Sheet};

/// What is asked for in the second half.
const RATE: f64 = 50_000.0;
/// Bytes of a body, about.
const BODY_BYTES: usize = 1024;

const fn ratio(key: &'static str, title: &'static str) -> Measure {
    Measure {
        key,
        title,
        unit: "1",
        better: Better::Higher,
    }
}

static CLOSED: Measure = ratio("closed_ratio", "closed loop, templated ÷ fixed");
static STEADY: Measure = ratio("rate_ratio", "50,000/s, templated ÷ fixed");
static HITS: [Measure; 2] = [
    Measure {
        key: "hits_per_s_fixed",
        title: "hits/s, fixed",
        unit: "1/s",
        better: Better::Higher,
    },
    Measure {
        key: "hits_per_s_templated",
        title: "hits/s, templated",
        unit: "1/s",
        better: Better::Higher,
    },
];
static CPU: [Measure; 2] = [
    Measure {
        key: "cpu_us_per_hit_fixed",
        title: "CPU per hit at 50,000/s, fixed, µs",
        unit: "us",
        better: Better::Lower,
    },
    Measure {
        key: "cpu_us_per_hit_templated",
        title: "the same, templated, µs",
        unit: "us",
        better: Better::Lower,
    },
];

/// The parts of a request that are texts: what stands behind the host, a header, and the body.
struct Texts {
    path: String,
    header: String,
    body: String,
}

impl Texts {
    /// With variables, or with what they may stand for.
    fn new(templated: bool) -> Self {
        let pick = |template: &str, fixed: &str| {
            let text = if templated { template } else { fixed };
            text.to_owned()
        };
        let uuid = pick("{{uuid}}", "2b6cf2f1-5d8f-4a5c-9c26-0d8e5c1f7a43");
        let values = [
            ("id", &*uuid),
            ("seq", &pick("{{seq}}", "123456")),
            ("amount", &pick("{{rand 1 100000}}", "54321")),
            ("colour", &pick("{{pick red green blue}}", "green")),
            ("key", &pick("{{hex 16}}", "0123456789abcdef")),
        ];
        let values = values.map(|(name, value)| format!("\"{name}\": \"{value}\", "));
        let values = values.concat();
        let rest = "x".repeat(BODY_BYTES.saturating_sub(values.len() + 14));
        Self {
            path: format!("?id={}", pick("{{seq}}", "123456")),
            header: format!("X-Id: {uuid}"),
            body: format!("{{{values}\"text\": \"{rest}\"}}"),
        }
    }
}

pub(super) fn run(bench: &Bench, scenario: Scenario) -> Result<Found, Error> {
    let host = bench.host(Mode::Raw, false, Knobs::default())?;
    let url = host.url();
    let ours = bench.hammer.name();
    let closed = bench.load(&url, bench.plan.closed);
    let mut steady = bench.load(&url, bench.plan.steady);
    steady.rate = Some(RATE);
    let kinds = [Texts::new(false), Texts::new(true)];
    let mut sheet = Sheet::new(scenario.name());
    for round in 0..bench.plan.rounds {
        bench.progress(scenario.name(), round, ours);
        let both = |load: &Load<'_>| -> Result<[(Account, Option<f64>); 2], Error> {
            let [fixed, templated] = &kinds;
            Ok([
                shoot(bench, &host, load, fixed)?,
                shoot(bench, &host, load, templated)?,
            ])
        };
        let measured = both(&closed).and_then(|closed| Ok((closed, both(&steady)?)));
        let (closed, steady) = match measured {
            Ok(measured) => measured,
            Err(error) => {
                bench.problem(format!("{}: {error}", scenario.name()));
                bench.failed.set(true);
                continue;
            }
        };
        let rates = closed.each_ref().map(|(account, _)| account.rate());
        for (measure, rate) in HITS.iter().zip(rates) {
            sheet.note(round, ours, measure, Some(rate));
        }
        sheet.note(round, ours, &CLOSED, Some(rates[1] / rates[0]));
        let rates = steady.each_ref().map(|(account, _)| account.rate());
        sheet.note(round, ours, &STEADY, Some(rates[1] / rates[0]));
        for (measure, (_, cpu)) in CPU.iter().zip(&steady) {
            sheet.note(round, ours, measure, *cpu);
        }
    }
    let heading = format!(
        "a JSON body of 1 KiB with five variables, one in the URL and one in a header; {CONNECTIONS} \
         connections, 1 thread, closed loop and {}/s; raw target",
        shown(RATE)
    );
    Ok(Found { heading, sheet })
}

/// Sends these texts; what came of it, and the processor time of a hit in µs.
fn shoot(
    bench: &Bench,
    host: &Host,
    load: &Load<'_>,
    texts: &Texts,
) -> Result<(Account, Option<f64>), Error> {
    let url = format!("{}{}", load.url, texts.path);
    let load = Load {
        url: &url,
        ..load.clone()
    };
    let mut invocation = Hammer
        .invocation(&load)
        .ok_or_else(|| Error::failed("it can't make this load"))?;
    let given = ["-H", &texts.header, "--json", &texts.body];
    invocation.arguments.extend(given.map(str::to_owned));
    let before = host.answered();
    let ended = bench.hammer.run(&invocation, &bench.cores)?;
    let answered = (host.answered() - before) as f64;
    let said = String::from_utf8_lossy(&ended.stdout);
    let account = Hammer
        .read(&load, &said, &ended.stderr)
        .map_err(|error| Error::failed(error.to_string()))?;
    if account.errors > 0 {
        return Err(Error::failed(format!("{} hits failed", account.errors)));
    }
    let cpu = ended.cpu.map(|cpu| cpu.as_secs_f64() * 1e6 / answered);
    Ok((account, cpu))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bodies_are_json_of_a_kibibyte() {
        for texts in [Texts::new(false), Texts::new(true)] {
            let length = texts.body.len();
            assert!((1020..=1028).contains(&length), "{length}");
            let read: Result<serde_json::Value, _> = serde_json::from_str(&texts.body);
            assert!(read.is_ok(), "{}", texts.body);
        }
    }
}

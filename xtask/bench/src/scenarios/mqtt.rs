//! Messages: into a sink that acknowledges at once, and into mosquitto.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Found;
use crate::bench::Bench;
use crate::broker::{self, Mosquitto};
use crate::error::Error;
use crate::process::{self, Invocation};
use crate::record::Better;
use crate::scenario::Scenario;
use crate::sheet::{Measure, Sheet};

/// Bytes of a message.
const SIZE: usize = 100;
/// Messages in flight in a closed loop, and the clients that carry them.
const IN_FLIGHT: u32 = 256;
const CLIENTS: u32 = 16;
/// Messages of a peer that is told how many.
const PEER_MESSAGES: usize = 50_000;
/// Clients that connect, and the one message that they are for.
const CONNECTIONS: u32 = 5_000;
/// The rate of an open loop, its clients and how long the broker stands still in it.
const RATE: u32 = 2_000;
const STALL: Duration = Duration::from_millis(500);

const fn measure(key: &'static str, title: &'static str, unit: &'static str) -> Measure {
    // What is counted per second is better when there is more of it, all else when there is less.
    let better = match unit.as_bytes() {
        b"1/s" => Better::Higher,
        _ => Better::Lower,
    };
    Measure {
        key,
        title,
        unit,
        better,
    }
}

static SPEED: [Measure; 3] = [
    measure("messages_per_s_qos0", "messages/s, QoS 0", "1/s"),
    measure("messages_per_s_qos1", "messages/s, QoS 1", "1/s"),
    measure("messages_per_s_qos2", "messages/s, QoS 2", "1/s"),
];
static COST: [Measure; 3] = [
    measure(
        "cpu_us_per_message_qos0",
        "CPU per message, QoS 0, µs",
        "µs",
    ),
    measure(
        "cpu_us_per_message_qos1",
        "CPU per message, QoS 1, µs",
        "µs",
    ),
    measure(
        "cpu_us_per_message_qos2",
        "CPU per message, QoS 2, µs",
        "µs",
    ),
];
static P50: Measure = measure("response_p50_us", "response p50, µs", "µs");
static P99: Measure = measure("response_p99_us", "response p99, µs", "µs");
static STALL_P90: Measure = measure("stall_p90_ms", "p90 with a stall of 0.5 s, ms", "ms");
static STALL_P99: Measure = measure("stall_p99_ms", "p99 with a stall of 0.5 s, ms", "ms");
static CONNECT: Measure = measure("connect_5000_s", "5,000 clients and back, s", "s");
static MEMORY: Measure = measure("memory_per_client_kb", "memory per client, kB", "kB");

/// Into a sink.
pub(super) fn sink(bench: &Bench, scenario: Scenario) -> Result<Found, Error> {
    let port = broker::sink(&bench.cores)?;
    let mut sheet = Sheet::new(scenario.name());
    for round in 0..bench.plan.rounds {
        closed(bench, scenario, round, port, &mut sheet);
    }
    let heading = format!(
        "closed loop of {IN_FLIGHT} messages of {SIZE} bytes, {CLIENTS} clients, 1 thread, {} s; a \
         sink that acknowledges at once",
        bench.plan.closed.as_secs_f64()
    );
    Ok(Found { heading, sheet })
}

/// Into mosquitto.
pub(super) fn broker(bench: &Bench, scenario: Scenario) -> Result<Found, Error> {
    let mut sheet = Sheet::new(scenario.name());
    let Some(mosquitto) = Mosquitto::start(&bench.cores)? else {
        bench.problem("mqtt: mosquitto is not on PATH, and nothing was measured".to_owned());
        return Ok(Found {
            heading: "mosquitto is not on PATH".to_owned(),
            sheet,
        });
    };
    for round in 0..bench.plan.rounds {
        closed(bench, scenario, round, mosquitto.port, &mut sheet);
        peer(bench, scenario, round, mosquitto.port, &mut sheet);
        steady(bench, scenario, round, &mosquitto, &mut sheet);
        connections(bench, scenario, round, mosquitto.port, &mut sheet);
    }
    let heading = format!(
        "closed loop as into the sink; {RATE}/s at QoS 1 with 8 clients, with and without a stall; \
         {CONNECTIONS} clients; mosquitto, process {}",
        mosquitto.id()
    );
    Ok(Found { heading, sheet })
}

/// What hammer says of a run, and what it cost.
struct Told {
    report: Value,
    cpu: Option<Duration>,
    took: Duration,
}

impl Told {
    fn number(&self, path: &str) -> Option<f64> {
        self.report.pointer(path)?.as_f64()
    }
}

fn hammer(bench: &Bench, flags: &str, port: u16) -> Result<Told, Error> {
    let line = format!("mqtt --threads 1 -o json -q --size {SIZE} {flags}");
    let invocation = Invocation::new(&line, &format!("mqtt://127.0.0.1:{port}"));
    let begun = Instant::now();
    let ended = bench.hammer.run(&invocation, &bench.cores)?;
    let report = serde_json::from_slice(&ended.stdout);
    let report = report.map_err(|error| Error::failed(format!("no report: {error}")))?;
    Ok(Told {
        report,
        cpu: ended.cpu,
        took: begun.elapsed(),
    })
}

/// Keeps what went wrong with a part of a round, and leaves a gap.
fn try_it(
    bench: &Bench,
    scenario: Scenario,
    round: usize,
    what: &str,
    part: impl FnOnce() -> Result<(), Error>,
) {
    bench.progress(scenario.name(), round, what);
    if let Err(error) = part() {
        bench.problem(format!("{}: {what}: {error}", scenario.name()));
        bench.failed.set(true);
    }
}

fn closed(bench: &Bench, scenario: Scenario, round: usize, port: u16, sheet: &mut Sheet) {
    for qos in 0..3 {
        try_it(
            bench,
            scenario,
            round,
            &format!("hammer, QoS {qos}"),
            || {
                let lasting = bench.plan.closed.as_millis();
                let flags =
                    format!("-r max -z {lasting}ms -c {IN_FLIGHT} --clients {CLIENTS} --qos {qos}");
                let told = hammer(bench, &flags, port)?;
                let ours = bench.hammer.name();
                sheet.note(round, ours, &SPEED[qos], told.number("/rate/achieved"));
                let ok = told.number("/hits/ok").unwrap_or(0.0);
                let cost = told.cpu.map(|cpu| cpu.as_secs_f64() * 1e6 / ok);
                sheet.note(round, ours, &COST[qos], cost);
                Ok(())
            },
        );
    }
}

/// mosquitto's own client, which sends a message for each line that it reads.
fn peer(bench: &Bench, scenario: Scenario, round: usize, port: u16, sheet: &mut Sheet) {
    let Some(program) = broker::on_path("mosquitto_pub").filter(|_| bench.with_peers) else {
        return;
    };
    for qos in 0..3 {
        try_it(
            bench,
            scenario,
            round,
            &format!("mosquitto_pub, QoS {qos}"),
            || {
                let line = format!("-h 127.0.0.1 -t hammer/0 -l -q {qos} -p");
                let mut invocation = Invocation::new(&line, &port.to_string());
                let message = ["x".repeat(SIZE), "\n".to_owned()].concat();
                invocation.stdin = message.repeat(PEER_MESSAGES).into_bytes();
                let begun = Instant::now();
                let bound = Duration::from_secs(120);
                let ended = process::run(&program, &invocation, &bench.cores, bound);
                let ended = ended.map_err(Error::failed)?;
                let rate = PEER_MESSAGES as f64 / begun.elapsed().as_secs_f64();
                sheet.note(round, "mosquitto_pub", &SPEED[qos], Some(rate));
                let cost = ended
                    .cpu
                    .map(|cpu| cpu.as_secs_f64() * 1e6 / PEER_MESSAGES as f64);
                sheet.note(round, "mosquitto_pub", &COST[qos], cost);
                Ok(())
            },
        );
    }
}

fn steady(bench: &Bench, scenario: Scenario, round: usize, broker: &Mosquitto, sheet: &mut Sheet) {
    let ours = bench.hammer.name();
    let flags = format!("-r {RATE} -z 4s --clients 8 --qos 1");
    try_it(bench, scenario, round, "hammer, open loop", || {
        let told = hammer(bench, &flags, broker.port)?;
        sheet.note(round, ours, &P50, told.number("/response_us/p50"));
        sheet.note(round, ours, &P99, told.number("/response_us/p99"));
        Ok(())
    });
    try_it(bench, scenario, round, "hammer, and a stall", || {
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_secs(2));
                broker.stop_for(STALL);
            });
            let told = hammer(bench, &flags, broker.port)?;
            let ms = |path| told.number(path).map(|us| us / 1e3);
            sheet.note(round, ours, &STALL_P90, ms("/response_us/p90"));
            sheet.note(round, ours, &STALL_P99, ms("/response_us/p99"));
            Ok(())
        })
    });
}

fn connections(bench: &Bench, scenario: Scenario, round: usize, port: u16, sheet: &mut Sheet) {
    let ours = bench.hammer.name();
    try_it(bench, scenario, round, "hammer, many clients", || {
        let rss = "/generator/peak_rss_bytes";
        let one = hammer(bench, "-r 1000 -n 1 --clients 1 --qos 1", port)?;
        let many = hammer(
            bench,
            &format!("-r 1000 -n 1 --clients {CONNECTIONS} --qos 1"),
            port,
        )?;
        sheet.note(round, ours, &CONNECT, Some(many.took.as_secs_f64()));
        let more = many
            .number(rss)
            .zip(one.number(rss))
            .map(|(many, one)| many - one);
        let each = more.map(|bytes| bytes / 1e3 / f64::from(CONNECTIONS - 1));
        sheet.note(round, ours, &MEMORY, each);
        Ok(())
    });
}

//! Messages: into a sink that acknowledges at once, and into mosquitto.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use self::figure::{
    BROKER, CONNECT, CONNECT_MANY, COST, COUNTED, MEMORY, P50, P90, P99, SPEED, STALL_P50,
    STALL_P90, STALL_P99,
};
use super::Found;
use crate::bench::Bench;
use crate::broker::{self, Mosquitto};
use crate::error::Error;
use crate::process::{self, Invocation};
use crate::scenario::Scenario;
use crate::sheet::Sheet;

mod figure;
mod peer;

/// Bytes of a message.
const SIZE: usize = 100;
/// Messages in flight in a closed loop, and the clients that carry them.
const IN_FLIGHT: u32 = 256;
const CLIENTS: u32 = 16;
/// Clients that connect, and the one message that they are for.
const CONNECTIONS: u32 = 5_000;
/// The same from several addresses, since one has too few ports for many more.
const MANY: u32 = 15_000;
const ADDRESSES: &str = "127.0.0.2-127.0.0.5";
/// How long messages are counted by a subscriber of another's.
const COUNTING: Duration = Duration::from_secs(10);
/// The rate of an open loop, its clients and how long the broker stands still in it.
const RATE: u32 = 2_000;
const STALL: Duration = Duration::from_millis(500);

/// Into a sink.
pub(super) fn sink(bench: &Bench, scenario: Scenario) -> Result<Found, Error> {
    let port = broker::sink(&bench.cores)?;
    let mut sheet = Sheet::new(scenario.name());
    for round in 0..bench.plan.rounds {
        closed(bench, scenario, round, port, None, &mut sheet);
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
        let (port, broker) = (mosquitto.port, Some(mosquitto.id()));
        closed(bench, scenario, round, port, broker, &mut sheet);
        peer::run(bench, scenario, round, port, &mut sheet);
        steady(bench, scenario, round, &mosquitto, &mut sheet);
        counted(bench, scenario, round, port, &mut sheet);
        connections(bench, scenario, round, port, &mut sheet);
        many(bench, scenario, round, port, &mut sheet);
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

fn closed(
    bench: &Bench,
    scenario: Scenario,
    round: usize,
    port: u16,
    broker: Option<u32>,
    sheet: &mut Sheet,
) {
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
                let used = || broker.and_then(process::cpu);
                let before = used();
                let told = hammer(bench, &flags, port)?;
                let ours = bench.hammer.name();
                if let Some((before, after)) = before.zip(used()) {
                    let busy = (after - before).as_secs_f64() / told.took.as_secs_f64();
                    sheet.note(round, ours, &BROKER[qos], Some(busy * 100.0));
                }
                sheet.note(round, ours, &SPEED[qos], told.number("/rate/achieved"));
                let ok = told.number("/hits/ok").unwrap_or(0.0);
                let cost = told.cpu.map(|cpu| cpu.as_secs_f64() * 1e6 / ok);
                sheet.note(round, ours, &COST[qos], cost);
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
        sheet.note(round, ours, &P90, told.number("/response_us/p90"));
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
            sheet.note(round, ours, &STALL_P50, ms("/response_us/p50"));
            sheet.note(round, ours, &STALL_P90, ms("/response_us/p90"));
            sheet.note(round, ours, &STALL_P99, ms("/response_us/p99"));
            Ok(())
        })
    });
}

/// Messages as a subscriber of mosquitto's counts them, which ends when it has got all.
fn counted(bench: &Bench, scenario: Scenario, round: usize, port: u16, sheet: &mut Sheet) {
    let Some(subscriber) = broker::on_path("mosquitto_sub") else {
        return;
    };
    let seconds = COUNTING.as_secs() as u32;
    let all = RATE * seconds;
    try_it(bench, scenario, round, "hammer, and mosquitto_sub", || {
        let count = thread::scope(|scope| {
            let wait = seconds + 20;
            let line = format!("-h 127.0.0.1 -q 1 -t hammer/+ -C {all} -W {wait} -p");
            let invocation = Invocation::new(&line, &port.to_string());
            let bound = Duration::from_secs(60);
            let (cores, subscriber) = (&bench.cores, &subscriber);
            let counting = scope.spawn(move || {
                let ended = process::run(subscriber, &invocation, cores, bound);
                ended.map(|ended| ended.stdout.iter().filter(|byte| **byte == b'\n').count())
            });
            // It tells nobody that it has subscribed.
            thread::sleep(Duration::from_millis(500));
            let flags = format!("-r {RATE} -z {seconds}s --clients 8 --qos 1");
            let told = hammer(bench, &flags, port)?;
            let ok = told.number("/hits/ok");
            if ok != Some(f64::from(all)) {
                return Err(Error::failed(format!("{ok:?} of {all} were acknowledged")));
            }
            let count = counting.join().unwrap_or(Err("it panicked".to_owned()));
            count.map_err(Error::failed)
        })?;
        sheet.note(round, bench.hammer.name(), &COUNTED, Some(count as f64));
        Ok(())
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

/// Clients of which one address has not enough ports to be sure of, beside others.
fn many(bench: &Bench, scenario: Scenario, round: usize, port: u16, sheet: &mut Sheet) {
    try_it(bench, scenario, round, "hammer, and four addresses", || {
        let flags = format!("-r 1000 -n 1 --clients {MANY} --qos 1 --interface {ADDRESSES}");
        let told = hammer(bench, &flags, port)?;
        let took = told.took.as_secs_f64();
        sheet.note(round, bench.hammer.name(), &CONNECT_MANY, Some(took));
        Ok(())
    });
}

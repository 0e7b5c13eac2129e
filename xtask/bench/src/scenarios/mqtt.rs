//! Messages: into a sink that acknowledges at once, and into mosquitto.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use self::figure_kinds::{
    BROKER_CORE, CLIENT_MEMORY, CONNECT, CONNECT_MANY, COUNTED_MESSAGES, CPU_PER_MESSAGE,
    MESSAGE_RATE, P50, P90, P99, STALL_P50, STALL_P90, STALL_P99,
};
use super::ScenarioReport;
use crate::broker::{self, MosquittoBroker};
use crate::context::BenchContext;
use crate::error::Error;
use crate::figure_collector::FigureCollector;
use crate::process::{self, ToolInvocation};
use crate::scenario::BenchScenario;

mod figure_kinds;
mod publisher;

/// Bytes of a message.
const MESSAGE_BYTES: usize = 100;
/// Messages in flight in a closed loop, and the clients that carry them.
const IN_FLIGHT: u32 = 256;
const CLIENTS: u32 = 16;
/// Clients that connect, and the one message that they are for.
const CONNECTED_CLIENTS: u32 = 5_000;
/// The same from several addresses, since one has too few ports for many more.
const MANY_CLIENTS: u32 = 15_000;
const SOURCE_ADDRESSES: &str = "127.0.0.2-127.0.0.5";
/// How long messages are counted by a subscriber of another's.
const COUNTED_DURATION: Duration = Duration::from_secs(10);
/// The rate of an open loop, its clients and how long the broker stands still in it.
const RATE: u32 = 2_000;
const STALL_DURATION: Duration = Duration::from_millis(500);

/// Into a sink.
pub(super) fn run_sink(
    bench: &BenchContext,
    scenario: BenchScenario,
) -> Result<ScenarioReport, Error> {
    let port = broker::start_sink(&bench.cores)?;
    let mut sheet = FigureCollector::new(scenario.name());
    for round in 0..bench.plan.rounds {
        measure_closed_loop(bench, scenario, round, port, None, &mut sheet);
    }
    let heading = format!(
        "closed loop of {IN_FLIGHT} messages of {MESSAGE_BYTES} bytes, {CLIENTS} clients, 1 thread, {} s; a \
         sink that acknowledges at once",
        bench.plan.closed_duration.as_secs_f64()
    );
    Ok(ScenarioReport {
        heading,
        figures: sheet,
    })
}

/// Into mosquitto.
pub(super) fn run_broker(
    bench: &BenchContext,
    scenario: BenchScenario,
) -> Result<ScenarioReport, Error> {
    let mut sheet = FigureCollector::new(scenario.name());
    let Some(mosquitto) = MosquittoBroker::start(&bench.cores)? else {
        bench.add_problem("mqtt: mosquitto is not on PATH, and nothing was measured".to_owned());
        return Ok(ScenarioReport {
            heading: "mosquitto is not on PATH".to_owned(),
            figures: sheet,
        });
    };
    for round in 0..bench.plan.rounds {
        let (port, broker) = (mosquitto.port, Some(mosquitto.pid()));
        measure_closed_loop(bench, scenario, round, port, broker, &mut sheet);
        publisher::run(bench, scenario, round, port, &mut sheet);
        measure_open_loop(bench, scenario, round, &mosquitto, &mut sheet);
        count_received(bench, scenario, round, port, &mut sheet);
        connect_clients(bench, scenario, round, port, &mut sheet);
        connect_many_clients(bench, scenario, round, port, &mut sheet);
    }
    let heading = format!(
        "closed loop as into the sink; {RATE}/s at QoS 1 with 8 clients, with and without a stall; \
         {CONNECTED_CLIENTS} clients; mosquitto, process {}",
        mosquitto.pid()
    );
    Ok(ScenarioReport {
        heading,
        figures: sheet,
    })
}

/// What hammer says of a run, and what it cost.
struct MqttRun {
    report: Value,
    cpu_time: Option<Duration>,
    elapsed: Duration,
}

impl MqttRun {
    fn number(&self, path: &str) -> Option<f64> {
        self.report.pointer(path)?.as_f64()
    }
}

fn run_hammer(bench: &BenchContext, flags: &str, port: u16) -> Result<MqttRun, Error> {
    let line = format!("mqtt --threads 1 -o json -q --size {MESSAGE_BYTES} {flags}");
    let invocation = ToolInvocation::new(&line, &format!("mqtt://127.0.0.1:{port}"));
    let begun = Instant::now();
    let ended = bench.hammer.run_invocation(&invocation, &bench.cores)?;
    let report = serde_json::from_slice(&ended.stdout);
    let report = report.map_err(|error| Error::failed(format!("no report: {error}")))?;
    Ok(MqttRun {
        report,
        cpu_time: ended.cpu_time,
        elapsed: begun.elapsed(),
    })
}

/// Keeps what went wrong with a part of a round, and leaves a gap.
fn run_part(
    bench: &BenchContext,
    scenario: BenchScenario,
    round: usize,
    what: &str,
    part: impl FnOnce() -> Result<(), Error>,
) {
    bench.print_progress(scenario.name(), round, what);
    if let Err(error) = part() {
        bench.add_problem(format!("{}: {what}: {error}", scenario.name()));
        bench.hammer_failed.set(true);
    }
}

fn measure_closed_loop(
    bench: &BenchContext,
    scenario: BenchScenario,
    round: usize,
    port: u16,
    broker: Option<u32>,
    sheet: &mut FigureCollector,
) {
    for qos in 0..3 {
        run_part(
            bench,
            scenario,
            round,
            &format!("hammer, QoS {qos}"),
            || {
                let lasting = bench.plan.closed_duration.as_millis();
                let flags =
                    format!("-r max -z {lasting}ms -c {IN_FLIGHT} --clients {CLIENTS} --qos {qos}");
                let used = || broker.and_then(process::process_cpu_time);
                let before = used();
                let told = run_hammer(bench, &flags, port)?;
                let ours = bench.hammer.name();
                if let Some((before, after)) = before.zip(used()) {
                    let busy = (after - before).as_secs_f64() / told.elapsed.as_secs_f64();
                    sheet.record(round, ours, &BROKER_CORE[qos], Some(busy * 100.0));
                }
                sheet.record(
                    round,
                    ours,
                    &MESSAGE_RATE[qos],
                    told.number("/rate/achieved"),
                );
                let ok = told.number("/hits/ok").unwrap_or(0.0);
                let cost = told.cpu_time.map(|cpu| cpu.as_secs_f64() * 1e6 / ok);
                sheet.record(round, ours, &CPU_PER_MESSAGE[qos], cost);
                Ok(())
            },
        );
    }
}

fn measure_open_loop(
    bench: &BenchContext,
    scenario: BenchScenario,
    round: usize,
    broker: &MosquittoBroker,
    sheet: &mut FigureCollector,
) {
    let ours = bench.hammer.name();
    let flags = format!("-r {RATE} -z 4s --clients 8 --qos 1");
    run_part(bench, scenario, round, "hammer, open loop", || {
        let told = run_hammer(bench, &flags, broker.port)?;
        sheet.record(round, ours, &P50, told.number("/response_us/p50"));
        sheet.record(round, ours, &P90, told.number("/response_us/p90"));
        sheet.record(round, ours, &P99, told.number("/response_us/p99"));
        Ok(())
    });
    run_part(bench, scenario, round, "hammer, and a stall", || {
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_secs(2));
                broker.pause_for(STALL_DURATION);
            });
            let told = run_hammer(bench, &flags, broker.port)?;
            let ms = |path| told.number(path).map(|us| us / 1e3);
            sheet.record(round, ours, &STALL_P50, ms("/response_us/p50"));
            sheet.record(round, ours, &STALL_P90, ms("/response_us/p90"));
            sheet.record(round, ours, &STALL_P99, ms("/response_us/p99"));
            Ok(())
        })
    });
}

/// Messages as a subscriber of mosquitto's counts them, which ends when it has got all.
fn count_received(
    bench: &BenchContext,
    scenario: BenchScenario,
    round: usize,
    port: u16,
    sheet: &mut FigureCollector,
) {
    let Some(subscriber) = broker::find_on_path("mosquitto_sub") else {
        return;
    };
    let seconds = COUNTED_DURATION.as_secs() as u32;
    let all = RATE * seconds;
    run_part(bench, scenario, round, "hammer, and mosquitto_sub", || {
        let count = thread::scope(|scope| {
            let wait = seconds + 20;
            let line = format!("-h 127.0.0.1 -q 1 -t hammer/+ -C {all} -W {wait} -p");
            let invocation = ToolInvocation::new(&line, &port.to_string());
            let bound = Duration::from_secs(60);
            let (cores, subscriber) = (&bench.cores, &subscriber);
            let counting = scope.spawn(move || {
                let ended = process::run(subscriber, &invocation, cores, bound);
                ended.map(|ended| ended.stdout.iter().filter(|byte| **byte == b'\n').count())
            });
            // It tells nobody that it has subscribed.
            thread::sleep(Duration::from_millis(500));
            let flags = format!("-r {RATE} -z {seconds}s --clients 8 --qos 1");
            let told = run_hammer(bench, &flags, port)?;
            let ok = told.number("/hits/ok");
            if ok != Some(f64::from(all)) {
                return Err(Error::failed(format!("{ok:?} of {all} were acknowledged")));
            }
            let count = counting.join().unwrap_or(Err("it panicked".to_owned()));
            count.map_err(Error::failed)
        })?;
        sheet.record(
            round,
            bench.hammer.name(),
            &COUNTED_MESSAGES,
            Some(count as f64),
        );
        Ok(())
    });
}

fn connect_clients(
    bench: &BenchContext,
    scenario: BenchScenario,
    round: usize,
    port: u16,
    sheet: &mut FigureCollector,
) {
    let ours = bench.hammer.name();
    run_part(bench, scenario, round, "hammer, many clients", || {
        let rss = "/generator/peak_rss_bytes";
        let one = run_hammer(bench, "-r 1000 -n 1 --clients 1 --qos 1", port)?;
        let many = run_hammer(
            bench,
            &format!("-r 1000 -n 1 --clients {CONNECTED_CLIENTS} --qos 1"),
            port,
        )?;
        sheet.record(round, ours, &CONNECT, Some(many.elapsed.as_secs_f64()));
        let more = many
            .number(rss)
            .zip(one.number(rss))
            .map(|(many, one)| many - one);
        let each = more.map(|bytes| bytes / 1e3 / f64::from(CONNECTED_CLIENTS - 1));
        sheet.record(round, ours, &CLIENT_MEMORY, each);
        Ok(())
    });
}

/// Clients of which one address has not enough ports to be sure of, beside others.
fn connect_many_clients(
    bench: &BenchContext,
    scenario: BenchScenario,
    round: usize,
    port: u16,
    sheet: &mut FigureCollector,
) {
    run_part(bench, scenario, round, "hammer, and four addresses", || {
        let flags =
            format!("-r 1000 -n 1 --clients {MANY_CLIENTS} --qos 1 --interface {SOURCE_ADDRESSES}");
        let told = run_hammer(bench, &flags, port)?;
        let took = told.elapsed.as_secs_f64();
        sheet.record(round, bench.hammer.name(), &CONNECT_MANY, Some(took));
        Ok(())
    });
}

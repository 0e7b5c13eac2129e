//! MQTT messages to a sink that acknowledges at once, and to mosquitto.

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
use crate::cpu_time::CpuTime;
use crate::error::Error;
use crate::figure_collector::FigureCollector;
use crate::process::{self, ToolInvocation};
use crate::scenario::BenchScenario;

mod figure_kinds;
mod publisher;

pub(crate) use publisher::PUBLISHER_NAMES;

/// Bytes of a message.
const MESSAGE_BYTES: usize = 100;
/// Messages in flight in a closed loop.
const IN_FLIGHT: u32 = 256;
/// Clients of a closed loop.
const CLIENTS: u32 = 16;
/// Clients that connect for a single message.
const CONNECTED_CLIENTS: u32 = 5_000;
/// Clients that connect from several addresses, because one may have too few ports.
const MANY_CLIENTS: u32 = 15_000;
/// The addresses of these clients.
const SOURCE_ADDRESSES: &str = "127.0.0.2-127.0.0.5";
/// Duration of the run whose messages mosquitto_sub counts.
const COUNTED_DURATION: Duration = Duration::from_secs(10);
/// Rate of the open loop.
const RATE: u32 = 2_000;
/// Length of the stall of the broker.
const STALL_DURATION: Duration = Duration::from_millis(500);

/// Measures messages to a sink.
pub(super) fn run_sink(
    bench: &BenchContext,
    scenario: BenchScenario,
) -> Result<ScenarioReport, Error> {
    let port = broker::start_sink(&bench.cores)?;
    let mut figures = FigureCollector::new(scenario.name());
    for round in 0..bench.plan.rounds {
        measure_closed_loop(bench, scenario, round, port, None, &mut figures);
    }
    let heading = format!(
        "closed loop of {IN_FLIGHT} messages of {MESSAGE_BYTES} bytes, {CLIENTS} clients, 1 thread, {} s; a \
         sink that acknowledges at once",
        bench.plan.closed_duration.as_secs_f64()
    );
    Ok(ScenarioReport { heading, figures })
}

/// Measures messages to mosquitto.
pub(super) fn run_broker(
    bench: &BenchContext,
    scenario: BenchScenario,
) -> Result<ScenarioReport, Error> {
    let mut figures = FigureCollector::new(scenario.name());
    let Some(mosquitto) = MosquittoBroker::start(&bench.cores)? else {
        bench
            .add_problem("mqtt: nothing was measured, because mosquitto is not on PATH".to_owned());
        return Ok(ScenarioReport {
            heading: "mosquitto is not on PATH".to_owned(),
            figures,
        });
    };
    for round in 0..bench.plan.rounds {
        let (port, broker) = (mosquitto.port, Some(mosquitto.pid()));
        measure_closed_loop(bench, scenario, round, port, broker, &mut figures);
        publisher::run(bench, scenario, round, port, &mut figures);
        measure_open_loop(bench, scenario, round, &mosquitto, &mut figures);
        count_received(bench, scenario, round, port, &mut figures);
        connect_clients(bench, scenario, round, port, &mut figures);
        connect_many_clients(bench, scenario, round, port, &mut figures);
    }
    let heading = format!(
        "closed loop as for the sink; {RATE}/s at QoS 1 with 8 clients, with and without a stall; \
         {CONNECTED_CLIENTS} clients; mosquitto, process {}",
        mosquitto.pid()
    );
    Ok(ScenarioReport { heading, figures })
}

/// The report of a run, its CPU time and its duration.
struct MqttRun {
    report: Value,
    cpu_time: Option<CpuTime>,
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
    let start = Instant::now();
    let ended = bench.hammer.run_invocation(&invocation, &bench.cores)?;
    let report = serde_json::from_slice(&ended.stdout);
    let report =
        report.map_err(|error| Error::failed(format!("failed to parse the report: {error}")))?;
    Ok(MqttRun {
        report,
        cpu_time: ended.cpu_time,
        elapsed: start.elapsed(),
    })
}

/// Runs a part of a round. A failure becomes a problem and leaves a gap in the figures.
fn run_part(
    bench: &BenchContext,
    scenario: BenchScenario,
    round: usize,
    part_name: &str,
    part: impl FnOnce() -> Result<(), Error>,
) {
    bench.print_progress(scenario.name(), round, part_name);
    if let Err(error) = part() {
        bench.add_problem(format!("{}: {part_name}: {error}", scenario.name()));
        bench.hammer_failed.set(true);
    }
}

fn measure_closed_loop(
    bench: &BenchContext,
    scenario: BenchScenario,
    round: usize,
    port: u16,
    broker: Option<u32>,
    figures: &mut FigureCollector,
) {
    for qos in 0..3 {
        run_part(
            bench,
            scenario,
            round,
            &format!("hammer, QoS {qos}"),
            || {
                let millis = bench.plan.closed_duration.as_millis();
                let flags =
                    format!("-r max -z {millis}ms -c {IN_FLIGHT} --clients {CLIENTS} --qos {qos}");
                let used = || broker.and_then(CpuTime::of_process).map(CpuTime::total);
                let before = used();
                let run = run_hammer(bench, &flags, port)?;
                let ours = bench.hammer.name();
                if let Some((before, after)) = before.zip(used()) {
                    let busy = (after - before).as_secs_f64() / run.elapsed.as_secs_f64();
                    figures.record(round, ours, &BROKER_CORE[qos], Some(busy * 100.0));
                }
                figures.record(
                    round,
                    ours,
                    &MESSAGE_RATE[qos],
                    run.number("/rate/achieved"),
                );
                let ok = run.number("/hits/ok").unwrap_or(0.0);
                let cost = run.cpu_time.map(|cpu| cpu.total().as_secs_f64() * 1e6 / ok);
                figures.record(round, ours, &CPU_PER_MESSAGE[qos], cost);
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
    figures: &mut FigureCollector,
) {
    let ours = bench.hammer.name();
    let flags = format!("-r {RATE} -z 4s --clients 8 --qos 1");
    run_part(bench, scenario, round, "hammer, open loop", || {
        let run = run_hammer(bench, &flags, broker.port)?;
        figures.record(round, ours, &P50, run.number("/response_us/p50"));
        figures.record(round, ours, &P90, run.number("/response_us/p90"));
        figures.record(round, ours, &P99, run.number("/response_us/p99"));
        Ok(())
    });
    run_part(bench, scenario, round, "hammer, and a stall", || {
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_secs(2));
                broker.pause_for(STALL_DURATION);
            });
            let run = run_hammer(bench, &flags, broker.port)?;
            let ms = |path| run.number(path).map(|us| us / 1e3);
            figures.record(round, ours, &STALL_P50, ms("/response_us/p50"));
            figures.record(round, ours, &STALL_P90, ms("/response_us/p90"));
            figures.record(round, ours, &STALL_P99, ms("/response_us/p99"));
            Ok(())
        })
    });
}

/// Counts messages with mosquitto_sub, which ends when it has received all.
fn count_received(
    bench: &BenchContext,
    scenario: BenchScenario,
    round: usize,
    port: u16,
    figures: &mut FigureCollector,
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
            // It does not report when it has subscribed.
            thread::sleep(Duration::from_millis(500));
            let flags = format!("-r {RATE} -z {seconds}s --clients 8 --qos 1");
            let run = run_hammer(bench, &flags, port)?;
            let ok = run.number("/hits/ok");
            if ok != Some(f64::from(all)) {
                return Err(Error::failed(format!(
                    "{ok:?} of {all} messages were acknowledged"
                )));
            }
            let count = counting
                .join()
                .unwrap_or(Err("the thread that counts panicked".to_owned()));
            count.map_err(Error::failed)
        })?;
        figures.record(
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
    figures: &mut FigureCollector,
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
        figures.record(round, ours, &CONNECT, Some(many.elapsed.as_secs_f64()));
        let more = many
            .number(rss)
            .zip(one.number(rss))
            .map(|(many, one)| many - one);
        let each = more.map(|bytes| bytes / 1e3 / f64::from(CONNECTED_CLIENTS - 1));
        figures.record(round, ours, &CLIENT_MEMORY, each);
        Ok(())
    });
}

/// Connects more clients than one address may have ports for.
fn connect_many_clients(
    bench: &BenchContext,
    scenario: BenchScenario,
    round: usize,
    port: u16,
    figures: &mut FigureCollector,
) {
    run_part(bench, scenario, round, "hammer, and four addresses", || {
        let flags =
            format!("-r 1000 -n 1 --clients {MANY_CLIENTS} --qos 1 --interface {SOURCE_ADDRESSES}");
        let run = run_hammer(bench, &flags, port)?;
        let seconds = run.elapsed.as_secs_f64();
        figures.record(round, bench.hammer.name(), &CONNECT_MANY, Some(seconds));
        Ok(())
    });
}

//! MQTT publishers to compare with, timed from start to end of their process.

use std::time::{Duration, Instant};

use super::figure_kinds::{CPU_PER_MESSAGE, MESSAGE_RATE};
use super::{CLIENTS, MESSAGE_BYTES, run_part};
use crate::broker;
use crate::context::BenchContext;
use crate::cpu_time::CpuTime;
use crate::error::Error;
use crate::figure_collector::FigureCollector;
use crate::process::{self, ToolInvocation};
use crate::scenario::BenchScenario;

/// Messages per run.
const MESSAGE_COUNT: usize = 50_000;

/// Names of the publishers, also on PATH.
pub(crate) const PUBLISHER_NAMES: [&str; 2] = ["mosquitto_pub", "mqtt-benchmark"];

/// A publisher and its arguments.
struct MqttPublisherTool {
    name: &'static str,
    invocation: fn(qos: usize, port: u16) -> ToolInvocation,
}

const MQTT_PUBLISHERS: [MqttPublisherTool; 2] = [
    // It has one connection, and sends a message for each line of its input.
    MqttPublisherTool {
        name: PUBLISHER_NAMES[0],
        invocation: |qos, port| {
            let line = format!("-h 127.0.0.1 -t hammer/0 -l -q {qos} -p");
            let mut invocation = ToolInvocation::new(&line, &port.to_string());
            let message = ["x".repeat(MESSAGE_BYTES), "\n".to_owned()].concat();
            invocation.stdin = message.repeat(MESSAGE_COUNT).into_bytes();
            invocation
        },
    },
    // By krylovsk. Each client waits for the acknowledgment of each message.
    MqttPublisherTool {
        name: PUBLISHER_NAMES[1],
        invocation: |qos, port| {
            let each = MESSAGE_COUNT / CLIENTS as usize;
            let line = format!(
                "-clients {CLIENTS} -count {each} -size {MESSAGE_BYTES} -qos {qos} -message-interval 0 \
                 -quiet -topic hammer/0 -broker"
            );
            ToolInvocation::new(&line, &format!("tcp://127.0.0.1:{port}"))
        },
    },
];

/// Runs all publishers that are on PATH, at each QoS.
pub(super) fn run(
    bench: &BenchContext,
    scenario: BenchScenario,
    round: usize,
    port: u16,
    figures: &mut FigureCollector,
) {
    for peer in MQTT_PUBLISHERS {
        let program = broker::find_on_path(peer.name);
        let Some(program) = program.filter(|_| bench.peer_selection.includes(peer.name)) else {
            continue;
        };
        for qos in 0..MESSAGE_RATE.len() {
            let part_name = format!("{}, QoS {qos}", peer.name);
            run_part(bench, scenario, round, &part_name, || {
                let invocation = (peer.invocation)(qos, port);
                let start = Instant::now();
                let bound = Duration::from_secs(120);
                let ended = process::run(&program, &invocation, &bench.cores, bound);
                let ended = ended.map_err(Error::failed)?;
                if !ended.status.success() {
                    return Err(Error::failed(format!("{}: {}", ended.status, ended.stderr)));
                }
                let rate = MESSAGE_COUNT as f64 / start.elapsed().as_secs_f64();
                figures.record(round, peer.name, &MESSAGE_RATE[qos], Some(rate));
                let cost = |cpu: CpuTime| cpu.total().as_secs_f64() * 1e6 / MESSAGE_COUNT as f64;
                figures.record(
                    round,
                    peer.name,
                    &CPU_PER_MESSAGE[qos],
                    ended.cpu_time.map(cost),
                );
                Ok(())
            });
        }
    }
}

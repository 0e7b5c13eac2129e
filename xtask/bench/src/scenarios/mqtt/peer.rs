//! Other programs that publish: told how many messages, and timed from start to end.

use std::time::{Duration, Instant};

use super::figure::{COST, SPEED};
use super::{CLIENTS, SIZE, try_it};
use crate::bench::Bench;
use crate::broker;
use crate::error::Error;
use crate::process::{self, Invocation};
use crate::scenario::Scenario;
use crate::sheet::Sheet;

/// Messages of each.
const MESSAGES: usize = 50_000;

/// A program, and how it is told what to do.
struct Peer {
    name: &'static str,
    invocation: fn(qos: usize, port: u16) -> Invocation,
}

const PEERS: [Peer; 2] = [
    // One connection, and a message for each line that it reads.
    Peer {
        name: "mosquitto_pub",
        invocation: |qos, port| {
            let line = format!("-h 127.0.0.1 -t hammer/0 -l -q {qos} -p");
            let mut invocation = Invocation::new(&line, &port.to_string());
            let message = ["x".repeat(SIZE), "\n".to_owned()].concat();
            invocation.stdin = message.repeat(MESSAGES).into_bytes();
            invocation
        },
    },
    // krylovsk's; each of its clients waits for the answer to each message.
    Peer {
        name: "mqtt-benchmark",
        invocation: |qos, port| {
            let each = MESSAGES / CLIENTS as usize;
            let line = format!(
                "-clients {CLIENTS} -count {each} -size {SIZE} -qos {qos} -message-interval 0 \
                 -quiet -topic hammer/0 -broker"
            );
            Invocation::new(&line, &format!("tcp://127.0.0.1:{port}"))
        },
    },
];

/// All that are on PATH, at each level.
pub(super) fn run(bench: &Bench, scenario: Scenario, round: usize, port: u16, sheet: &mut Sheet) {
    for peer in PEERS {
        let Some(program) = broker::on_path(peer.name).filter(|_| bench.with_peers) else {
            continue;
        };
        for qos in 0..SPEED.len() {
            let what = format!("{}, QoS {qos}", peer.name);
            try_it(bench, scenario, round, &what, || {
                let invocation = (peer.invocation)(qos, port);
                let begun = Instant::now();
                let bound = Duration::from_secs(120);
                let ended = process::run(&program, &invocation, &bench.cores, bound);
                let ended = ended.map_err(Error::failed)?;
                if !ended.status.success() {
                    return Err(Error::failed(format!("{}: {}", ended.status, ended.stderr)));
                }
                let rate = MESSAGES as f64 / begun.elapsed().as_secs_f64();
                sheet.note(round, peer.name, &SPEED[qos], Some(rate));
                let cost = |cpu: Duration| cpu.as_secs_f64() * 1e6 / MESSAGES as f64;
                sheet.note(round, peer.name, &COST[qos], ended.cpu.map(cost));
                Ok(())
            });
        }
    }
}

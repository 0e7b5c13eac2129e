//! Simulates comparisons of a target with itself and with a slower one, and counts the outcomes.
//!
//! `cargo run --release -p hammer-analysis --example simulate -- [PAIRS [SECONDS [UTILIZATION]]]`

mod queue;
mod tally;

use std::env;
use std::thread;

use queue::{ServiceLaw, SimulatedArrivals, SimulatedTarget};
use tally::{OutcomeTally, SimulationTally};

const RATE: f64 = 1000.0;
const RUNS: usize = 5;
const FACTOR: f64 = 1.1;
/// The standard deviations of the state of the machine.
const STATES: [f64; 2] = [0.0, 0.02];

fn main() {
    let mut arguments = env::args().skip(1).map(|text| text.parse::<f64>());
    let mut argument = |default: f64| match arguments.next() {
        Some(number) => number.expect("expected numbers: [PAIRS [SECONDS [UTILIZATION]]]"),
        None => default,
    };
    let (pairs, seconds, utilization) = (argument(1000.0), argument(60.0), argument(0.5));
    print_line(&format!(
        "{pairs} comparisons of {RUNS} and {RUNS} runs of {seconds} s at {RATE}/s, utilization {utilization}. \
         Percent of them.\n\n\
         |  |  |  | the same target |  |  |  | each hit 10 % slower |  |\n\
         |---|---|---|---|---|---|---|---|---|\n\
         | service | arrivals | state | worse | better | same | p99 worse | worse | p99 worse |"
    ));
    for state in STATES {
        for law in ServiceLaw::ALL {
            let of = |arrivals| SimulatedTarget {
                law,
                arrivals,
                rate: RATE,
                hits: (RATE * seconds) as u32,
                utilization,
                state,
            };
            let targets = SimulatedArrivals::ALL.map(of);
            let simulate =
                |target| SimulationTally::simulate(target, pairs as u32, RUNS, FACTOR, 20_261_130);
            let tallies = thread::scope(|scope| {
                let threads = targets.map(|target| scope.spawn(move || simulate(target)));
                threads.map(|thread| thread.join().expect("a tally"))
            });
            for (target, tally) in targets.into_iter().zip(tallies) {
                print_row(target, &tally);
            }
        }
    }
}

fn print_row(target: SimulatedTarget, tally: &SimulationTally) {
    let percent = |tally: OutcomeTally, count: u32| format!("{:.1}", tally.percent(count));
    let SimulatedTarget {
        law,
        arrivals,
        state,
        ..
    } = target;
    let same = tally.same_target;
    print_line(&format!(
        "| {} | {} | {:.0} % | {} | {} | {} | {} | {} | {} |",
        format!("{law:?}").to_lowercase(),
        format!("{arrivals:?}").to_lowercase(),
        state * 100.0,
        percent(same, same.worse),
        percent(same, same.better),
        percent(same, same.same),
        percent(tally.same_target_p99, tally.same_target_p99.worse),
        percent(tally.slower, tally.slower.worse),
        percent(tally.slower_p99, tally.slower_p99.worse),
    ));
}

#[expect(
    clippy::print_stdout,
    reason = "the table is the purpose of this example"
)]
fn print_line(line: &str) {
    println!("{line}");
}

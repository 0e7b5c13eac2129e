//! Simulates comparisons of a target with itself and with a slower one, and counts the outcomes.
//!
//! `cargo run --release -p hammer-analysis --example simulate -- [PAIRS [SECONDS [UTILIZATION [STATE [LAW]]]]]`

mod errors;
mod queue;
mod tally;

use std::env;
use std::thread;

use errors::FailingTarget;
use hammer_analysis::ComparisonDesign;
use queue::{ServiceLaw, SimulatedArrivals, SimulatedTarget};
use tally::{OutcomeTally, SimulationTally};

const RATE: f64 = 1000.0;
const RUNS: usize = 5;
const FACTOR: f64 = 1.1;
const SEED: u64 = 20_261_130;
/// The standard deviations of the state of the machine.
const STATES: [f64; 2] = [0.0, 0.02];

/// The expected arguments.
const USAGE: &str = "expected [PAIRS [SECONDS [UTILIZATION [STATE [LAW]]]]]";

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = |index: usize, default: f64| match arguments.get(index) {
        Some(text) => text.parse::<f64>().expect(USAGE),
        None => default,
    };
    let (pairs, seconds, utilization) = (number(0, 1000.0), number(1, 60.0), number(2, 0.5));
    let states = match arguments.get(3) {
        Some(_) => vec![number(3, 0.0)],
        None => STATES.to_vec(),
    };
    let is_selected = |law: &ServiceLaw| arguments.get(4).is_none_or(|name| *name == name_of(*law));
    print_line(&format!(
        "{pairs} comparisons of {RUNS} and {RUNS} runs of {seconds} s at {RATE}/s, utilization {utilization}. \
         Percent of them.\n\n\
         |  |  |  | the same target |  |  |  | each hit 10 % slower |  |\n\
         |---|---|---|---|---|---|---|---|---|\n\
         | service | arrivals | state | worse | better | same | p99 worse | worse | p99 worse |"
    ));
    for state in states {
        for law in ServiceLaw::ALL.into_iter().filter(is_selected) {
            let targets = SimulatedArrivals::ALL.map(|arrivals| SimulatedTarget {
                law,
                arrivals,
                rate: RATE,
                hits: (RATE * seconds) as u32,
                utilization,
                state,
            });
            print_rows(targets, pairs as u32);
        }
    }
    print_errors(pairs as u32);
}

/// Prints how often the same target with rare errors is found to be worse.
fn print_errors(pairs: u32) {
    print_line(
        "\n| runs | groups | hits of each | errors | worse | in pairs: worse |\n|---|---|---|---|---|---|",
    );
    for (runs, groups) in [(3, 0), (3, 20), (5, 0), (5, 20)] {
        for (hits, errors) in [(1_800, 0.0005), (1_800, 0.005), (60_000, 0.0005)] {
            let target = FailingTarget {
                groups,
                hits,
                errors,
            };
            let worse = [ComparisonDesign::Independent, ComparisonDesign::Paired].map(|design| {
                let tally = OutcomeTally::of_errors(target, pairs, runs, design, SEED);
                tally.percent(tally.worse)
            });
            let [independent, paired] = worse;
            print_line(&format!(
                "| {runs} | {groups} | {hits} | {} % | {independent:.1} | {paired:.1} |",
                errors * 100.0
            ));
        }
    }
}

/// Simulates the targets, each on its thread, and prints a row for each.
fn print_rows(targets: [SimulatedTarget; 2], pairs: u32) {
    let simulate = move |target| {
        let designs = [ComparisonDesign::Independent];
        let [tally] = SimulationTally::simulate(target, pairs, RUNS, FACTOR, designs, SEED);
        tally
    };
    let tallies = thread::scope(|scope| {
        let threads = targets.map(|target| scope.spawn(move || simulate(target)));
        threads.map(|thread| thread.join().expect("a tally"))
    });
    for (target, tally) in targets.into_iter().zip(tallies) {
        print_row(target, &tally);
    }
}

fn name_of(law: ServiceLaw) -> String {
    format!("{law:?}").to_lowercase()
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
        name_of(law),
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

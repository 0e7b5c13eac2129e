//! Prints how often intervals of 95 % contain the true p99 of a simulated queue, and one run of it.
//!
//! ```sh
//! cargo run --release -p hammer-stats --example coverage [RUNS]
//! ```
#![expect(
    clippy::print_stdout,
    reason = "the table is the purpose of this example"
)]

use std::env;
use std::ops::RangeInclusive;
use std::time::Duration;

use hammer_stats::{ConfidenceBlocks, Histogram, QuantileConfidence};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

use crate::queue_simulation::QueueSimulation;

#[path = "../tests/it/queue_simulation.rs"]
mod queue_simulation;

const SECONDS: u64 = 60;
const QUANTILE: f64 = 0.99;

fn main() {
    let runs = env::args().nth(1);
    let runs: usize = runs.map_or(1_000, |runs| {
        runs.parse().expect("expected a number of runs")
    });
    println!(
        "{runs} runs of {SECONDS} s at 1,000/s: one server, even arrivals, exponential service\n"
    );
    println!("utilization  as if independent  all runs  enough hits (runs)     D  worth  width");
    for utilization in [0.5, 0.8, 0.9] {
        let queue = QueueSimulation::new(1_000.0, utilization);
        let truth = queue.response_quantile(QUANTILE);
        let mut random = Xoshiro256PlusPlus::seed_from_u64(19);
        let found: Vec<_> = (0..runs)
            .map(|_| confidences(&queue, &mut random))
            .collect();
        let all: Vec<_> = found.iter().map(|(_, clustered)| *clustered).collect();
        let enough: Vec<_> = all.iter().filter_map(|it| it.checked().ok()).collect();
        let independent = share(found.iter(), |(interval, _)| interval.contains(&truth));
        let covers = |it: &&QuantileConfidence| (it.low..=it.high).contains(&truth);
        println!(
            "{utilization:>11}  {:>15.1} %  {:>6.1} %  {:>7.1} % ({:>6})  {:>4.0}  {:>5.0}  {:>3.0} %",
            independent,
            share(all.iter(), |it| covers(&it)),
            share(enough.iter(), |it| covers(&it)),
            enough.len(),
            median(all.iter().map(|it| it.design_effect)),
            median(all.iter().map(|it| it.effective_hits)),
            median(
                all.iter()
                    .map(|it| 100.0 * (it.high - it.low).div_duration_f64(it.value))
            ),
        );
    }
    print_run(0.8);
}

/// Prints the percentiles of one run, with their intervals.
fn print_run(utilization: f64) {
    let queue = QueueSimulation::new(1_000.0, utilization);
    let slices = queue.slices(SECONDS, &mut Xoshiro256PlusPlus::seed_from_u64(2));
    let blocks = ConfidenceBlocks::new(&slices).expect("there are sixty slices");
    println!("\none run at a utilization of {utilization}, in ms\n");
    println!("quantile   value   true  interval        D  worth  beyond");
    for quantile in [0.5, 0.9, 0.95, 0.99, 0.999] {
        let found = blocks.interval(quantile, blocks.t_95());
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "{quantile:>8}  {:>6.2} {:>6.2}  {:>5.2} - {:>5.2}  {:>5.1} {:>6.0}  {:>6.1}",
            ms(found.value),
            ms(queue.response_quantile(quantile)),
            ms(found.low),
            ms(found.high),
            found.design_effect,
            found.effective_hits,
            found.effective_hits_beyond(),
        );
    }
}

/// The interval of p99 of a run as if hits were independent, and the one from blocks.
fn confidences(
    queue: &QueueSimulation,
    random: &mut Xoshiro256PlusPlus,
) -> (RangeInclusive<Duration>, QuantileConfidence) {
    let slices = queue.slices(SECONDS, random);
    let blocks = ConfidenceBlocks::new(&slices).expect("there are sixty slices");
    let clustered = blocks.interval(QUANTILE, blocks.t_95());
    (independent(blocks.total()), clustered)
}

fn independent(durations: &Histogram) -> RangeInclusive<Duration> {
    let margin = 1.96 * (QUANTILE * (1.0 - QUANTILE) / durations.count() as f64).sqrt();
    durations.quantile(QUANTILE - margin)..=durations.quantile(QUANTILE + margin)
}

fn share<T>(all: impl ExactSizeIterator<Item = T>, covers: impl Fn(T) -> bool) -> f64 {
    let count = all.len() as f64;
    100.0 * all.filter_map(|it| covers(it).then_some(())).count() as f64 / count
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

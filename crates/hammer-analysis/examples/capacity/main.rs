//! Simulates searches for the highest rate that holds, and compares their answers with arithmetic.
//!
//! `cargo run --release -p hammer-analysis --example capacity -- [SEEDS [CONFIRM_SECONDS [BUDGET_SECONDS]]]`

mod arithmetic;
mod queue;
mod search_run;
mod tally;

use std::env;
use std::thread;
use std::time::Duration;

use hammer_analysis::{CapacityStatus, SearchSettings};
use queue::{Faults, QueueKind, QueueTarget};
use search_run::{default_settings, search, search_without_confirmation};
use tally::SearchTally;

const UTILIZATIONS: [f64; 3] = [0.7, 0.8, 0.9];
const THREADS: u64 = 2;

fn main() {
    let arguments: Vec<u64> = (env::args().skip(1))
        .map(|text| {
            text.parse()
                .expect("expected [SEEDS [CONFIRM_SECONDS [BUDGET_SECONDS]]]")
        })
        .collect();
    let seeds = arguments.first().copied().unwrap_or(100);
    let settings = SearchSettings {
        confirm: Duration::from_secs(arguments.get(1).copied().unwrap_or(60)),
        budget: Duration::from_secs(arguments.get(2).copied().unwrap_or(900)),
        ..default_settings(100.0)
    };
    print_line(&format!(
        "{seeds} searches each. Errors in percent of the rate by arithmetic.\n\n\
         | queue | utilization | search | error p5 | p50 | p95 | within 3 % | over 1 % too high | s, p50 | s, p95 | looks |\n\
         |---|---|---|---|---|---|---|---|---|---|---|"
    ));
    for kind in QueueKind::ALL {
        for utilization in UTILIZATIONS {
            print_queue(kind, utilization, settings, seeds);
        }
    }
    // The bound of M/M/8 at 0.7 is little above the 99th percentile without load, and 1,500 hits of a look
    // at 100/s do not tell the two from each other.
    print_line("\nFrom 2,000/s:");
    let higher = SearchSettings {
        from: 2000.0,
        ..settings
    };
    print_queue(QueueKind::Mm8, 0.7, higher, seeds);
    print_faults(settings, seeds);
}

/// Searches one queue with both methods.
fn print_queue(kind: QueueKind, utilization: f64, settings: SearchSettings, seeds: u64) {
    let bound = arithmetic::response_p99(kind, utilization);
    let exact = arithmetic::rate(kind, utilization);
    let results = for_seeds(seeds, |seed| {
        let target = || QueueTarget::new(kind, Faults::default(), seed);
        let found = search(&mut target(), settings, bound, f64::INFINITY);
        let naive = search_without_confirmation(&mut target(), settings.from, bound);
        (found, naive)
    });
    let (mut found, mut naive) = (SearchTally::default(), SearchTally::default());
    for (search, rate) in &results {
        let answer = &search.answer;
        found.add(answer.rate, exact, answer.elapsed_s, search.looks);
        naive.add(Some(*rate), exact, 0.0, 0);
    }
    for (name, tally) in [("find", found), ("one look each", naive)] {
        print_line(&format!(
            "| {} | {utilization} | {name} | {:+.1} | {:+.1} | {:+.1} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} |",
            kind.name(),
            tally.error(0.05),
            tally.error(0.5),
            tally.error(0.95),
            tally.within(),
            tally.too_high(),
            tally.seconds(0.5),
            tally.seconds(0.95),
            tally.looks(),
        ));
    }
}

/// Searches targets with faults, and counts the kinds of answers.
fn print_faults(settings: SearchSettings, seeds: u64) {
    let kind = QueueKind::Mm1;
    let bound = arithmetic::response_p99(kind, 0.8);
    let faulty = |pauses, dies_at| Faults { pauses, dies_at };
    let to = SearchSettings {
        to: Some(800.0),
        ..settings
    };
    let any = f64::INFINITY;
    let cases = [
        (
            "pauses 0.3 s each 60 s",
            faulty(Some((60.0, 0.3)), None),
            settings,
            bound,
            any,
        ),
        (
            "pauses 0.3 s each 15 s",
            faulty(Some((15.0, 0.3)), None),
            settings,
            bound,
            any,
        ),
        ("never holds", faulty(None, None), settings, 1e-6, any),
        ("always holds, to 800", faulty(None, None), to, bound, any),
        (
            "dies after 120 s",
            faulty(None, Some(120.0)),
            settings,
            bound,
            any,
        ),
        (
            "dies after 300 s",
            faulty(None, Some(300.0)),
            settings,
            bound,
            any,
        ),
        (
            "generator void over 700",
            faulty(None, None),
            settings,
            bound,
            700.0,
        ),
    ];
    print_line(
        "\nM/M/1 at 0.8.\n\n| target | status | searches | rate p5 | p50 | p95 | s, p50 |\n|---|---|---|---|---|---|---|",
    );
    for (name, faults, settings, bound, limit) in cases {
        let results = for_seeds(seeds, |seed| {
            search(
                &mut QueueTarget::new(kind, faults, seed),
                settings,
                bound,
                limit,
            )
        });
        for status in [
            CapacityStatus::Confirmed,
            CapacityStatus::AtLeast,
            CapacityStatus::GeneratorLimited,
            CapacityStatus::NeverHeld,
            CapacityStatus::NotConfirmed,
        ] {
            let mut tally = SearchTally::default();
            for it in results.iter().filter(|it| it.answer.status == status) {
                tally.add(it.answer.rate, 100.0, it.answer.elapsed_s, it.looks);
            }
            let count = results
                .iter()
                .filter(|it| it.answer.status == status)
                .count();
            if count > 0 {
                print_line(&format!(
                    "| {name} | {status:?} | {count} | {:.0} | {:.0} | {:.0} | {:.0} |",
                    tally.error(0.05) + 100.0,
                    tally.error(0.5) + 100.0,
                    tally.error(0.95) + 100.0,
                    tally.seconds(0.5)
                ));
            }
        }
    }
}

/// Runs a function for each seed, on all threads.
fn for_seeds<T: Send>(seeds: u64, run: impl Fn(u64) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let run = &run;
                scope.spawn(move || -> Vec<T> {
                    (0..seeds)
                        .filter(|seed| seed % THREADS == thread)
                        .map(run)
                        .collect()
                })
            })
            .collect();
        let results = threads.into_iter();
        results
            .flat_map(|thread| thread.join().expect("no panic"))
            .collect()
    })
}

#[expect(
    clippy::print_stdout,
    reason = "the table is the purpose of this example"
)]
fn print_line(line: &str) {
    println!("{line}");
}

//! Counts how often the confidence interval of p99 contains the true p99 of a real queue.
//!
//! The target is a queue with one worker and exponential service, so that the true distribution of
//! response is known. Network and threads add to it, so the p99 of all runs together is a second truth.
//!
//! ```sh
//! cargo build --release -p hammer-cli
//! cargo run --release -p hammer-bench --bin interval-coverage -- --runs 120 --parallel 4 --arrivals even
//! ```
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing its measurements is the purpose of this program"
)]

use std::error::Error;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use std::{env, fs, thread};

use clap::{Parser, ValueEnum};
use hammer_core::{Report, RunFile, VerdictStatus};
use hammer_target::{ServiceLaw, TargetBehavior, TargetServer, WorkerPool};

/// The percentile whose interval is checked.
const QUANTILE: f64 = 0.99;
/// The utilizations of the worker.
const UTILIZATIONS: [f64; 3] = [0.5, 0.8, 0.9];
/// The mean service time.
const SERVICE: Duration = Duration::from_micros(500);

/// Counts how often the 95 % interval of p99 contains the truth.
#[derive(Debug, Parser)]
struct CoverageArgs {
    /// Runs at each utilization
    #[arg(long, default_value = "40")]
    runs: u64,
    /// Runs at the same time, each with a target of its own
    #[arg(long, default_value = "1")]
    parallel: NonZeroUsize,
    /// Hits of a run
    #[arg(long, default_value = "60000")]
    hits: u64,
    /// Arrivals of the load
    #[arg(long, value_enum, default_value = "poisson")]
    arrivals: QueueArrivals,
    /// The hammer to use [default: next to this program]
    #[arg(long)]
    hammer: Option<PathBuf>,
}

/// Arrivals for which the distribution of response is known.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum QueueArrivals {
    Poisson,
    Even,
}

impl QueueArrivals {
    fn as_str(self) -> &'static str {
        match self {
            Self::Poisson => "poisson",
            Self::Even => "even",
        }
    }

    /// The quantile of response, in microseconds.
    ///
    /// With exponential service, response has an exponential distribution of mean s / (1 − σ), where σ is
    /// the chance to find the worker busy: ρ with Poisson arrivals, and the solution of
    /// σ = exp(−(1 − σ) / ρ) with even ones (Kleinrock, Queueing Systems, volume 1, section 6.4).
    fn response_us(self, quantile: f64, utilization: f64) -> f64 {
        let busy = match self {
            Self::Poisson => utilization,
            Self::Even => {
                let mut sigma = utilization;
                for _ in 0..1_000 {
                    sigma = (-(1.0 - sigma) / utilization).exp();
                }
                sigma
            }
        };
        -(1.0 - quantile).ln() * SERVICE.as_secs_f64() * 1e6 / (1.0 - busy)
    }
}

/// The interval of a run.
struct RunInterval {
    low_us: f64,
    high_us: f64,
    /// True if enough effective hits are beyond the percentile, so that reports show the interval.
    is_shown: bool,
}

impl RunInterval {
    fn contains(&self, us: f64) -> bool {
        (self.low_us..=self.high_us).contains(&us)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = CoverageArgs::parse();
    let beside = env::current_exe()?.with_file_name("hammer");
    let hammer = args.hammer.clone().unwrap_or(beside);
    println!(
        "{} runs of {} hits each, {} at a time, {} arrivals, exponential service of {SERVICE:?}\n\n\
         utilization  true p99  of all runs  contains true  contains that of all  shown  width",
        args.runs,
        args.hits,
        args.parallel,
        args.arrivals.as_str()
    );
    for utilization in UTILIZATIONS {
        measure(&hammer, &args, utilization)?;
    }
    Ok(())
}

/// Makes the runs at a utilization, and prints a line.
fn measure(hammer: &Path, args: &CoverageArgs, utilization: f64) -> Result<(), Box<dyn Error>> {
    let (mut intervals, mut total) = (vec![], None);
    for (seed, run) in run_all(hammer, args, utilization) {
        let run = run.map_err(|error| format!("seed {seed}: {error}"))?;
        let report = run.report.single_load().ok_or("expected one load")?;
        if report.verdict.status == VerdictStatus::Invalid {
            println!("seed {seed} at {utilization} is invalid and left out");
            continue;
        }
        intervals.push(interval(report)?);
        let response = report
            .measured
            .as_deref()
            .ok_or("no histograms")?
            .response();
        match &mut total {
            None => total = Some(response.clone()),
            Some(total) => total.merge(response),
        }
    }
    let total = total.ok_or("no run was valid")?;
    let all_us = total.quantile(QUANTILE).as_secs_f64() * 1e6;
    let true_us = args.arrivals.response_us(QUANTILE, utilization);
    let share = |is_counted: &dyn Fn(&RunInterval) -> bool| {
        let counted = intervals.iter().filter(|it| is_counted(it)).count();
        100.0 * counted as f64 / intervals.len() as f64
    };
    let widths = intervals.iter().map(|it| it.high_us - it.low_us);
    println!(
        "{utilization:>11}  {:>5.2} ms  {:>8.2} ms  {:>11.1} %  {:>18.1} %  {:>3.0} %  {:>3.0} %",
        true_us / 1e3,
        all_us / 1e3,
        share(&|it| it.contains(true_us)),
        share(&|it| it.contains(all_us)),
        share(&|it| it.is_shown),
        100.0 * widths.sum::<f64>() / intervals.len() as f64 / all_us,
    );
    Ok(())
}

/// Makes the runs of a utilization, several at a time, and returns them by seed.
fn run_all(
    hammer: &Path,
    args: &CoverageArgs,
    utilization: f64,
) -> Vec<(u64, Result<RunFile, String>)> {
    let next = AtomicU64::new(1);
    let worker = || {
        let seeds = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        seeds
            .take_while(|seed| *seed <= args.runs)
            .map(|seed| {
                eprint!("\r{utilization}: {seed} of {} ", args.runs);
                let run = run_once(hammer, args, utilization, seed);
                (seed, run.map_err(|error| error.to_string()))
            })
            .collect::<Vec<_>>()
    };
    let mut runs: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..args.parallel.get())
            .map(|_| scope.spawn(worker))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("a worker does not panic"))
            .collect()
    });
    eprint!("\r");
    runs.sort_by_key(|(seed, _)| *seed);
    runs
}

/// Runs hammer against a queue of its own.
fn run_once(
    hammer: &Path,
    args: &CoverageArgs,
    utilization: f64,
    seed: u64,
) -> Result<RunFile, Box<dyn Error>> {
    let pool = WorkerPool::new(NonZeroUsize::MIN, ServiceLaw::exponential(SERVICE), seed);
    let target = TargetServer::spawn(TargetBehavior::default().workers(pool))?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("run.json");
    let rate = utilization / SERVICE.as_secs_f64();
    let status = Command::new(hammer)
        .args(["http", &target.url(), "--quiet"])
        .args(["--rate", &rate.to_string()])
        .args(["--hits", &args.hits.to_string()])
        .args(["--arrivals", args.arrivals.as_str()])
        .args(["--seed", &seed.to_string()])
        .arg(format!("--output=run={}", file.display()))
        .stdout(Stdio::null())
        .status()?;
    if !status.success() {
        return Err(format!("hammer failed: {status}").into());
    }
    Ok(RunFile::from_json(&fs::read(file)?)?)
}

/// The interval of p99 of a run, also if reports would not show it.
fn interval(report: &Report) -> Result<RunInterval, Box<dyn Error>> {
    let blocks = report.response_blocks()?;
    let interval = blocks.interval(QUANTILE, blocks.t_95());
    Ok(RunInterval {
        low_us: interval.low.as_secs_f64() * 1e6,
        high_us: interval.high.as_secs_f64() * 1e6,
        is_shown: interval.checked().is_ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// σ is 0.2032 at utilization 0.5, and 0.6286 at 0.8, by Kleinrock's equation.
    #[test]
    fn the_true_p99_is_that_of_the_queue() {
        for (arrivals, utilization, ms) in [
            (QueueArrivals::Poisson, 0.5, 4.605),
            (QueueArrivals::Poisson, 0.9, 23.026),
            (QueueArrivals::Even, 0.5, 2.890),
            (QueueArrivals::Even, 0.8, 6.200),
        ] {
            let us = arrivals.response_us(QUANTILE, utilization);
            assert!(
                (us / 1e3 - ms).abs() < 0.01,
                "{arrivals:?} {utilization}: {us}"
            );
        }
    }
}

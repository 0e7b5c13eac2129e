//! A simulated target: one server with a queue.

use std::time::Duration;

use hammer_analysis::{ComparedFigure, FigureScope, RunFigures};
use hammer_stats::Histogram;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// The distribution of service times, each with a mean of 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ServiceLaw {
    /// A coefficient of variation of 1.
    Exponential,
    /// With σ = 1: a coefficient of variation of 1.31.
    Lognormal,
    /// Always the same, but for a pause in one of 2,000 hits, which is 200 times as long: a coefficient
    /// of variation of 4.05.
    Pauses,
}

impl ServiceLaw {
    pub(crate) const ALL: [Self; 3] = [Self::Exponential, Self::Lognormal, Self::Pauses];
}

/// The process by which hits arrive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum SimulatedArrivals {
    Even,
    Poisson,
}

impl SimulatedArrivals {
    pub(crate) const ALL: [Self; 2] = [Self::Even, Self::Poisson];
}

/// A target under load, and the differences between its runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SimulatedTarget {
    pub(crate) law: ServiceLaw,
    pub(crate) arrivals: SimulatedArrivals,
    /// Hits per second.
    pub(crate) rate: f64,
    /// Hits of a run.
    pub(crate) hits: u32,
    /// The mean share of time in which the server is busy.
    pub(crate) utilization: f64,
    /// The standard deviation of the logarithm of a factor of all service times of a run: the state of
    /// the machine.
    pub(crate) state: f64,
}

/// The response times of a run.
pub(crate) struct SimulatedRun(pub(crate) Histogram);

/// Random numbers.
pub(crate) struct Random(Xoshiro256PlusPlus);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// Within (0, 1].
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    fn exponential(&mut self) -> f64 {
        -self.uniform().ln()
    }

    /// By Box and Muller.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    fn service(&mut self, law: ServiceLaw) -> f64 {
        match law {
            ServiceLaw::Exponential => self.exponential(),
            ServiceLaw::Lognormal => (self.normal() - 0.5).exp(),
            ServiceLaw::Pauses => {
                let usual = 1.0 / (1.0 + 199.0 / 2000.0);
                let is_pause = self.uniform() <= 1.0 / 2000.0;
                if is_pause { 200.0 * usual } else { usual }
            }
        }
    }
}

impl SimulatedTarget {
    /// Runs the load once, for as long as the hits take to arrive. The queue is in its usual state from
    /// the start: a tenth of the hits come before.
    pub(crate) fn run(&self, random: &mut Random) -> SimulatedRun {
        let factor = (self.state * random.normal()).exp();
        let mean_service = self.utilization / self.rate * factor;
        let mut times = Histogram::new();
        let (mut arrival, mut free) = (0.0_f64, 0.0_f64);
        for number in 0..self.hits + self.hits / 10 {
            arrival += match self.arrivals {
                SimulatedArrivals::Even => 1.0,
                SimulatedArrivals::Poisson => random.exponential(),
            } / self.rate;
            free = free.max(arrival) + random.service(self.law) * mean_service;
            if number >= self.hits / 10 {
                times.record(Duration::from_secs_f64(free - arrival));
            }
        }
        SimulatedRun(times)
    }
}

impl SimulatedRun {
    /// The figures of the run, or of one that is `factor` times as slow in all of its hits.
    pub(crate) fn figures(&self, factor: f64) -> RunFigures {
        let percentiles = [
            (ComparedFigure::ResponseP50, 0.5),
            (ComparedFigure::ResponseP90, 0.9),
            (ComparedFigure::ResponseP99, 0.99),
            (ComparedFigure::ResponseP999, 0.999),
        ];
        let whole = FigureScope::default;
        let figures = RunFigures::default()
            .with_errors(whole(), 0, self.0.count())
            .with_value(whole(), ComparedFigure::AchievedRate, 1000.0);
        percentiles
            .into_iter()
            .fold(figures, |figures, (figure, quantile)| {
                let us = self.0.quantile(quantile).as_secs_f64() * 1e6;
                figures.with_value(whole(), figure, us * factor)
            })
    }
}

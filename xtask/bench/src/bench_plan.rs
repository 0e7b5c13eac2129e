//! How long everything takes.

use std::time::Duration;

/// The lengths of runs, and how many there are.
#[derive(Debug, Clone)]
pub(crate) struct BenchPlan {
    /// Whether it has to end within a minute.
    pub(crate) quick: bool,
    /// How often each scenario is measured.
    pub(crate) rounds: usize,
    /// Of a run that finds out what the target itself can do.
    pub(crate) limit_duration: Duration,
    /// Of a closed loop.
    pub(crate) closed_duration: Duration,
    /// Of a run that tries whether a rate holds.
    pub(crate) probe_duration: Duration,
    /// Of the run that confirms the rate that was found.
    pub(crate) confirm_duration: Duration,
    /// How near the search for a rate comes, as a share.
    pub(crate) resolution: f64,
    /// Of a run at 20,000/s.
    pub(crate) steady_duration: Duration,
    /// Of a run at 1,000/s, without what is left out at its beginning.
    pub(crate) even_duration: Duration,
    /// What is left out there: the arrivals while connections are being opened.
    pub(crate) even_lead_in: Duration,
    /// How long the target stands still, in which period.
    pub(crate) stall_length_and_period: (Duration, Duration),
    /// How many of those periods.
    pub(crate) stall_periods: u32,
    /// Hits until the first look at the memory, and until the last.
    pub(crate) memory_hits: (u64, u64),
    /// Hits of the engine alone.
    pub(crate) engine_hits: u64,
    /// Rows of a timeline that is played at 2,000/s.
    pub(crate) replay_rows: u64,
    /// Rows that are used once.
    pub(crate) feeder_rows: u64,
    /// Of a run with tokens.
    pub(crate) tokens_duration: Duration,
    /// Lines of a log whose speed is measured.
    pub(crate) log_lines: u64,
    /// Lines of the one whose memory is; none if there is no time for it.
    pub(crate) many_log_lines: Option<u64>,
}

impl BenchPlan {
    /// Minutes of measuring, or less than one.
    pub(crate) fn new(quick: bool, rounds: usize) -> Self {
        let ms = Duration::from_millis;
        if quick {
            return Self {
                quick,
                rounds,
                limit_duration: ms(400),
                closed_duration: ms(800),
                probe_duration: ms(600),
                confirm_duration: ms(600),
                resolution: 0.04,
                steady_duration: ms(1200),
                even_duration: ms(1200),
                even_lead_in: ms(300),
                stall_length_and_period: (ms(250), ms(1000)),
                stall_periods: 2,
                memory_hits: (100_000, 1_000_000),
                engine_hits: 1_000_000,
                replay_rows: 20_000,
                feeder_rows: 50_000,
                tokens_duration: ms(20_000),
                log_lines: 200_000,
                many_log_lines: None,
            };
        }
        Self {
            quick,
            rounds,
            limit_duration: ms(2000),
            closed_duration: ms(5000),
            probe_duration: ms(2500),
            confirm_duration: ms(4000),
            resolution: 0.01,
            steady_duration: ms(6000),
            even_duration: ms(10_000),
            even_lead_in: ms(1000),
            stall_length_and_period: (ms(1000), ms(4000)),
            stall_periods: 3,
            memory_hits: (100_000, 10_000_000),
            engine_hits: 10_000_000,
            replay_rows: 100_000,
            feeder_rows: 1_000_000,
            tokens_duration: ms(120_000),
            log_lines: 2_000_000,
            many_log_lines: Some(50_000_000),
        }
    }
}

//! How long everything takes.

use std::time::Duration;

/// The lengths of runs, and how many there are.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Whether it has to end within a minute.
    pub(crate) quick: bool,
    /// How often each scenario is measured.
    pub(crate) rounds: usize,
    /// Of a run that finds out what the target itself can do.
    pub(crate) limit: Duration,
    /// Of a closed loop.
    pub(crate) closed: Duration,
    /// Of a run that tries whether a rate holds.
    pub(crate) probe: Duration,
    /// Of the run that confirms the rate that was found.
    pub(crate) confirm: Duration,
    /// How near the search for a rate comes, as a share.
    pub(crate) resolution: f64,
    /// Of a run at 20,000/s.
    pub(crate) steady: Duration,
    /// Of a run at 1,000/s, without what is left out at its beginning.
    pub(crate) even: Duration,
    /// What is left out there: the arrivals while connections are being opened.
    pub(crate) even_lead: Duration,
    /// How long the target stands still, in which period.
    pub(crate) stall: (Duration, Duration),
    /// How many of those periods.
    pub(crate) periods: u32,
    /// Hits until the first look at the memory, and until the last.
    pub(crate) memory_hits: (u64, u64),
    /// Hits of the engine alone.
    pub(crate) engine_hits: u64,
    /// Rows of a timeline that is played at 2,000/s.
    pub(crate) replay_rows: u64,
    /// Rows that are used once.
    pub(crate) rows: u64,
    /// Of a run with tokens.
    pub(crate) tokens: Duration,
    /// Lines of a log whose speed is measured.
    pub(crate) log_lines: u64,
    /// Lines of the one whose memory is; none if there is no time for it.
    pub(crate) many_log_lines: Option<u64>,
}

impl Plan {
    /// Minutes of measuring, or less than one.
    pub(crate) fn new(quick: bool, rounds: usize) -> Self {
        let ms = Duration::from_millis;
        if quick {
            return Self {
                quick,
                rounds,
                limit: ms(400),
                closed: ms(800),
                probe: ms(600),
                confirm: ms(600),
                resolution: 0.04,
                steady: ms(1200),
                even: ms(1200),
                even_lead: ms(300),
                stall: (ms(250), ms(1000)),
                periods: 2,
                memory_hits: (100_000, 1_000_000),
                engine_hits: 1_000_000,
                replay_rows: 20_000,
                rows: 50_000,
                tokens: ms(20_000),
                log_lines: 200_000,
                many_log_lines: None,
            };
        }
        Self {
            quick,
            rounds,
            limit: ms(2000),
            closed: ms(5000),
            probe: ms(2500),
            confirm: ms(4000),
            resolution: 0.01,
            steady: ms(6000),
            even: ms(10_000),
            even_lead: ms(1000),
            stall: (ms(1000), ms(4000)),
            periods: 3,
            memory_hits: (100_000, 10_000_000),
            engine_hits: 10_000_000,
            replay_rows: 100_000,
            rows: 1_000_000,
            tokens: ms(120_000),
            log_lines: 2_000_000,
            many_log_lines: Some(50_000_000),
        }
    }
}

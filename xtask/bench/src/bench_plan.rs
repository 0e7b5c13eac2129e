//! Durations and counts of all scenarios.

use std::time::Duration;

/// Durations and counts of all scenarios, for a full or a quick bench.
#[derive(Debug, Clone)]
pub(crate) struct BenchSizes {
    /// True if the bench has to end within a minute.
    pub(crate) quick: bool,
    /// Number of rounds of each scenario.
    pub(crate) rounds: usize,
    /// Duration of a run that finds the limit of the target.
    pub(crate) limit_duration: Duration,
    /// Duration of a closed loop that is not part of a pair.
    pub(crate) closed_duration: Duration,
    /// Duration of each of the two closed loops of a pair.
    ///
    /// Short, because some machines change their speed every few seconds.
    pub(crate) pair_duration: Duration,
    /// Number of pairs with each peer in a round.
    pub(crate) pairs_per_round: usize,
    /// Duration of a run that tests whether a rate holds.
    pub(crate) probe_duration: Duration,
    /// Duration of the run that confirms the rate found.
    pub(crate) confirm_duration: Duration,
    /// Resolution of the search for a rate, as a share.
    pub(crate) resolution: f64,
    /// Duration of a run at 20,000/s.
    pub(crate) steady_duration: Duration,
    /// Duration of a run at 1,000/s, without its lead-in.
    pub(crate) even_duration: Duration,
    /// Duration of a run at each rate of `precise`, without its lead-in.
    pub(crate) precise_duration: Duration,
    /// Start of these runs, in which connections open and arrivals are ignored.
    pub(crate) lead_in: Duration,
    /// Length and period of the stalls of the target.
    pub(crate) stall_length_and_period: (Duration, Duration),
    /// Number of stall periods.
    pub(crate) stall_periods: u32,
    /// Hits before the first and the last reading of memory.
    pub(crate) memory_hits: (u64, u64),
    /// Hits per worker of the engine alone.
    pub(crate) engine_hits: u64,
    /// Hits of the engine whose allocations are counted.
    pub(crate) counted_hits: u64,
    /// Hits over HTTP whose allocations are counted.
    pub(crate) counted_http_hits: u64,
    /// Rows of the timeline that is played at 2,000/s.
    pub(crate) replay_rows: u64,
    /// Rows of the feeder that are used once.
    pub(crate) feeder_rows: u64,
    /// Duration of a run with tokens.
    pub(crate) tokens_duration: Duration,
    /// Lines of the logs whose conversion is timed.
    pub(crate) log_lines: u64,
    /// Lines of the log that measures memory; `None` if there is no time for it.
    pub(crate) many_log_lines: Option<u64>,
}

impl BenchSizes {
    /// The plan of a full bench, or of a quick one.
    pub(crate) fn new(quick: bool, rounds: usize) -> Self {
        let ms = Duration::from_millis;
        if quick {
            return Self {
                quick,
                rounds,
                limit_duration: ms(400),
                closed_duration: ms(800),
                pair_duration: ms(800),
                pairs_per_round: 1,
                probe_duration: ms(600),
                confirm_duration: ms(600),
                resolution: 0.04,
                steady_duration: ms(1200),
                even_duration: ms(1200),
                precise_duration: ms(700),
                lead_in: ms(300),
                stall_length_and_period: (ms(250), ms(1000)),
                stall_periods: 2,
                memory_hits: (100_000, 1_000_000),
                engine_hits: 1_000_000,
                counted_hits: 200_000,
                counted_http_hits: 20_000,
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
            pair_duration: ms(2000),
            pairs_per_round: 3,
            probe_duration: ms(2500),
            confirm_duration: ms(4000),
            resolution: 0.01,
            steady_duration: ms(6000),
            even_duration: ms(10_000),
            precise_duration: ms(5000),
            lead_in: ms(1000),
            stall_length_and_period: (ms(1000), ms(4000)),
            stall_periods: 3,
            memory_hits: (100_000, 10_000_000),
            engine_hits: 10_000_000,
            counted_hits: 2_000_000,
            counted_http_hits: 200_000,
            replay_rows: 100_000,
            feeder_rows: 1_000_000,
            tokens_duration: ms(120_000),
            log_lines: 2_000_000,
            many_log_lines: Some(50_000_000),
        }
    }
}

//! A timestamp of a log.

/// A time that was read from a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogTimestamp {
    /// Microseconds since 1970-01-01T00:00:00Z, rounded down.
    pub micros: i64,
    /// True if the log has whole seconds, so that the event happened at any time within this second.
    pub whole_second: bool,
}

impl LogTimestamp {
    pub(crate) const MICROS_PER_SECOND: i64 = 1_000_000;

    /// Makes a timestamp. `fraction` is in microseconds, or `None` for whole seconds.
    pub(crate) fn from_seconds(seconds: i64, fraction: Option<u32>) -> Self {
        let micros = seconds.saturating_mul(Self::MICROS_PER_SECOND);
        Self {
            micros: micros.saturating_add(i64::from(fraction.unwrap_or(0))),
            whole_second: fraction.is_none(),
        }
    }
}

/// A time as a log tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogTimestamp {
    /// Microseconds since 1970-01-01T00:00:00Z, rounded down.
    pub micros: i64,
    /// Whether the log told whole seconds, so that it was any time within this one.
    pub whole_second: bool,
}

impl LogTimestamp {
    pub(crate) const MICROS_PER_SECOND: i64 = 1_000_000;

    /// `fraction` is in microseconds, if the log has one.
    pub(crate) fn from_seconds(seconds: i64, fraction: Option<u32>) -> Self {
        let micros = seconds.saturating_mul(Self::MICROS_PER_SECOND);
        Self {
            micros: micros.saturating_add(i64::from(fraction.unwrap_or(0))),
            whole_second: fraction.is_none(),
        }
    }
}

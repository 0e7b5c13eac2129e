//! The rows of the heat map.

use std::time::Duration;

/// Rows to a decade of time.
pub(crate) const ROWS_PER_DECADE: usize = 7;

/// Rows of the heat map: seven to a decade of time, from 1 µs to 1,000 s.
pub(crate) const HEAT_ROWS: usize = 9 * ROWS_PER_DECADE;

/// The row of a time, from the bottom. Times beyond the ends are in the first or the last row.
pub(crate) fn heat_row(time: Duration) -> usize {
    let micros = time.as_secs_f64() * 1e6;
    // The start of a row is in this row in spite of rounding.
    let row = micros.max(1.0).log10() * ROWS_PER_DECADE as f64 + 1e-9;
    (row as usize).min(HEAT_ROWS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_begin_at_every_seventh_row() {
        let us = Duration::from_micros;
        for (time, row) in [
            (Duration::ZERO, 0),
            (us(1), 0),
            (us(9), 6),
            (us(10), 7),
            (us(1_000), 21),
            (us(999_999), 41),
            (us(1_000_000), 42),
            (Duration::from_secs(9_999), HEAT_ROWS - 1),
        ] {
            assert_eq!(heat_row(time), row, "{time:?}");
        }
    }
}

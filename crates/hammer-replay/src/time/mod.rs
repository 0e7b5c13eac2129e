//! Timestamps and durations of logs.

mod log_time_unit;
mod log_timestamp;
mod number;
mod strftime;
mod timestamp_parser;
mod timestamp_shape;

pub(crate) use log_time_unit::{LogTimeUnit, parse_duration_us};
pub use log_timestamp::LogTimestamp;
pub(crate) use number::{parse_decimal, parse_digits};
pub(crate) use strftime::StrftimeFormat;
pub(crate) use timestamp_parser::{TimestampParser, TimestampStyle};

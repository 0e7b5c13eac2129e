//! Access logs: formats, and the parsers that make an [`LogEntry`] of a line.
//!
//! A parser takes bytes and gives slices of them; it copies nothing and never looks whether they are
//! text. What is no hit has a [`SkipReason`] for a reason.

mod columns;
mod csv;
mod detection;
mod entry;
mod escape;
mod format;
mod haproxy;
mod json;
mod logged_request;
mod parser;
mod skip_reason;
mod text;
mod w3c;

pub use detection::{FormatDetection, FormatScore};
pub use entry::{EscapedText, LogEntry};
pub use escape::EscapeStyle;
pub use format::{LogFormat, LogFormatError};
pub use logged_request::LoggedRequest;
pub use parser::LogParser;
pub use skip_reason::SkipReason;
pub use text::TimestampEvent;

pub use crate::time::LogTimestamp;

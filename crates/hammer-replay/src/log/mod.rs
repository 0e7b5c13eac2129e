//! Access logs: formats, and parsers that read a line into a [`LogEntry`].
//!
//! A parser returns slices of the line. It copies nothing and does not check that the bytes are UTF-8.
//! A line that cannot become a row has a [`SkipReason`].

mod columns;
mod csv;
mod detection;
mod entry;
mod escape;
mod format;
mod format_source;
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
pub use format::LogFormat;
pub(crate) use format_source::{FormatSource, shortened};
pub use logged_request::LoggedRequest;
pub use parser::LogParser;
pub use skip_reason::SkipReason;
pub use text::TimestampedRequestEvent;

pub use crate::time::LogTimestamp;

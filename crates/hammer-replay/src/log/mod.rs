//! Access logs: formats, and parsers that read a line into a [`LogEntry`].
//!
//! A parser returns slices of the line. It copies nothing and does not check that the bytes are UTF-8.
//! A line that cannot become a row has a [`SkipReason`].

mod absolute_targets;
mod column_suggestion;
mod columns;
mod container_line;
mod csv;
mod detection;
mod entry;
mod escape;
mod format;
mod format_source;
mod haproxy;
mod json;
mod line_prefix;
mod logged_request;
mod ltsv;
mod mismatch;
mod parser;
mod server_message;
mod single_values;
mod skip_reason;
mod squid;
mod text;
mod uvicorn;
mod w3c;

pub use absolute_targets::AbsoluteTargets;
pub(crate) use absolute_targets::without_port;
pub use column_suggestion::ColumnSuggestion;
pub use container_line::{ContainerUnwrapper, UnwrappedLine};
pub use detection::{FormatDetection, FormatScore, NumberedLine};
pub use entry::{EscapedText, LogEntry};
pub use escape::EscapeStyle;
pub use format::LogFormat;
pub(crate) use format_source::{FormatSource, shortened};
pub(crate) use line_prefix::LinePrefix;
pub use logged_request::LoggedRequest;
pub use mismatch::FormatMismatch;
pub use parser::LogParser;
pub use skip_reason::SkipReason;
pub use text::TimestampedRequestEvent;

pub use crate::time::LogTimestamp;

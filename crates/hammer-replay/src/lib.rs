//! Turns access logs into timelines, and timelines into schedules.
//!
//! A [`timeline`] is a public format: JSON lines, sorted by time, between a header and a trailer.
//! `docs/TIMELINE.md` describes it for other tools. To write one:
//!
//! ```
//! use hammer_replay::timeline::{TimelineHeader, TimelineRow, TimelineWriter, TimelineTrailerInput};
//!
//! let mut writer = TimelineWriter::new(Vec::new(), &TimelineHeader::default())?;
//! writer.write_row(&TimelineRow { t_us: 183_204, status: Some(200), ..TimelineRow::get(b"/a?b=1") })?;
//! let (trailer, text) = writer.finish(TimelineTrailerInput::default())?;
//! assert_eq!(trailer.rows, 1);
//! assert!(String::from_utf8(text)?.contains(r#"{"t":183204,"u":"/a?b=1","s":200}"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod compile;
mod error;
mod input;
pub mod log;
pub mod play;
mod sort;
mod time;
pub mod timeline;

pub use error::{Error, ErrorKind};
pub use hammer_diagnostic::Diagnostic;

//! Access logs: formats, and the parsers that make an [`Entry`] of a line.
//!
//! A parser takes bytes and gives slices of them; it copies nothing and never looks whether they are
//! text. What is no hit has a [`Skip`] for a reason.

mod asked;
mod columns;
mod csv;
mod detection;
mod entry;
mod escape;
mod format;
mod haproxy;
mod json;
mod parser;
mod skip;
mod text;
mod w3c;

pub use asked::Asked;
pub use detection::{Detection, Score};
pub use entry::{Entry, Text};
pub use escape::Escape;
pub use format::{Format, FormatError};
pub use parser::Parser;
pub use skip::Skip;
pub use text::Base;

pub use crate::time::Stamp;

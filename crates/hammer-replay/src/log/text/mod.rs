//! Text formats, compiled from the directives of servers.

mod apache;
mod compiler;
mod directive;
mod known_format;
mod nginx;
mod program;
mod variable;

pub(crate) use directive::compile_directive;
pub(crate) use known_format::KnownTextFormat;
pub(crate) use program::{FormatProgram, set_number, set_text, set_time};
pub use variable::TimestampedRequestEvent;
pub(crate) use variable::{LogField, TimestampFormat};

//! Text formats, compiled from the directives of servers.

mod apache;
mod builtin;
mod compiler;
mod directive;
mod nginx;
mod program;
mod variable;

pub(crate) use builtin::KnownTextFormat;
pub(crate) use directive::compile_directive;
pub(crate) use program::{FormatProgram, set_number, set_text, set_time};
pub use variable::TimestampedRequestEvent;
pub(crate) use variable::{LogField, TimestampFormat};

//! Formats of text, compiled from the directive that a server writes by.

mod apache;
mod builtin;
mod compile;
mod directive;
mod nginx;
mod program;
mod variable;

pub(crate) use builtin::Builtin;
pub(crate) use directive::directive;
pub(crate) use program::{Program, put_number, put_text, put_time};
pub use variable::Base;
pub(crate) use variable::{Format, What};

//! Values for hits: templates, generators, feeders and credentials.
//!
//! A load of identical hits tests a cache. With this crate a hammer varies what it sends:
//!
//! - a [`Template`] is a text with variables, compiled once and rendered for each hit without an
//!   allocation;
//! - a [`generator`] draws numbers and texts of a known distribution;
//! - a [`Feeder`] has a row of a file for each hit, slot or client;
//! - a [`credential`] says who a hit is from, and is renewed before it expires, never within a hit.
//!
//! Nothing here knows a protocol, an engine or a command line. What differs from hit to hit comes from
//! the hit's number and from its randomness, so the same seed gives the same bytes for the same hit at
//! any number of threads; the clock is the exception.

mod clock;
pub mod credential;
mod digits;
mod feeder;
pub mod generator;
mod template;
mod template_context;
mod template_scope;
mod varies_by;

pub use feeder::{ExhaustedPolicy, FeedError, FeedErrorKind, Feeder, FeederFormat, FeederOrder};
pub use template::{Template, TemplateError, TemplatePart};
pub use template_context::{HitContext, TemplateContext, VariableValue};
pub use template_scope::TemplateScope;
pub use varies_by::VariesBy;

/// The examples of the page are tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/DATA.md")]
mod page {}

//! Values for hits: templates, generators, feeders and credentials.
//!
//! A load of identical hits tests only a cache. A hammer varies its hits with:
//!
//! - a [`Template`], a text with variables that is compiled once and rendered for each hit without
//!   an allocation;
//! - a [`generator`], which draws numbers and texts from a known distribution;
//! - a [`Feeder`], which provides a row of a file for each hit, slot or client;
//! - a [`credential`], which identifies the sender of a hit and is renewed in the background before
//!   it expires.
//!
//! The crate is independent of protocols, of the engine and of the command line. Values depend only on
//! the number of the hit and on its random number generator. So equal seeds give equal bytes for equal
//! hits at any number of threads; the clock, the environment and tokens are the exceptions.

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
pub use hammer_diagnostic::Diagnostic;
pub use template::{Template, TemplatePart};
pub use template_context::{HitContext, TemplateContext, VariableValue};
pub use template_scope::TemplateScope;
pub use varies_by::VariesBy;

/// The examples of the page, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/DATA.md")]
mod page {}

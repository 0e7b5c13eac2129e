//! Commands that are not hammers.

pub(crate) mod completions;
#[cfg(feature = "demo")]
pub(crate) mod demo;
pub(crate) mod external;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod run;
#[cfg(feature = "demo")]
pub(crate) mod target;
#[cfg(feature = "demo")]
mod target_tls_args;

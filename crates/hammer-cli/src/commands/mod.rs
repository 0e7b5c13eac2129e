//! Commands that are not hammers.

pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod external;
pub(crate) mod plan;
pub(crate) mod run;
pub(crate) mod target;
mod target_tls_args;

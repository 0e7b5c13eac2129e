//! Parsers of the values of flags.

pub(crate) mod count;
pub(crate) mod duration;
pub(crate) mod instant;
pub(crate) mod percent;
#[cfg(feature = "demo")]
pub(crate) mod service_law;
#[cfg(feature = "http")]
pub(crate) mod size;

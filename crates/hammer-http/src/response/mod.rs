//! Responses: decoding, expectations, captures and redirects.

pub(crate) mod capture;
pub(crate) mod decoder;
pub(crate) mod expectations;
pub(crate) mod redirect;
mod reference;
pub(crate) mod rules;

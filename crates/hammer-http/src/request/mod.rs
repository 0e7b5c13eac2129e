//! Requests: headers, bodies, forms, credentials, signatures and templates.

pub(crate) mod body_lines;
pub(crate) mod credentials;
pub(crate) mod factory;
pub(crate) mod form;
pub(crate) mod header;
pub(crate) mod hit_request;
pub(crate) mod http1;
pub(crate) mod http2;
pub(crate) mod prepared;
#[cfg(feature = "aws")]
pub(crate) mod signature;
#[cfg(not(feature = "aws"))]
#[path = "no_signature.rs"]
pub(crate) mod signature;
pub(crate) mod template;

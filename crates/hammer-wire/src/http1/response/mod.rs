//! Decodes responses (RFC 9112, sections 4 to 7).

mod chunks;
mod decoder;
mod error;
mod framing;
mod head;

pub use decoder::{RequestKind, ResponseDecoder, ResponseSink};
pub use error::{ReceiveError, ResponseError, ResponseErrorKind};

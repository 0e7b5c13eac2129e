//! Decodes responses (RFC 9112, sections 4 to 7).

mod chunks;
mod decoder;
mod error;
mod field_section;
mod framing;
mod head;
mod sink;
mod status_line;

pub use decoder::ResponseDecoder;
pub use error::{ReceiveError, ResponseError, ResponseErrorKind};
pub use field_section::MAX_INCOMPLETE_BYTES;
pub use framing::RequestKind;
pub use sink::ResponseSink;

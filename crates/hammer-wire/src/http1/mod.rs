//! Requests and responses of HTTP/1.1 (RFC 9112).
//!
//! ```
//! use hammer_wire::http1::{RequestKind, ResponseDecoder, ResponseSink};
//! use hammer_wire::ResponseHead;
//!
//! #[derive(Default)]
//! struct Body(Vec<u8>);
//!
//! impl ResponseSink for Body {
//!     type Error = std::convert::Infallible;
//!     fn head(&mut self, head: &ResponseHead<'_>) -> Result<(), Self::Error> {
//!         assert_eq!(head.status, 200);
//!         Ok(())
//!     }
//!     fn body(&mut self, bytes: &[u8]) -> Result<(), Self::Error> {
//!         self.0.extend_from_slice(bytes);
//!         Ok(())
//!     }
//! }
//!
//! let mut decoder = ResponseDecoder::new();
//! decoder.begin(RequestKind::Plain);
//! let mut body = Body::default();
//! let mut bytes = *b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
//! let consumed = decoder.receive(&mut bytes, &mut body).unwrap();
//! assert!(decoder.is_complete() && consumed == bytes.len());
//! assert_eq!(body.0, b"ok");
//! ```

mod request;
mod response;

pub use request::{BodyFraming, RequestLayout, RequestPart};
pub use response::{
    MAX_INCOMPLETE_BYTES, ReceiveError, RequestKind, ResponseDecoder, ResponseError,
    ResponseErrorKind, ResponseSink,
};

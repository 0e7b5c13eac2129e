//! HTTP/1.1 and HTTP/2 as a client speaks them.
//!
//! Bytes go in and events come out. There are no sockets, timers or engine types here, so that every
//! rule of the protocols can be tested with a table of bytes.
//!
//! - [`http1`] encodes requests and decodes responses (RFC 9112).
//! - [`http2`] keeps the state of a connection (RFC 9113) with its header tables (RFC 7541).
//!
//! A [`ResponseHead`] is the head of a response of either version. The limits on heads and interim
//! responses are the same for both.

mod field_list;
mod head;
pub mod http1;
pub mod http2;
mod limits;
mod number;
mod token;

pub use field_list::{FieldList, FieldListIter};
pub use head::{Fields, FieldsIter, ResponseHead, ResponseVersion};
pub use limits::{MAX_HEAD_BYTES, MAX_HEADERS, MAX_INTERIM_RESPONSES};
pub use number::{MAX_DIGITS, format_number};

//! HTTP/2 as a client speaks it (RFC 9113), with HPACK (RFC 7541).
//!
//! [`Http2ProtocolState`] is a connection without a socket. Received bytes and requests go in; bytes to
//! send come out. Each request has an [`Http2Exchange`], which reports the events of its response.
//!
//! ```
//! use std::rc::Rc;
//!
//! use hammer_wire::http2::{
//!     FlowControlWindows, Http2Event, Http2Exchange, Http2ProtocolState, Http2Request, ResponseInterest,
//! };
//!
//! let mut connection = Http2ProtocolState::new(FlowControlWindows::default());
//! let request = Http2Request::new("GET", "https", b"example.org", b"/");
//! let interest = ResponseInterest { body: true, ..ResponseInterest::default() };
//! let exchange = Rc::new(Http2Exchange::new(interest));
//! connection.send_request(&exchange, &request).expect("a new connection has streams");
//! // The preface, SETTINGS, WINDOW_UPDATE and HEADERS.
//! assert!(connection.output().starts_with(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
//! let written = connection.output().len();
//! connection.record_written(written);
//!
//! // The server sends SETTINGS, then HEADERS with the field 8 of the static table, `:status: 200`, and
//! // DATA with END_STREAM.
//! let received = b"\0\0\0\x04\0\0\0\0\0\0\0\x01\x01\x04\0\0\0\x01\x88\0\0\x02\0\x01\0\0\0\x01ok";
//! assert_eq!(connection.receive(received), Ok(received.len()));
//!
//! assert_eq!(exchange.next_event(), Ok(Some(Http2Event::Head(200))));
//! assert_eq!(exchange.next_event(), Ok(Some(Http2Event::Body)));
//! exchange.drain_body(|body| if body == b"ok" { Ok(()) } else { Err(body.to_vec()) })?;
//! assert_eq!(exchange.next_event(), Ok(Some(Http2Event::End)));
//! // The acknowledgment of the settings.
//! assert_eq!(connection.output(), b"\0\0\0\x04\x01\0\0\0\0");
//! # Ok::<(), Vec<u8>>(())
//! ```
//!
//! # Requests that stay open
//!
//! A request can be sent before its body is known ([`Http2Request::stream_body`]): pieces follow
//! ([`Http2ProtocolState::send_data`]), and then its end, with trailers if needed. A tunnel
//! ([`Http2Request::connect`], [`Http2Request::extended_connect`]) stays open in both directions after a
//! response of status 2xx, until both sides have ended their direction or one resets it.
//!
//! # Limits
//!
//! The limits on heads, trailers and interim responses are those of the crate. The connection
//! fails if the peer sends more than a thousand frames in a row that advance no exchange, or does not
//! read replies ([`Http2ConnectionErrorKind::Flood`]).

mod connection_error;
mod error_code;
mod exchange;
mod flood_guard;
mod flow_control;
mod frame;
mod hpack;
mod outgoing_body;
mod protocol;
mod request;
mod response_head;
mod stream_failure;

pub use connection_error::{Http2ConnectionError, Http2ConnectionErrorKind};
pub use error_code::Http2ErrorCode;
pub use exchange::{Http2Event, Http2Exchange, ResponseInterest};
pub use flow_control::FlowControlWindows;
pub use hpack::FieldIndexing;
pub use protocol::{Http2ProtocolState, ReceivedGoaway};
pub use request::Http2Request;
pub use stream_failure::{MalformedPart, MalformedResponse, StreamFailure};

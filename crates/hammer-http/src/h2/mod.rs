//! An HTTP/2 client for many small requests: a hit is a few buffered bytes and a map entry.
//!
//! A connection is a [`protocol`] state without a socket, and a task that moves the bytes between the
//! two. Slots queue their requests and sleep. The task reads all available bytes and then wakes the
//! slots whose responses arrived. Their next requests leave in one write.

mod connection;
mod connection_driver;
mod error_code;
mod exchange;
mod flood_guard;
mod flow_control;
mod frame;
mod hpack;
mod protocol;
mod request;
mod response_head;

pub(crate) use connection::Http2Connection;
pub(crate) use connection_driver::SharedReadBuffer;
pub(crate) use error_code::{H2_NOT_SPOKEN, HEAD_TOO_LARGE, STREAM_REFUSED};
pub(crate) use exchange::{Http2Exchange, ResponseInterest, StreamFailure};
pub(crate) use flow_control::FlowControlWindows;
pub(crate) use request::{Http2Request, RequestReuse};

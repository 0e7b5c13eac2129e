//! HTTP/2, written for a generator: a hit costs a few bytes in a buffer and a place in a map.
//!
//! A connection is a [`protocol`] that knows no socket, and a task that carries its bytes. Slots put
//! their hits into it and sleep. When the task has read what there is, the slots whose answers came
//! are woken together; what they send next leaves with one write.

mod connection;
mod driver;
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
pub(crate) use driver::SharedReadBuffer;
pub(crate) use error_code::{H2_NOT_SPOKEN, HEAD_TOO_LARGE, STREAM_REFUSED};
pub(crate) use exchange::{Http2Exchange, ResponseInterest, StreamFailure};
pub(crate) use flow_control::FlowControlWindows;
pub(crate) use request::{Http2Request, RequestReuse};

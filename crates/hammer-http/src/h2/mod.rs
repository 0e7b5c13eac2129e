//! HTTP/2, written for a generator: a hit costs a few bytes in a buffer and a place in a map.
//!
//! A connection is a [`protocol`] that knows no socket, and a task that carries its bytes. Slots put
//! their hits into it and sleep. When the task has read what there is, the slots whose answers came
//! are woken together; what they send next leaves with one write.

mod answer;
mod code;
mod connection;
mod driver;
mod exchange;
mod flood;
mod frame;
mod hpack;
mod options;
mod protocol;
mod request;

pub(crate) use code::{NOT_SPOKEN, REFUSED};
pub(crate) use connection::Connection;
pub(crate) use driver::Scratch;
pub(crate) use exchange::{Broken, Exchange, Wants};
pub(crate) use options::Windows;
pub(crate) use request::{Copy, Request};

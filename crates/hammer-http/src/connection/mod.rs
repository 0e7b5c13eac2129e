//! Connections over HTTP/1.1 and HTTP/2, and the pools that share them.

pub(crate) mod http1;
mod http1_stream;
pub(crate) mod http2;
mod interim_counter;
pub(crate) mod lifetime;
pub(crate) mod origin;
pub(crate) mod read_turn;

pub(crate) use interim_counter::TooManyInterimAnswers;

//! HTTP/1.1 as real servers speak it: the bytes, the rule that judges them, and the result of each hit.
//!
//! Every table is run for the first hit of a connection and for a later one. The hits after it must be
//! ok, since what one answer breaks must never be blamed on the next hit.

mod answer_case;
mod bodiless;
mod close_notify;
mod closes;
mod connection_sums;
mod counts;
mod first_byte_timeout;
mod framing;
mod gated_server;
mod heads;
mod hit_gate;
mod interim;
mod late_strays;
mod not_http;
mod opened_ahead;
mod peer;
mod redirects;
mod stray_bytes;
mod uploads;

//! A hammer for HTTP.
//!
//! [`Http`] sends the same HTTP/1.1 request with every hit, over TCP or TLS, one connection per
//! slot. What can be wrong with a request is found when it is built, before anything is sent.
//!
//! ```no_run
//! use std::time::Duration;
//! use hammer_core::{Rate, Run, Schedule};
//! use hammer_http::Http;
//!
//! let http = Http::builder("http://127.0.0.1:8080/").header("Accept-Language", "de").build()?;
//! let schedule = Schedule::constant(Rate::per_second(1000)).lasting(Duration::from_secs(10));
//! let report = Run::new(http, schedule).execute(|_| ())?;
//! println!("{:?}", report.labels);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is an answer, and what a failure
//!
//! Any answer that is HTTP is an [`Outcome`](hammer_core::Outcome), labelled with its status: below
//! 400 it is ok, from 400 on it is rejected. Anything else is a
//! [`Failure`](hammer_core::Failure): besides those of the core, `name_not_resolved`, `tls` and
//! `malformed_answer`: also for a head of more than 100 headers or 64 KiB.
//!
//! A connection that the target closed between two hits is opened anew within the next hit, and no
//! failure is counted, as long as not a byte of that hit had been handed to the connection. A hit
//! is never sent twice.
//!
//! # Phases
//!
//! `lookup` (unless the host is an address, or its addresses are known by now), `connect`, `tls`,
//! `first_byte` (the head of the answer is here) and `body` (the rest, if it came later).

mod builder;
mod connect_to;
mod connection;
mod credentials;
mod dial;
mod dialer;
mod error;
mod family;
mod fault;
mod header;
mod http;
mod identity;
mod insecure;
mod key_log;
mod lifetime;
mod pem;
mod proxy;
mod resolve;
mod source;
mod stream;
mod template;
mod tls;
mod url;
mod validity;

pub use builder::{HttpBuilder, TlsVersion};
pub use error::{Error, ErrorKind};
pub use family::Family;
pub use header::Header;
pub use http::{Http, Session};
pub use url::masked;

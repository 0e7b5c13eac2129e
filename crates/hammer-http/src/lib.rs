//! A hammer for HTTP.
//!
//! [`Http`] sends a request with every hit, over TCP or TLS, straight or through a proxy: over HTTP/1.1
//! on one connection per slot, or over HTTP/2 on connections that slots share ([`HttpVersion`]). What can
//! be wrong with a request is found when it is built, before anything is sent.
//!
//! ```no_run
//! use std::time::Duration;
//! use hammer_core::{Rate, Run, Schedule};
//! use hammer_http::Http;
//!
//! let http = Http::builder("http://127.0.0.1:8080/").header("Accept-GeneratorLanguage", "de").build()?;
//! let schedule = Schedule::constant(Rate::per_second(1000)).lasting(Duration::from_secs(10));
//! let report = Run::new(http, schedule).execute(|_| ())?;
//! println!("{:?}", report.labels);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is an answer, and what a failure
//!
//! Any answer that is HTTP is an [`Outcome`](hammer_core::Outcome), labelled with its status: below
//! 400 it is ok, from 400 on it is rejected. Where something else is expected
//! ([`HttpBuilder::expect_status`] and its neighbours), a miss is rejected, under the labels
//! `header_expected`, `body_expected` and `json_expected`, or the status. Anything else is a
//! [`Failure`](hammer_core::Failure): besides those of the core, `name_not_resolved`,
//! `no_address_of_family`, `no_socket`, `tls`, `malformed_answer`, `answer_head_too_large` (more than
//! 100 headers or 64 KiB), `first_byte_timeout`, those of redirects (`too_many_redirects`,
//! `malformed_redirect`), those of bodies that are looked into (`body_too_large`, `malformed_body`,
//! `unknown_coding`), and those of proxies, which begin with `proxy_` or `socks_`.
//!
//! A hit whose texts can't be filled in is not sent: `value_missing` (nothing was captured yet), `rows_gone`,
//! `row_unreadable`, `no_token`, `malformed_header`, `url_too_long`, `not_compressed`.
//!
//! Over HTTP/2 there are `h2_not_spoken`, `stream_refused`, those that begin with `stream_reset_` and
//! `goaway_` and end with the target's code, and for what breaks the rules or floods
//! `h2_protocol_error`, `h2_frame_size_error`, `h2_flow_control_error`, `h2_compression_error`, `h2_flood`
//! and `answer_head_too_large`.
//!
//! A connection that the target closed between two hits is opened anew within the next hit, and no
//! failure is counted, as long as not a byte of that hit had been handed to the connection. A hit
//! is never sent twice. Over HTTP/2 a hit also moves on whose stream the target has refused, or left out
//! with a GOAWAY, for that means that it was not looked at (RFC 9113, section 8.7).
//!
//! # Phases
//!
//! `lookup` (unless the host is an address, or its addresses are known by now), `connect`, `proxy` (the
//! way through one), `tls`, `settings` (the target's hello of HTTP/2), `stream_wait` (no stream was to
//! spare), `redirect` (one that was followed, from what came before it to the end of its answer),
//! `first_byte` (the head of the answer is here) and `body` (the rest, if it came later).
//!
//! # Counts and facts
//!
//! Counted are `connections_opened`, `connections_reused` (hits over a connection that had served one
//! before), `connections_closed_by_target` and `connections_retired` (by their lifetime), and over HTTP/2
//! `streams_refused` and `goaways`; `capture_missed` (values that an answer
//! did not have), `redirects` that were followed, `body_bytes` of answers as they came,
//! and `decoded_bytes` where they were coded and looked into. Facts of a
//! connection over TLS are `tls` (version and cipher), `tls_handshake` (`full` or `resumed`) and `alpn`.

mod auth_failures;
mod builder;
mod connection;
mod content_coding;
mod error;
mod failures;
mod h2;
mod http;
mod masking;
mod pipeline;
mod recorder;
mod request;
mod response;
mod targets;
mod url;
mod version;

pub use builder::HttpBuilder;
pub use content_coding::ContentCoding;
pub use error::{Error, ErrorKind};
pub use hammer_data::TemplateScope;
pub use hammer_net::{AddressFamily, ConfigureNetwork, TlsVersion};
pub use http::{Http, HttpSession};
pub use masking::mask_header;
pub use recorder::{ExchangeRecorder, RecordedExchange, RecordedResponse};
pub use request::factory::{HttpRequest, HttpRequestError, HttpRequestFactory, HttpRequestSpec};
pub use request::form::FormField;
pub use request::header::RequestHeader;
pub use request::signature::SignatureScope;
pub use response::capture::ResponseCapture;
pub use response::expectations::{ExpectedHeader, ExpectedJson, ExpectedPattern, ExpectedStatus};
pub use targets::{TargetList, TargetOrder};
pub use url::mask_url;
pub use version::HttpVersion;

/// What the README shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

//! A hammer for HTTP.
//!
//! [`Http`] sends one request per hit, over TCP or TLS, directly or through a proxy. HTTP/1.1 uses one
//! connection per slot; over HTTP/2, slots share connections ([`HttpVersion`]). Building the hammer
//! checks the whole request before anything is sent.
//!
//! ```no_run
//! use std::time::Duration;
//! use hammer_core::{Rate, Run, Schedule};
//! use hammer_http::Http;
//!
//! let http = Http::builder("http://127.0.0.1:8080/").header("Accept-Language", "de").build()?;
//! let schedule = Schedule::constant(Rate::per_second(1000)).with_duration(Duration::from_secs(10));
//! let report = Run::new(http, schedule).execute()?;
//! println!("{:?}", report.labels);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Outcomes and failures
//!
//! Every HTTP response is an [`Outcome`](hammer_core::Outcome) labeled with its status: ok below 400,
//! rejected from 400 on. A response that misses an expectation ([`HttpBuilder::expect_status`],
//! [`HttpBuilder::expect_header`] and so on) is rejected under the label `header_expected`,
//! `body_expected` or `json_expected`, or under its status.
//!
//! Everything else is a [`Failure`](hammer_core::Failure). In addition to the failures of the core:
//!
//! - connections: `name_not_resolved`, `no_address_of_family`, `no_socket`, failures of TLS, which begin
//!   with `tls_`, such as `tls_untrusted`, `tls_alert_unknown_ca` and `tls_broken` (after the handshake),
//!   and failures of proxies, which begin with `proxy_` or `socks_`
//! - timeouts while a connection opens: `lookup_timeout`, `connect_timeout`, `tls_timeout`,
//!   `settings_timeout` (HTTP/2), and those of proxies
//! - answers: `malformed_answer` (status line, or the sequence of an HTTP/2 response),
//!   `malformed_answer_header`, `malformed_length`, `answer_head_too_large` (more than 256 headers or 64
//!   KiB), `too_many_interim_answers` (more than 100 before the final one), `unexpected_upgrade` (status
//!   101), `first_byte_timeout`
//! - HTTP/1.1: `not_http` (the first bytes are not HTTP/1), `malformed_chunk`, `idle_close` (the target
//!   closed an idle connection just as the hit was sent), `tls_no_close_notify` (a body without a length,
//!   whose TLS stream ended without close_notify)
//! - redirects: `too_many_redirects`, `malformed_redirect`
//! - inspected bodies: `body_too_large`, `malformed_body`, `unknown_coding`
//! - requests whose templates could not be rendered, which are not sent: `value_missing` (nothing
//!   captured yet), `rows_gone`, `row_unreadable`, `no_token`, `malformed_header`, `url_too_long`,
//!   `not_compressed`, `not_signed`
//! - HTTP/2: `h2_not_spoken`, `stream_refused`, names that begin with `stream_reset_` or `goaway_` and
//!   end with the target's error code, and for violations of the protocol and floods
//!   `h2_protocol_error`, `h2_frame_size_error`, `h2_flow_control_error`, `h2_compression_error` and
//!   `h2_flood`
//!
//! If the target closed a connection between two hits, the next hit opens a new one. No failure is
//! counted unless a byte of that hit had already been handed to the connection. A hit is never
//! processed twice: over HTTP/2, it is sent again only if the target refused its stream or excluded
//! it with a GOAWAY. Both mean that the target did not process it (RFC 9113, section 8.7).
//!
//! A response counts even if it comes before the whole request was sent, and even if the target
//! then resets the connection. After stray bytes, the connection is closed, and the next hit is unaffected.
//!
//! # Phases
//!
//! | phase | time spent on |
//! |---|---|
//! | `lookup` | name resolution, unless the host is an address or its addresses are known |
//! | `connect` | the TCP connection |
//! | `proxy` | the tunnel through a proxy |
//! | `tls` | the TLS handshake |
//! | `settings` | the target's first SETTINGS frame (HTTP/2) |
//! | `prepare` | rendering, compressing and signing the request, and its cookies |
//! | `connection_wait` | waiting for a connection that another slot opens (HTTP/2) |
//! | `stream_wait` | waiting for a free stream (HTTP/2) |
//! | `redirect` | a followed redirect, to the end of its response |
//! | `first_byte` | waiting for the head of the response |
//! | `body` | the rest of the response, if it came later than the head |
//! | `decode` | decompressing an inspected body, checking it and capturing values from it |
//!
//! `prepare` and `decode` are work of the generator; the other phases wait for the target. If all hits
//! send the same request, there is no `prepare`.
//!
//! # Counts and facts
//!
//! | count | counts |
//! |---|---|
//! | `connections_opened` | connections opened |
//! | `connections_reused` | hits answered on a connection that had already answered another hit |
//! | `connections_closed_by_target` | connections that the target closed, or said it would close |
//! | `connections_dropped` | connections that the client closed because they could not be kept |
//! | `connections_retired` | connections that reached their lifetime, or used up their HTTP/2 streams |
//! | `upload_cut_short` | hits answered before their whole request was sent |
//! | `streams_refused`, `goaways` | of HTTP/2 |
//! | `redirects` | redirects followed |
//! | `capture_missed` | values that a response did not have |
//! | `body_bytes` | bytes of bodies of responses, as received |
//! | `decoded_bytes` | bytes of inspected bodies that were compressed, decoded |
//!
//! Every connection is counted once, as closed by the target, dropped or retired, unless it is closed
//! as planned: at the end of the run, or after its hit without keep-alive.
//!
//! Facts of a TLS connection: `tls` (version and cipher), `tls_handshake` (`full` or `resumed`) and
//! `alpn`.

mod builder;
mod connection;
mod content_coding;
mod error;
mod failures;
mod hammer;
mod recorder;
mod request;
mod response;
mod targets;
mod url;
mod version;
mod workflow;

pub use builder::HttpBuilder;
pub use content_coding::ContentCoding;
pub use error::{Error, ErrorKind};
pub use hammer::{Http, HttpSession};
pub use hammer_data::TemplateScope;
pub use hammer_diagnostic::{mask_header, mask_url};
pub use hammer_net::{AddressFamily, ConfigureNetwork, TlsVersion};
pub use recorder::{ExchangeRecorder, RecordedExchange, RecordedResponse};
pub use request::factory::{HttpRequest, HttpRequestError, HttpRequestFactory, HttpRequestSpec};
pub use request::form::FormField;
pub use request::header::RequestHeader;
#[cfg(feature = "aws")]
pub use request::signature::SignatureScope;
pub use response::capture::ResponseCapture;
pub use response::expectations::{ExpectedHeader, ExpectedJson, ExpectedPattern, ExpectedStatus};
pub use response::rules::ResponseRules;
pub use targets::{TargetList, TargetOrder};
pub use version::HttpVersion;
pub use workflow::UnsentRequest;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

//! A target that knows the truth: what arrived when, and how long it made each hit wait.
//!
//! Tests hammer it and then compare what the load generator's report claims with what really
//! happened on the other side. There are two targets:
//!
//! - [`serve`] and [`TargetServer::spawn`]: a server of HTTP/1.1 and HTTP/2 that misbehaves as its [`TargetBehavior`] say (slow,
//!   stalling, failing, hanging up) and records every arrival;
//! - [`raw::serve`] and [`TargetServer::spawn_raw`]: canned answers as fast as one core gives them, for
//!   benchmarks in which the target must not be the bottleneck. It only counts.
//!
//! A [`TargetServer`] brings its own thread, so that it does not share a runtime with what hammers it. With
//! a [`ServerCertificate`] either of them speaks TLS: see [`TargetServer::builder`].
//!
//! ```
//! use hammer_target::{TargetBehavior, TargetServer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let target = TargetServer::spawn(TargetBehavior::default().status(503)?.fail_share(0.01)?)?;
//! // … hammer `target.url()` …
//! let truth = target.shutdown();
//! assert_eq!(truth.counts.requests, 0);
//! # Ok(())
//! # }
//! ```

pub mod raw;

mod accept;
mod behavior;
mod builder;
mod counting_stream;
mod counts;
mod error;
mod even_share;
mod ground_truth;
mod http_server;
mod http_service;
mod periodic_stall;
mod recorder;
mod server_certificate;
mod sorted_durations;
mod target_server;
mod token_issuer;
mod transport;

pub use behavior::TargetBehavior;
pub use builder::TargetServerBuilder;
pub use counts::TargetCounts;
pub use error::{Error, ErrorKind};
pub use ground_truth::{GroundTruth, RequestArrival};
pub use http_server::serve;
pub use periodic_stall::PeriodicStall;
pub use server_certificate::ServerCertificate;
pub use sorted_durations::SortedDurations;
pub use target_server::TargetServer;

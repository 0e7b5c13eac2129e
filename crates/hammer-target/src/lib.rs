//! A target for tests that records each arrival and the time that it made each hit wait.
//!
//! Tests hammer it, and then compare the load generator's report with the target's records. There are
//! two targets:
//!
//! - [`serve`] and [`TargetServer::spawn`]: a server of HTTP/1.1 and HTTP/2 with the faults of its
//!   [`TargetBehavior`] (queues, delays, stalls, failures, closed connections), which records every arrival;
//! - [`raw::serve`] and [`TargetServer::spawn_raw`]: a server that writes canned answers as fast as one
//!   core can, for benchmarks in which the target must not be the bottleneck. It only counts, unless
//!   [`TargetServerBuilder::max_arrivals`] asks for arrivals.
//!
//! A [`TargetServer`] has its own thread, so that it does not share a runtime with the hammer. With a
//! [`ServerCertificate`], both targets serve TLS: see [`TargetServer::builder`].
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
mod answer_timer;
mod behavior;
mod builder;
mod counting_stream;
mod counts;
mod error;
mod even_share;
mod ground_truth;
mod http_server;
mod http_service;
mod idle_poller;
mod periodic_stall;
mod queue;
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
pub use queue::{ServiceLaw, WorkerPool};
pub use server_certificate::ServerCertificate;
pub use sorted_durations::SortedDurations;
pub use target_server::TargetServer;

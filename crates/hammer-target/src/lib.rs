//! A target that knows the truth: what arrived when, and how long it made each hit wait.
//!
//! Tests hammer it and then compare what the load generator's report claims with what really
//! happened on the other side. There are two targets:
//!
//! - [`serve`] and [`Target::spawn`]: a server of HTTP/1.1 and HTTP/2 that misbehaves as its [`Knobs`] say (slow,
//!   stalling, failing, hanging up) and records every arrival;
//! - [`raw::serve`] and [`Target::spawn_raw`]: canned answers as fast as one core gives them, for
//!   benchmarks in which the target must not be the bottleneck. It only counts.
//!
//! A [`Target`] brings its own thread, so that it does not share a runtime with what hammers it. With
//! a [`Certificate`] either of them speaks TLS: see [`Target::builder`].
//!
//! ```
//! use hammer_target::{Knobs, Target};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let target = Target::spawn(Knobs::default().status(503)?.fail_share(0.01)?)?;
//! // … hammer `target.url()` …
//! let truth = target.shutdown();
//! assert_eq!(truth.counts.requests, 0);
//! # Ok(())
//! # }
//! ```

pub mod raw;

mod accept;
mod builder;
mod certificate;
mod connection;
mod counts;
mod error;
mod knobs;
mod ledger;
mod server;
mod share;
mod sorted;
mod stall;
mod target;
mod tokens;
mod transport;
mod truth;
mod wire;

pub use builder::TargetBuilder;
pub use certificate::Certificate;
pub use counts::Counts;
pub use error::{Error, ErrorKind};
pub use knobs::Knobs;
pub use server::serve;
pub use sorted::Sorted;
pub use stall::Stall;
pub use target::Target;
pub use truth::{Arrival, Truth};

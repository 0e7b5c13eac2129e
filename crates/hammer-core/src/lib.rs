//! The `Hammer` trait, the schedules, and the open-loop engine that swings a hammer.
//!
//! ```
//! use std::time::Duration;
//! use hammer_core::{Outcome, Rate, Run, Schedule, from_fn};
//!
//! let hammer = from_fn(|_hit| async { Ok(Outcome::ok("done")) });
//! let schedule = Schedule::constant(Rate::per_second(1000)).lasting(Duration::from_millis(200));
//! let report = Run::new(hammer, schedule)
//!     .max_in_flight(256)
//!     .timeout(Duration::from_secs(1))
//!     .execute(|_| ())?;
//! assert_eq!(report.hits.ok, 200);
//! # Ok::<(), hammer_core::Error>(())
//! ```
//!
//! The words are: a *schedule* says when hits are *due*; a *slot* is a place for one hit at a time
//! and keeps a *session* between hits; a *worker* is a thread with its slots. What is measured is
//! response = done − due, service = done − started, lateness = started − due. The [glossary] has the
//! others.
//!
//! [glossary]: https://github.com/hammer-rs/hammer/blob/main/docs/GLOSSARY.md
//!
//! A hammer for a protocol of your own implements [`Hammer`]; its tests run
//! `testing::conformance` (feature `testing`).

mod cgroup;
mod coordinator;
mod error;
mod event;
mod failure;
mod group_report;
mod hammer;
mod hit;
mod hit_counts;
mod hit_notes;
mod host_stats;
mod interval_stats;
mod outcome;
mod preflight;
mod process;
mod rate;
mod report;
mod run;
mod schedule;
mod shape;
mod stage_report;
mod stage_tally;
mod start_barrier;
mod stop_handle;
#[cfg(feature = "testing")]
pub mod testing;
mod thread_usage;
mod threshold_check;
mod timer;
mod unsent_cause;
mod verdict;
mod worker;
mod worker_context;
mod worker_locals;

pub use error::{Error, ErrorKind, PrepareError};
pub use event::{HitRecord, RunEvent, RunTick};
pub use failure::Failure;
pub use group_report::GroupReport;
pub use hammer::{FnHammer, Hammer, from_fn};
pub use hammer_stats::Histogram;
pub use hit::{Hit, Slot};
pub use hit_counts::{HitCounts, HitResult};
pub use host_stats::HostStats;
pub use interval_stats::IntervalStats;
pub use outcome::{Label, Outcome};
pub use preflight::{ResourceLimits, ResourceNeeds, ResourceShortage};
pub use rand_xoshiro;
pub use rate::{Rate, RateError};
pub use report::{
    ByteCounts, DurationSummary, GeneratorReport, LoopMode, REPORT_SCHEMA, RateSummary, Report,
    TimelineSlice,
};
pub use run::Run;
pub use schedule::{ArrivalProcess, Playlist, PlaylistItem, Schedule};
pub use shape::{Shape, ShapeError, Stage};
pub use stage_report::StageReport;
pub use start_barrier::{StartBarrier, StartTicket};
pub use stop_handle::StopHandle;
pub use thread_usage::{StallCause, ThreadUsage};
pub use threshold_check::{AbortReason, MeasuredValue, ThresholdCheck};
pub use verdict::{Verdict, VerdictStatus};
pub use worker_context::WorkerContext;

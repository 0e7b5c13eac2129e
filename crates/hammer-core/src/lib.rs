//! Hammers, schedules, the open-loop engine and its report.
//!
//! A [`Run`] sends the hits of a [`Schedule`] with a [`Hammer`] and returns a [`Report`]:
//!
//! ```
//! use std::time::Duration;
//! use hammer_core::{Outcome, Rate, Run, Schedule, from_fn};
//!
//! let hammer = from_fn(|_hit| async { Ok(Outcome::ok("done")) });
//! let schedule = Schedule::constant(Rate::per_second(1000)).with_duration(Duration::from_millis(200));
//! let report = Run::new(hammer, schedule)
//!     .max_in_flight(256)
//!     .timeout(Duration::from_secs(1))
//!     .execute(|_| ())?;
//! assert_eq!(report.hits.ok, 200);
//! # Ok::<(), hammer_core::Error>(())
//! ```
//!
//! # Where to start
//!
//! | task | start with |
//! |---|---|
//! | hit a target over a protocol of your own | [`Hammer`]; [`from_fn`] for a closure |
//! | run a load | [`Run`] |
//! | define when hits are due | [`Schedule`], of a [`Rate`] or a [`Shape`], with an [`ArrivalProcess`] |
//! | read the results | [`Report`], with its [`Verdict`] and [`HitCounts`] |
//! | follow a run | [`RunEvent`], in the closure given to [`Run::execute`] |
//! | stop a run | [`StopHandle`] |
//! | start several runs together | [`RunStartBarrier`] |
//! | send hits that were planned one by one | [`Playlist`] |
//! | check the limits of the machine | [`ResourceNeeds`], [`ResourceLimits`] |
//! | test a hammer | `testing::check_conformance` (feature `testing`) |
//!
//! # Terms
//!
//! A *hit* is one item of the schedule, *due* at a certain time. A *slot* is a place for one hit at
//! a time and keeps a *session*, usually a connection, between hits. A *worker* is one thread with
//! its slots. For each hit, response = done − due, service = done − started, and lateness = started
//! − due. The [glossary] has all terms.
//!
//! [glossary]: https://github.com/hammer-rs/hammer/blob/main/docs/GLOSSARY.md

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
pub use hammer_diagnostic::Diagnostic;
pub use hammer_stats::Histogram;
pub use hit::{Hit, Slot};
pub use hit_counts::{HitCounts, HitResult};
pub use host_stats::HostStats;
pub use interval_stats::IntervalStats;
pub use outcome::{Label, Outcome};
pub use preflight::{ResourceLimits, ResourceNeeds, ResourceShortage};
pub use rand_xoshiro;
pub use rate::Rate;
pub use report::{
    ByteCounts, DurationSummary, GeneratorReport, OpenOrClosedLoop, REPORT_SCHEMA, RateSummary,
    Report, TimelineSlice,
};
pub use run::Run;
pub use schedule::{ArrivalProcess, Playlist, PlaylistItem, Schedule};
pub use shape::{Shape, Stage};
pub use stage_report::StageReport;
pub use start_barrier::{RunStartBarrier, RunStartTicket};
pub use stop_handle::StopHandle;
pub use thread_usage::{StallCause, ThreadUsage};
pub use threshold_check::{AbortReason, CheckedThreshold, MeasuredValue};
pub use verdict::{Verdict, VerdictStatus};
pub use worker_context::WorkerContext;

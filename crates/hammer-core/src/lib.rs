//! Hammers, schedules, the open-loop engine and its report.
//!
//! A [`Run`] sends the hits of a [`Schedule`] with a [`Hammer`] and returns a [`Report`]:
//!
//! ```
//! use std::time::Duration;
//! use hammer_core::{Outcome, Rate, Run, Schedule, from_fn};
//!
//! let hammer = from_fn(async |_hit| Ok(Outcome::ok("done")));
//! let schedule = Schedule::constant(Rate::per_second(1000)).with_duration(Duration::from_millis(200));
//! let report = Run::new(hammer, schedule)
//!     .max_in_flight(256)
//!     .timeout(Duration::from_secs(1))
//!     .execute()?;
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
//! | send one hit | [`SingleHit`] |
//! | define when hits are due | [`Schedule`], of a [`Rate`] or a [`Shape`], with an [`ArrivalProcess`] |
//! | read the results | [`Report`], with its [`Verdict`] and [`HitCounts`] |
//! | follow a run | [`RunEvent`], in the closure given to [`Run::execute_with`] |
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

mod engine;
mod host;
mod model;
mod report;
mod schedule;
#[cfg(feature = "testing")]
pub mod testing;

pub use engine::error::{Error, ErrorKind};
pub use engine::run::Run;
pub use engine::single_hit::SingleHit;
pub use engine::start_barrier::{RunStartBarrier, RunStartTicket};
pub use engine::stop_handle::StopHandle;
pub use engine::unsent_hits::view_unsent_hits;
pub use hammer_diagnostic::Diagnostic;
pub use hammer_stats::Histogram;
pub use host::host_stats::HostStats;
pub use host::preflight::{ResourceLimits, ResourceNeeds, ResourceShortage};
pub use host::thread_usage::{StallCause, ThreadUsage};
pub use model::description::Description;
pub use model::failure::Failure;
pub use model::hammer::{FnHammer, Hammer, PrepareError, from_fn};
pub use model::hit::{Hit, Slot};
pub use model::outcome::{Label, Outcome};
pub use model::playlist_item::PlaylistItem;
pub use model::worker_context::WorkerContext;
pub use rand_xoshiro;
pub use report::duration_summary::DurationSummary;
pub use report::event::{HitRecord, RunEvent};
pub use report::generator_report::GeneratorReport;
pub use report::group_report::GroupReport;
pub use report::hit_counts::{HitCounts, HitResult};
pub use report::interval_stats::IntervalStats;
pub use report::open_or_closed_loop::OpenOrClosedLoop;
pub use report::rate_summary::RateSummary;
pub use report::report::{ByteCounts, REPORT_SCHEMA, Report};
pub use report::run_tick::RunTick;
pub use report::single_hit_result::SingleHitResult;
pub use report::stage_report::StageReport;
pub use report::threshold_check::{AbortReason, CheckedThreshold, MeasuredValue};
pub use report::timeline::TimelineSlice;
pub use report::verdict::{Verdict, VerdictStatus};
pub use schedule::arrival_process::ArrivalProcess;
pub use schedule::playlist::Playlist;
pub use schedule::rate::Rate;
pub use schedule::schedule::Schedule;
pub use schedule::shape::{Shape, Stage};

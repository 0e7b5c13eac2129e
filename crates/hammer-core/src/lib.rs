//! Hammers, schedules, the open-loop engine and its report.
//!
//! Implement [`Hammer`] to hit a target over a protocol of your own: `open` opens a session, `hit` uses it.
//! A [`Run`] then sends the hits of a [`Schedule`] and returns a [`Report`]:
//!
//! ```no_run
//! use std::time::Duration;
//! use hammer_core::{Failure, Hammer, Hit, Outcome, Rate, Run, Schedule, Slot};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! use tokio::net::TcpStream;
//!
//! struct Echo(String);
//!
//! impl Hammer for Echo {
//!     type Session = TcpStream;
//!     async fn open(&self, _: &Slot) -> Result<TcpStream, Failure> {
//!         Ok(TcpStream::connect(&self.0).await?)
//!     }
//!     async fn hit(&self, stream: &mut TcpStream, _: &mut Hit) -> Result<Outcome, Failure> {
//!         stream.write_all(b"ping").await?;
//!         stream.read_exact(&mut [0; 4]).await?;
//!         Ok(Outcome::ok("echo").sent(4).received(4))
//!     }
//! }
//!
//! let schedule = Schedule::constant(Rate::per_second(1000)).with_duration(Duration::from_secs(10));
//! let report = Run::new(Echo("127.0.0.1:7".into()), schedule)
//!     .max_in_flight(256)
//!     .timeout(Duration::from_secs(1))
//!     .execute()?;
//! println!("{} hits, p99 {} µs", report.hits.ok, report.response_us.p99);
//! # Ok::<(), hammer_core::Error>(())
//! ```
//!
//! The [guide] explains hammers step by step, with the command line that the crate hammer-cli adds.
//!
//! # Where to start
//!
//! Write a hammer:
//!
//! | task | start with |
//! |---|---|
//! | hit a target over a protocol of your own | [`Hammer`]; [`from_fn`] for a closure |
//! | say how a hit ended | [`Outcome`] if the target answered, else [`Failure`] |
//! | use the number or the randomness of a hit, or name its phases | [`Hit`] |
//! | share a connection among the slots of a thread | [`Slot::worker_local`] |
//! | limit workers or hits, or doubt the results | [`Description`] |
//! | test a hammer | [`testing::check_conformance`] |
//!
//! Run one:
//!
//! | task | start with |
//! |---|---|
//! | run a load | [`Run`] |
//! | send one hit | [`SingleHit`] |
//! | define when hits are due | [`Schedule`], of a [`Rate`] or a [`Shape`], with an [`ArrivalProcess`] |
//! | send hits that were planned one by one | [`Playlist`] |
//! | follow a run | [`RunEvent`], in the closure given to [`Run::execute_with`] |
//! | stop a run | [`StopHandle`] |
//! | runs one after another on the same sessions | [`Run::execute_series`], [`FollowingRun`] |
//! | start several runs together | [`RunStartBarrier`] |
//! | check the limits of the machine | [`ResourceNeeds`], [`ResourceLimits`] |
//! | read the results | [`Report`], with its [`Verdict`] and [`HitCounts`] |
//!
//! The other types are parts of these.
//!
//! [guide]: https://github.com/hammer-rs/hammer/blob/main/docs/WRITING-A-HAMMER.md
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
#[cfg(any(feature = "testing", doc))]
pub mod testing;

pub use engine::error::{Error, ErrorKind};
pub use engine::run::{MAX_IN_FLIGHT, MAX_THREADS, Run};
pub use engine::series::FollowingRun;
pub use engine::single_hit::SingleHit;
pub use engine::start_barrier::{RunStartBarrier, RunStartTicket};
pub use engine::stop_handle::StopHandle;
pub use engine::unsent_hits::view_unsent_hits;
pub use hammer_diagnostic::Diagnostic;
pub use hammer_stats::Histogram;
pub use host::host_description::HostDescription;
pub use host::host_stats::HostStats;
pub use host::preflight::{ResourceLimits, ResourceNeeds, ResourceShortage};
pub use host::thread_usage::{StallCause, ThreadUsage};
pub use model::description::Description;
pub use model::failure::Failure;
pub use model::hammer::{FnHammer, Hammer, PrepareError, from_fn};
pub use model::hit::{Hit, Slot};
pub use model::missed_hit::MissedHit;
pub use model::outcome::{Label, Outcome};
pub use model::peer::Peer;
pub use model::playlist_item::PlaylistItem;
pub use model::proxy_description::ProxyDescription;
pub use model::step_times::StepTimes;
pub use model::worker_context::WorkerContext;
pub use rand_xoshiro;
pub use report::address_report::AddressReport;
pub use report::baseline_comparison::{BaselineChange, BaselineComparison};
pub use report::duration_summary::DurationSummary;
pub use report::event::{HitRecord, RunEvent};
pub use report::generator_report::GeneratorReport;
pub use report::group_report::GroupReport;
pub use report::hit_counts::{HitCounts, HitResult};
pub use report::interval_stats::IntervalStats;
pub use report::load_settings::LoadSettings;
pub use report::open_or_closed_loop::OpenOrClosedLoop;
pub use report::plan_report::{
    AchievedPlanRate, NotOkHits, PLAN_SCHEMA, PlanGeneratorUsage, PlanLoadReport, PlanReport,
};
pub use report::proxy_report::ProxyReport;
pub use report::rate_summary::RateSummary;
pub use report::replay_comparison::{ReplayComparison, ReplaySlice, RouteTimes};
pub use report::report::{ByteCounts, REPORT_SCHEMA, Report};
pub use report::response_distribution::ResponseDistribution;
pub use report::run_file::{
    RUN_FILE_SCHEMA, RunFile, RunFileDetail, RunFileError, RunFileErrorKind, ShardDescription,
};
pub use report::run_tick::RunTick;
pub use report::single_hit_result::SingleHitResult;
pub use report::slice_measurements::SliceMeasurements;
pub use report::stage_report::StageReport;
pub use report::summary_confidence::{ConfidenceGap, PercentileConfidence, SummaryConfidence};
pub use report::threshold_check::{AbortReason, BaselineBound, CheckedThreshold, MeasuredValue};
pub use report::timeline::TimelineSlice;
pub use report::verdict::{Verdict, VerdictStatus};
pub use report::waiting_hits::WaitingHits;
pub use schedule::arrival_process::ArrivalProcess;
pub use schedule::playlist::Playlist;
pub use schedule::rate::Rate;
pub use schedule::schedule::Schedule;
pub use schedule::shape::{Shape, Stage};

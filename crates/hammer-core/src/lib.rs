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
mod checked;
mod commons;
mod coordinator;
mod crew;
mod effort;
mod error;
mod event;
mod failure;
mod hammer;
mod hit;
mod hits;
mod host;
mod interval;
mod notes;
mod outcome;
mod preflight;
mod process;
mod rate;
mod report;
mod row;
mod run;
mod schedule;
mod shape;
mod stage_report;
mod stage_tally;
mod stop;
#[cfg(feature = "testing")]
pub mod testing;
mod together;
mod unsent;
mod verdict;
mod wait;
mod worker;

pub use checked::{Aborted, Checked, Figure};
pub use crew::Crew;
pub use effort::{Effort, Hold};
pub use error::{Error, ErrorKind, Unready};
pub use event::{Event, HitRecord, Tick};
pub use failure::Failure;
pub use hammer::{FromFn, Hammer, from_fn};
pub use hammer_stats::Histogram;
pub use hit::{Hit, Slot};
pub use hits::{HitVerdict, Hits};
pub use host::Host;
pub use interval::Interval;
pub use outcome::{Label, Outcome};
pub use preflight::{Limits, Needs, Shortage};
pub use rand_xoshiro;
pub use rate::{Rate, RateError};
pub use report::{Achieved, Bytes, Generator, Loop, Report, SCHEMA, Slice, Summary};
pub use row::RowReport;
pub use run::Run;
pub use schedule::{Arrivals, Item, Playlist, Schedule};
pub use shape::{Shape, ShapeError, Stage};
pub use stage_report::StageReport;
pub use stop::Stop;
pub use together::{Place, Together};
pub use verdict::{Status, Verdict};

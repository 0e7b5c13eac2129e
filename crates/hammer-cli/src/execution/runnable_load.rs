//! A load that can run, with the type of its hammer erased.

use std::time::Duration;

use hammer_core::{
    ArrivalProcess, Hammer, ReplayComparison, Report, ResourceNeeds, Run, RunEvent, RunStartTicket,
    Schedule, StopHandle,
};

use super::look::LookSeries;
use super::once::SingleHitJob;
use crate::dry_run::LoadForecast;
use crate::error::Error;
use crate::setting_names::SettingNames;

/// A load that can run, with the type of its hammer erased.
pub(crate) trait RunnableLoad: Send {
    /// The name of the hammer in the report.
    fn hammer(&self) -> &str;

    /// The target in the report.
    fn target(&self) -> &str;

    /// The schedule of due times.
    fn schedule(&self) -> Schedule;

    /// The duration of the warm-up.
    fn warmup(&self) -> Duration {
        Duration::ZERO
    }

    /// The limit of the drain after the schedule, if there is one.
    #[cfg_attr(
        not(feature = "live"),
        expect(dead_code, reason = "only the live display counts it down")
    )]
    fn drain(&self) -> Option<Duration> {
        None
    }

    /// True if a pool of users sends the hits.
    fn is_user_pool(&self) -> bool {
        false
    }

    /// The groups of hits that the report lists on their own.
    fn groups(&self) -> Vec<String> {
        vec![]
    }

    /// Estimates files and ports; `threads` applies if the load does not set them.
    fn needs(&self, threads: usize) -> ResourceNeeds;

    /// Describes the load for a dry run.
    fn forecast(&self) -> LoadForecast;

    /// Returns true if the names of all failures, labels and phases are known, as of the hammers of the
    /// `hammer` command.
    fn names_are_known(&self) -> bool {
        false
    }

    /// Warnings to print before the run.
    fn warnings(&self) -> &[String] {
        &[]
    }

    /// Takes the single hit that the load asks for in its place, if it does.
    fn single_hit(&mut self) -> Option<SingleHitJob<'_>> {
        None
    }

    /// Runs the looks of a search on the calling thread, at their rates in place of that of the load.
    fn search(self: Box<Self>, looks: LookSeries<'_>) -> Result<(), Error> {
        drop(looks);
        let hammer = self.hammer();
        let problem = format!("'hammer find' cannot search with a load of the kind '{hammer}'");
        Err(Error::Usage(problem))
    }

    /// The arrival process of a search.
    fn arrivals(&self) -> ArrivalProcess {
        ArrivalProcess::default()
    }

    /// The timeout of a hit.
    fn timeout(&self) -> Duration {
        Duration::MAX
    }

    /// The maximum number of hits in flight if it is set, or the number of users.
    fn set_max_in_flight(&self) -> Option<usize> {
        None
    }

    /// Runs the load on the calling thread.
    fn run(
        self: Box<Self>,
        options: RunOptions,
        on_event: &mut dyn FnMut(&RunEvent<'_>),
    ) -> Result<LoadResult, Error>;
}

/// Options of a run that are not flags of its load.
#[derive(Debug)]
pub(crate) struct RunOptions {
    pub(crate) log_hits: bool,
    /// True if the ages of hits that have not ended are measured, for conditions that end the run.
    pub(crate) age_waiting_hits: bool,
    pub(crate) stop: StopHandle,
    /// Number of threads if the load does not set it.
    pub(crate) threads: usize,
    pub(crate) start_ticket: Option<RunStartTicket>,
    /// Names of the settings in messages.
    pub(crate) setting_names: SettingNames,
}

impl RunOptions {
    /// Executes a run with these options, except the number of threads. Messages of the report name
    /// settings as these options say.
    pub(crate) fn execute<H: Hammer>(
        self,
        run: Run<H>,
        on_event: &mut dyn FnMut(&RunEvent<'_>),
    ) -> Result<Report, Error> {
        let mut run = run
            .log_hits(self.log_hits)
            .age_waiting_hits(self.age_waiting_hits)
            .stop(self.stop);
        if let Some(ticket) = self.start_ticket {
            run = run.start_ticket(ticket);
        }
        let names = self.setting_names;
        let mut report = run
            .execute_with(|event| on_event(&event))
            .map_err(|error| Error::from_run_error(&error, names))?;
        names.reword_report(&mut report);
        Ok(report)
    }
}

/// The result of a load.
pub(crate) struct LoadResult {
    pub(crate) report: Report,
    /// The comparison with the log, if the load is a replay.
    pub(crate) replay: Option<ReplayComparison>,
    /// The error that ended the load early, if any.
    pub(crate) error: Option<String>,
}

impl From<Report> for LoadResult {
    fn from(report: Report) -> Self {
        Self {
            report,
            replay: None,
            error: None,
        }
    }
}

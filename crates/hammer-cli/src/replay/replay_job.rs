//! A replay as a load that the runner can run.

use hammer_core::{Hammer, Report, ResourceNeeds, RunEvent, Schedule};

use super::load_args::ReplayLoadArgs;
use super::replay_hammer::ReplayHammer;
use crate::error::Error;
use crate::typed_load::{RunOptions, RunnableLoad};

/// A replay that is ready to run.
pub(super) struct ReplayJob {
    pub(super) hammer: ReplayHammer,
    pub(super) schedule: Schedule,
    pub(super) load: ReplayLoadArgs,
    pub(super) target: String,
    /// Peak rate, in hits per second.
    pub(super) peak: f64,
}

impl RunnableLoad for ReplayJob {
    fn needs(&self, _threads: Option<usize>) -> ResourceNeeds {
        self.hammer.needs(self.load.needs(self.peak))
    }

    fn run(
        self: Box<Self>,
        options: RunOptions,
        on_event: &mut dyn FnMut(&RunEvent<'_>),
    ) -> Result<Report, Error> {
        let names = self.setting_names();
        let run = self.load.run(self.hammer, self.schedule);
        let mut report = run
            .name(super::NAME)
            .target(self.target)
            .log_hits(options.log_hits)
            .stop(options.stop)
            .execute(|event| on_event(&event))
            .map_err(|error| Error::from_run_error(&error, names))?;
        names.reword_report(&mut report);
        Ok(report)
    }
}

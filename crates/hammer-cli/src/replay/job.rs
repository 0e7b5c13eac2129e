use hammer_core::{Event, Hammer, Needs, Report, Schedule};

use super::load_args::ReplayLoadArgs;
use super::replayer::Replayer;
use crate::error::{Error, chain};
use crate::job::{Swing, Swung};

/// A replay that is ready to be made.
pub(super) struct ReplayJob {
    pub(super) hammer: Replayer,
    pub(super) schedule: Schedule,
    pub(super) load: ReplayLoadArgs,
    pub(super) target: String,
    /// The most hits in a second.
    pub(super) peak: f64,
}

impl Swung for ReplayJob {
    fn needs(&self, _threads: Option<usize>) -> Needs {
        self.hammer.needs(self.load.needs(self.peak))
    }

    fn swing(
        self: Box<Self>,
        swing: Swing,
        on_event: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Report, Error> {
        let run = self.load.run(self.hammer, self.schedule);
        run.name(super::NAME)
            .target(self.target)
            .log_hits(swing.log_hits)
            .stop(swing.stop)
            .execute(|event| on_event(&event))
            .map_err(|error| Error::Run(format!("failed to run: {}", chain(&error))))
    }
}

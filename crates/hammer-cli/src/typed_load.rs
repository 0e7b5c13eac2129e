//! A load with its hammer, and its type-erased form.

use hammer_core::{Hammer, Report, ResourceNeeds, RunEvent, RunStartTicket, StopHandle};

use crate::SingleHitRenderer;
use crate::error::Error;
use crate::load_args::LoadArgs;
use crate::setting_names::SettingNames;

/// A load that is ready to run.
pub(crate) struct TypedLoad<H> {
    pub(crate) name: &'static str,
    pub(crate) target: String,
    /// Description of a hit for the dry run.
    pub(crate) hit_description: String,
    pub(crate) hammer: H,
    pub(crate) load: LoadArgs,
    /// Renderer of a single hit, for `--once`.
    pub(crate) once_renderer: Option<SingleHitRenderer>,
}

/// A load that can run, with the type of its hammer erased.
pub(crate) trait RunnableLoad: Send {
    /// Estimates files and ports; `threads` applies if the load does not set them.
    fn needs(&self, threads: Option<usize>) -> ResourceNeeds;
    /// The names of its settings in messages.
    fn setting_names(&self) -> SettingNames {
        SettingNames::Flags
    }
    /// Runs the load on the calling thread.
    fn run(
        self: Box<Self>,
        options: RunOptions,
        on_event: &mut dyn FnMut(&RunEvent<'_>),
    ) -> Result<Report, Error>;
}

/// A [`TypedLoad`] with the type of its hammer erased.
pub(crate) trait PreparedLoad: RunnableLoad {
    /// Describes a hit for the dry run.
    fn describe_hit(&self) -> &str;
    fn load(&self) -> &LoadArgs;
    /// Changes the names of settings in messages.
    fn set_setting_names(&mut self, names: SettingNames);
    /// Takes the renderer of a single hit, and reduces the load to one hit.
    fn once_renderer(&mut self) -> Option<SingleHitRenderer>;
}

/// Options of a run that are not flags of its load.
#[derive(Debug)]
pub(crate) struct RunOptions {
    pub(crate) log_hits: bool,
    pub(crate) stop: StopHandle,
    /// Number of threads if the load does not set it.
    pub(crate) threads: Option<usize>,
    pub(crate) start_ticket: Option<RunStartTicket>,
}

impl<H: Hammer> PreparedLoad for TypedLoad<H> {
    fn describe_hit(&self) -> &str {
        &self.hit_description
    }

    fn load(&self) -> &LoadArgs {
        &self.load
    }

    fn set_setting_names(&mut self, names: SettingNames) {
        self.load.set_setting_names(names);
    }

    fn once_renderer(&mut self) -> Option<SingleHitRenderer> {
        let renderer = self.once_renderer.take()?;
        self.load.set_single_hit();
        Some(renderer)
    }
}

impl<H: Hammer> RunnableLoad for TypedLoad<H> {
    fn needs(&self, threads: Option<usize>) -> ResourceNeeds {
        self.hammer.needs(self.load.needs(threads))
    }

    fn setting_names(&self) -> SettingNames {
        self.load.setting_names()
    }

    fn run(
        self: Box<Self>,
        options: RunOptions,
        on_event: &mut dyn FnMut(&RunEvent<'_>),
    ) -> Result<Report, Error> {
        let names = self.setting_names();
        let mut run = self
            .load
            .run(self.hammer, options.threads)
            .name(self.name)
            .target(self.target)
            .log_hits(options.log_hits)
            .stop(options.stop);
        if let Some(ticket) = options.start_ticket {
            run = run.start_ticket(ticket);
        }
        let mut report = run
            .execute(|event| on_event(&event))
            .map_err(|error| Error::from_run_error(&error, names))?;
        names.reword_report(&mut report);
        Ok(report)
    }
}

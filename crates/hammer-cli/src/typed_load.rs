use hammer_core::{Hammer, Report, ResourceNeeds, RunEvent, StartTicket, StopHandle};
use hammer_diagnostic::chain;

use crate::OnceRenderer;
use crate::error::Error;
use crate::load_args::LoadArgs;

/// One run that is ready to be made.
pub(crate) struct TypedLoad<H> {
    pub(crate) name: &'static str,
    pub(crate) target: String,
    /// What one hit is.
    pub(crate) hit_description: String,
    pub(crate) hammer: H,
    pub(crate) load: LoadArgs,
    /// What tells of a single hit, if that is all there is to do.
    pub(crate) once_renderer: Option<OnceRenderer>,
}

/// A run with the type of its hammer erased.
pub(crate) trait RunnableLoad: Send {
    /// What the run may need of files and ports, on `threads` if the load does not say on how many.
    fn needs(&self, threads: Option<usize>) -> ResourceNeeds;
    /// Makes the run on the calling thread.
    fn run(
        self: Box<Self>,
        options: RunOptions,
        on_event: &mut dyn FnMut(&RunEvent<'_>),
    ) -> Result<Report, Error>;
}

/// A [`TypedLoad`] with the type of its hammer erased.
pub(crate) trait PreparedLoad: RunnableLoad {
    /// What one hit is.
    fn describe_hit(&self) -> &str;
    fn load(&self) -> &LoadArgs;
    /// What tells of a single hit, if that is all there is to do: then the load is one hit.
    fn once_renderer(&mut self) -> Option<OnceRenderer>;
}

/// What a run needs to know of those that run beside it.
#[derive(Debug)]
pub(crate) struct RunOptions {
    pub(crate) log_hits: bool,
    pub(crate) stop: StopHandle,
    /// Threads, if the load does not say how many.
    pub(crate) threads: Option<usize>,
    pub(crate) start_ticket: Option<StartTicket>,
}

impl<H: Hammer> PreparedLoad for TypedLoad<H> {
    fn describe_hit(&self) -> &str {
        &self.hit_description
    }

    fn load(&self) -> &LoadArgs {
        &self.load
    }

    fn once_renderer(&mut self) -> Option<OnceRenderer> {
        let once = self.once_renderer.take()?;
        self.load.set_single_hit();
        Some(once)
    }
}

impl<H: Hammer> RunnableLoad for TypedLoad<H> {
    fn needs(&self, threads: Option<usize>) -> ResourceNeeds {
        self.hammer.needs(self.load.needs(threads))
    }

    fn run(
        self: Box<Self>,
        swing: RunOptions,
        on_event: &mut dyn FnMut(&RunEvent<'_>),
    ) -> Result<Report, Error> {
        let mut run = self
            .load
            .run(self.hammer, swing.threads)
            .name(self.name)
            .target(self.target)
            .log_hits(swing.log_hits)
            .stop(swing.stop);
        if let Some(place) = swing.start_ticket {
            run = run.start_ticket(place);
        }
        run.execute(|event| on_event(&event))
            .map_err(|error| Error::Run(format!("failed to run: {}", chain(&error))))
    }
}

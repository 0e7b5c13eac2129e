use hammer_core::{Event, Hammer, Needs, Place, Report, Stop};

use crate::Once;
use crate::error::{Error, chain};
use crate::load::LoadArgs;

/// One run that is ready to be made.
pub(crate) struct Job<H> {
    pub(crate) name: &'static str,
    pub(crate) target: String,
    /// What one hit is.
    pub(crate) what: String,
    pub(crate) hammer: H,
    pub(crate) load: LoadArgs,
    /// What tells of a single hit, if that is all there is to do.
    pub(crate) once: Option<Once>,
}

/// A run with the type of its hammer erased.
pub(crate) trait Swung: Send {
    /// What the run may need of files and ports, on `threads` if the load does not say on how many.
    fn needs(&self, threads: Option<usize>) -> Needs;
    /// Makes the run on the calling thread.
    fn swing(
        self: Box<Self>,
        swing: Swing,
        on_event: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Report, Error>;
}

/// A [`Job`] with the type of its hammer erased.
pub(crate) trait Prepared: Swung {
    /// What one hit is.
    fn what(&self) -> &str;
    fn load(&self) -> &LoadArgs;
    /// What tells of a single hit, if that is all there is to do: then the load is one hit.
    fn once(&mut self) -> Option<Once>;
}

/// What a run needs to know of those that run beside it.
#[derive(Debug)]
pub(crate) struct Swing {
    pub(crate) log_hits: bool,
    pub(crate) stop: Stop,
    /// Threads, if the load does not say how many.
    pub(crate) threads: Option<usize>,
    pub(crate) place: Option<Place>,
}

impl<H: Hammer> Prepared for Job<H> {
    fn what(&self) -> &str {
        &self.what
    }

    fn load(&self) -> &LoadArgs {
        &self.load
    }

    fn once(&mut self) -> Option<Once> {
        let once = self.once.take()?;
        self.load.only_once();
        Some(once)
    }
}

impl<H: Hammer> Swung for Job<H> {
    fn needs(&self, threads: Option<usize>) -> Needs {
        self.hammer.needs(self.load.needs(threads))
    }

    fn swing(
        self: Box<Self>,
        swing: Swing,
        on_event: &mut dyn FnMut(&Event<'_>),
    ) -> Result<Report, Error> {
        let mut run = self
            .load
            .run(self.hammer, swing.threads)
            .name(self.name)
            .target(self.target)
            .log_hits(swing.log_hits)
            .stop(swing.stop);
        if let Some(place) = swing.place {
            run = run.together(place);
        }
        run.execute(|event| on_event(&event))
            .map_err(|error| Error::Run(format!("failed to run: {}", chain(&error))))
    }
}

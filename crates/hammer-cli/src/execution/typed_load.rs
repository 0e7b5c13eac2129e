//! A load with its hammer.

use std::time::Duration;

use hammer_core::{
    ArrivalProcess, Hammer, ResourceNeeds, Run, RunEvent, Schedule, view_unsent_hits,
};

use super::look::{Look, LookSeries};
use super::once::{RenderedHit, SingleHitJob};
use super::{LoadResult, RunOptions, RunnableLoad};
use crate::args::LoadArgs;
use crate::dry_run::{self, LoadForecast};
use crate::error::Error;
use crate::setting_names::SettingNames;
use crate::{HitDescriber, SingleHitRenderer};

/// A load that is ready to run.
pub(crate) struct TypedLoad<H> {
    pub(crate) name: &'static str,
    /// True if this command knows the failures, labels and phases of the hammer.
    pub(crate) names_are_known: bool,
    pub(crate) target: String,
    /// Description of a hit for the dry run.
    pub(crate) hit_description: String,
    /// Description of single hits for the dry run.
    pub(crate) hit_describer: Option<HitDescriber<H>>,
    /// Warnings about the arguments.
    pub(crate) warnings: Vec<String>,
    pub(crate) hammer: H,
    pub(crate) load: LoadArgs,
    /// Renderer of a single hit, for `--once`.
    pub(crate) once_renderer: Option<SingleHitRenderer>,
}

impl<H: Hammer> RunnableLoad for TypedLoad<H> {
    fn hammer(&self) -> &str {
        self.name
    }

    fn target(&self) -> &str {
        &self.target
    }

    fn schedule(&self) -> Schedule {
        self.load.schedule()
    }

    fn warmup(&self) -> Duration {
        self.load.warmup().unwrap_or_default()
    }

    fn drain(&self) -> Option<Duration> {
        self.load.engine().drain()
    }

    fn is_user_pool(&self) -> bool {
        self.load.engine().users().is_some()
    }

    fn needs(&self, threads: usize) -> ResourceNeeds {
        self.load.needs(threads).for_hammer(&self.hammer.describe())
    }

    fn groups(&self) -> Vec<String> {
        self.hammer.describe().listed_groups().to_vec()
    }

    fn forecast(&self) -> LoadForecast {
        let mut hits = vec![];
        if let Some(describe) = &self.hit_describer {
            let seed = self.load.engine().seed();
            view_unsent_hits(seed, dry_run::FIRST_HITS, |hit| {
                let described = describe(&self.hammer, hit);
                hits.push(described.unwrap_or_else(|| self.hit_description.clone()));
            });
        }
        let description = self.hammer.describe();
        LoadForecast::of_hits(&self.load, &self.hit_description, &hits, description)
    }

    fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn names_are_known(&self) -> bool {
        self.names_are_known
    }

    fn single_hit(&mut self) -> Option<SingleHitJob<'_>> {
        let renderer = self.once_renderer.take()?;
        let hit = self.load.engine().single_hit(&self.hammer);
        Some(Box::new(move |stop| {
            RenderedHit::send(hit.stop(stop), renderer)
        }))
    }

    fn arrivals(&self) -> ArrivalProcess {
        self.load.arrivals()
    }

    fn timeout(&self) -> Duration {
        self.load.engine().timeout()
    }

    fn set_max_in_flight(&self) -> Option<usize> {
        let set = self.load.engine().set_max_in_flight();
        set.map(|hits| usize::try_from(hits).unwrap_or(usize::MAX))
    }

    fn search(self: Box<Self>, looks: LookSeries<'_>) -> Result<(), Error> {
        let LookSeries {
            first,
            threads,
            drain,
            on_event,
            next,
        } = looks;
        let (engine, arrivals) = (self.load.engine().clone(), self.load.arrivals());
        let schedule = |look: &Look| {
            Schedule::new(look.shape.clone())
                .with_arrivals(arrivals)
                .with_seed(engine.seed().wrapping_add(look.number))
                .with_duration(look.length)
        };
        let run = Run::new(self.hammer, schedule(&first)).drain(drain);
        let is_pool = engine.users().is_some();
        let mut run = engine
            .configure(run, threads)
            .name(self.name)
            .target(self.target)
            .warmup(first.settle)
            .age_waiting_hits(true)
            .stop(first.stop.clone());
        if !is_pool {
            run = run.max_in_flight(first.max_in_flight);
        }
        run.execute_series(
            |event| on_event(&event),
            |report| Some(next(report)?.following(schedule)),
        )
        .map_err(|error| Error::from_run_error(&error, SettingNames::Flags))
    }

    fn run(
        self: Box<Self>,
        options: RunOptions,
        on_event: &mut dyn FnMut(&RunEvent<'_>),
    ) -> Result<LoadResult, Error> {
        let run = self
            .load
            .run(self.hammer, options.threads)
            .name(self.name)
            .target(self.target);
        options.execute(run, on_event).map(LoadResult::from)
    }
}

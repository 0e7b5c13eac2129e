//! The execution of a run: checks, threads, coordinator.

use crate::engine::coordinator::Coordinator;
use crate::engine::error::Error;
use crate::engine::run::{Run, RunConfig};
use crate::engine::run_check;
use crate::engine::series::FollowingRun;
use crate::engine::stop_handle::StopHandle;
use crate::engine::worker_threads::WorkerThreads;
use crate::model::description::Description;
use crate::model::hammer::Hammer;
use crate::report::event::RunEvent;
use crate::report::generator_report::GeneratorLimits;
use crate::report::proxy_report::ProxyReport;
use crate::report::report::Report;
use crate::report::run_measurements::{ReportSettings, RunMeasurements};

impl<H: Hammer> Run<H> {
    /// Runs to the end on its own threads; blocks the calling thread.
    ///
    /// It needs no tokio runtime, but can be called within one. Inside an async function, prefer
    /// [`spawn`](Self::spawn), which does not block.
    ///
    /// # Errors
    ///
    /// If the schedule has no hits, a setting is out of range, the schedule cannot be warmed up,
    /// the hammer could not prepare, or a thread failed. A target that is down is not an error: the
    /// report then counts failures.
    pub fn execute(self) -> Result<Report, Error> {
        self.execute_with(|_| ())
    }

    /// Runs to the end as [`execute`](Self::execute) does; the calling thread also calls
    /// `on_event`.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    pub fn execute_with(self, on_event: impl FnMut(RunEvent<'_>)) -> Result<Report, Error> {
        let mut result = None;
        self.execute_all(on_event, |report| {
            result = Some(report);
            None
        })?;
        result.ok_or_else(|| Error::worker(std::io::Error::other("a run has no report")))
    }

    /// Runs to the end on its own threads, and resolves to the report.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future stops the run at once.
    pub async fn spawn(
        self,
        on_event: impl FnMut(RunEvent<'_>) + Send + 'static,
    ) -> Result<Report, Error> {
        struct StopOnDrop(Option<StopHandle>);
        impl Drop for StopOnDrop {
            fn drop(&mut self) {
                if let Some(stop) = &self.0 {
                    stop.stop_now();
                }
            }
        }
        let mut guard = StopOnDrop(Some(self.config.stop.clone()));
        let (sender, receiver) = tokio::sync::oneshot::channel();
        std::thread::Builder::new()
            .name("hammer".into())
            .spawn(move || drop(sender.send(self.execute_with(on_event))))
            .map_err(Error::worker)?;
        let report = receiver.await.map_err(|_| {
            Error::worker(std::io::Error::other(
                "the coordinator panicked (see stderr)",
            ))
        })?;
        guard.0 = None;
        report
    }
}

impl<H: Hammer> Run<H> {
    /// Executes this run and those that `next` returns, and calls both functions on the calling thread.
    pub(super) fn execute_all(
        self,
        mut on_event: impl FnMut(RunEvent<'_>),
        mut next: impl FnMut(Report) -> Option<FollowingRun>,
    ) -> Result<(), Error> {
        let Run {
            hammer,
            mut schedule,
            mut config,
            mut start_ticket,
        } = self;
        let description = hammer.describe();
        let max_hits = description.max_hits;
        if let Some(max_hits) = max_hits {
            schedule = schedule.limit_hits(max_hits);
        }
        run_check::check(&config, &schedule, &description)?;
        let max_threads = config.max_in_flight.min(description.max_workers.max(1));
        config.threads = config.threads.min(max_threads);
        let schedule = schedule.with_default_seed(config.seed);
        if let Some(ticket) = &mut start_ticket {
            ticket.wait_before_opening(&config.stop);
        }
        on_event(RunEvent::Opening {
            threads: config.threads,
            max_in_flight: config.max_in_flight,
            limit: config.open_limit(),
            groups: &description.groups,
        });
        if let Some(until) = config.start_at {
            on_event(RunEvent::Waiting { until });
        }
        let settings = report_settings(&config, description);
        let measurements = RunMeasurements::new(settings, schedule.clone());
        let threads = WorkerThreads::spawn(hammer, &schedule, &config)?;
        let hammer = threads.hammer();
        let mut coordinator = Coordinator::new(
            config.clone(),
            start_ticket,
            &schedule,
            measurements,
            threads,
        );
        loop {
            let mut report = coordinator.coordinate(&mut on_event)?;
            add_description(&mut report, hammer.describe());
            on_event(RunEvent::Finished(&report));
            let unresponsive = report.generator.unresponsive;
            let Some(mut following) = next(report).filter(|_| config.is_series) else {
                break;
            };
            if unresponsive > 0 {
                // The coordinator has left its threads behind.
                return Ok(());
            }
            following.schedule = following.schedule.with_default_seed(config.seed);
            config = following.config(config);
            let description = hammer.describe();
            let followed = run_check::check(&config, &following.schedule, &description);
            let followed = followed.and_then(|()| {
                let settings = report_settings(&config, description);
                let measurements = RunMeasurements::new(settings, following.schedule.clone());
                let config = config.clone();
                coordinator.follow(config, &following, measurements, &mut on_event)
            });
            if let Err(error) = followed {
                // The error of the settings comes first.
                let _ = coordinator.end(0);
                return Err(error);
            }
        }
        if config.is_series {
            coordinator.end(0)?;
        }
        Ok(())
    }
}

/// Completes the report with what the hammer says of it.
fn add_description(report: &mut Report, description: Description) {
    let max_hits = description.max_hits;
    report.exhausted = max_hits.is_some_and(|max_hits| report.hits.scheduled >= max_hits);
    for (failure, advice) in description.advice {
        if report.failures.contains_key(failure) {
            report.advice.insert(failure.to_owned(), advice);
        }
    }
    report.verdict.add_doubts(description.doubts);
}

fn report_settings(config: &RunConfig, description: Description) -> ReportSettings {
    let proxies = description.proxies.into_iter().map(ProxyReport::from);
    ReportSettings {
        hammer: config.name.clone(),
        target: config.target.clone(),
        seed: config.seed,
        warmup: config.warmup,
        limits: GeneratorLimits {
            threads: config.threads,
            max_in_flight: config.max_in_flight,
            is_user_pool: config.is_user_pool,
            spin: config.spin,
        },
        load: config.load_settings(),
        groups: description.groups,
        proxies: proxies.collect(),
    }
}

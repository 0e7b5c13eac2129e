//! The thread of a worker: its runtime and its part of the schedule.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, LocalOptions};

use crate::engine::dispatcher::dispatcher::Dispatcher;
use crate::engine::dispatcher::hit_recorder::{GroupLookup, HitRecorder};
use crate::engine::dispatcher::hit_source::{HitSource, OpenLoop};
use crate::engine::dispatcher::warmup::WarmUp;
use crate::engine::error::Error;
use crate::engine::panic_guard::missed_group;
use crate::engine::worker::coordinator_link::CoordinatorLink;
use crate::engine::worker::worker::Worker;
use crate::engine::worker::worker_config::WorkerConfig;
use crate::model::hammer::Hammer;
use crate::model::hit::FIRST_WARMUP_NUMBER;
use crate::model::missed_hit::MissedHit;
use crate::schedule::playlist_receiver::PlaylistReceiver;
use crate::schedule::schedule::Schedule;

/// Runs one worker to completion on the calling thread.
pub(crate) fn run<H: Hammer>(
    hammer: Arc<H>,
    schedule: &Schedule,
    receiver: Option<PlaylistReceiver>,
    config: WorkerConfig,
    link: CoordinatorLink,
) -> Result<(), Error> {
    let mut builder = Builder::new_current_thread();
    builder.enable_all();
    config.clock.configure(&mut builder);
    let runtime = builder
        .build_local(LocalOptions::default())
        .map_err(Error::worker)?;
    let lookup = group_lookup(&hammer, config.seed);
    let dispatcher = dispatcher(schedule, receiver, &config, lookup);
    let result = runtime.block_on(async {
        let timer = config.clock.timer(config.spin).map_err(Error::worker)?;
        let worker = Rc::new(Worker::new(hammer, dispatcher, config, link));
        worker.run_to_end(timer).await
    });
    // A name lookup that hangs in a thread of the runtime must not delay the end.
    runtime.shutdown_timeout(Duration::ZERO);
    result
}

/// Creates the dispatcher of a worker's part of `schedule`.
fn dispatcher(
    schedule: &Schedule,
    receiver: Option<PlaylistReceiver>,
    config: &WorkerConfig,
    group_lookup: Option<GroupLookup>,
) -> Dispatcher {
    let (worker, workers) = (config.worker as u64, config.workers as u64);
    let source = match receiver {
        Some(mut receiver) => {
            receiver.wait_for_first();
            let part = schedule.worker_playlist_schedule(receiver, worker, workers);
            HitSource::Open(OpenLoop::new(part))
        }
        None => hit_source(schedule, worker, workers, 0),
    };
    let warmup = Some(config.warmup).filter(|length| !length.is_zero());
    let warmup = warmup.and_then(|length| {
        let schedule = schedule.warmup_schedule(length)?;
        let source = hit_source(&schedule, worker, workers, FIRST_WARMUP_NUMBER);
        Some(WarmUp::new(length, source))
    });
    let shape = schedule.shape();
    let stages = (shape.stages().len() > 1).then(|| shape.clone());
    let recorder = HitRecorder::new(stages, config.log_hits).with_groups(group_lookup);
    Dispatcher::new(config.limits.clone(), source, warmup, recorder)
}

/// Asks the hammer for the groups of hits that never start, if it has groups.
fn group_lookup<H: Hammer>(hammer: &Arc<H>, seed: u64) -> Option<GroupLookup> {
    if hammer.describe().groups.is_empty() {
        return None;
    }
    let hammer = hammer.clone();
    Some(Box::new(move |id, item| {
        let hit = MissedHit {
            number: id.number,
            due: id.due,
            seed,
            slot: None,
            item,
        };
        missed_group(&*hammer, &hit)
    }))
}

/// Creates the hits of a worker, which are numbered from `first_number`.
fn hit_source(schedule: &Schedule, worker: u64, workers: u64, first_number: u64) -> HitSource {
    if schedule.shape().is_closed_loop() {
        let part = schedule.closed_loop_schedule(worker, workers);
        HitSource::Closed(part.numbered_from(first_number))
    } else {
        let part = schedule.worker_schedule(worker, workers);
        HitSource::Open(OpenLoop::new(part.numbered_from(first_number)))
    }
}

//! The thread of a worker: its runtime and its part of the schedule.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, LocalOptions};

use crate::engine::dispatcher::dispatcher::Dispatcher;
use crate::engine::dispatcher::hit_recorder::{GroupLookup, HitRecorder};
use crate::engine::dispatcher::worker_hits::WorkerHits;
use crate::engine::error::Error;
use crate::engine::panic_guard::missed_group;
use crate::engine::worker::coordinator_link::CoordinatorLink;
use crate::engine::worker::worker::Worker;
use crate::engine::worker::worker_config::WorkerConfig;
use crate::model::hammer::Hammer;
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
    let hits = WorkerHits::new(config.part(), schedule, receiver, 0, config.warmup);
    let recorder = HitRecorder::new(hits.stages.clone(), config.log_hits).with_groups(group_lookup);
    Dispatcher::new(config.limits.clone(), hits, recorder)
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

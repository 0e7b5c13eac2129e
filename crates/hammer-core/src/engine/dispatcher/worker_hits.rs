//! The hits of one worker in one run.

use std::time::Duration;

use crate::engine::dispatcher::hit_source::{HitSource, OpenLoop};
use crate::engine::dispatcher::warmup::WarmUp;
use crate::model::hit::FIRST_WARMUP_NUMBER;
use crate::schedule::playlist_receiver::PlaylistReceiver;
use crate::schedule::schedule::Schedule;
use crate::schedule::shape::Shape;

/// The part of a worker in a schedule, after that in its warm-up.
pub(crate) struct WorkerHits {
    pub(crate) source: HitSource,
    pub(crate) warmup: Option<WarmUp>,
    /// The shape, if it has several stages.
    pub(crate) stages: Option<Shape>,
}

/// The position of a worker among those of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorkerPart {
    pub(crate) worker: usize,
    pub(crate) workers: usize,
}

impl WorkerHits {
    /// Creates the part of a worker in `schedule`, numbered from `first_number`, after a warm-up of
    /// `warmup`. Items of a playlist come from `receiver`.
    pub(crate) fn new(
        part: WorkerPart,
        schedule: &Schedule,
        receiver: Option<PlaylistReceiver>,
        first_number: u64,
        warmup: Duration,
    ) -> Self {
        let source = match receiver {
            Some(mut receiver) => {
                receiver.wait_for_first();
                let (worker, workers) = (part.worker as u64, part.workers as u64);
                let part = schedule.worker_playlist_schedule(receiver, worker, workers);
                HitSource::Open(OpenLoop::new(part))
            }
            None => hit_source(part, schedule, first_number),
        };
        let warmup = Some(warmup).filter(|length| !length.is_zero());
        let warmup = warmup.and_then(|length| {
            let schedule = schedule.warmup_schedule(length)?;
            let source = hit_source(part, &schedule, FIRST_WARMUP_NUMBER);
            Some(WarmUp::new(length, source))
        });
        let shape = schedule.shape();
        Self {
            source,
            warmup,
            stages: (shape.stages().len() > 1).then(|| shape.clone()),
        }
    }
}

/// Creates the hits of a worker, which are numbered from `first_number`.
fn hit_source(part: WorkerPart, schedule: &Schedule, first_number: u64) -> HitSource {
    let (worker, workers) = (part.worker as u64, part.workers as u64);
    if schedule.shape().is_closed_loop() {
        let part = schedule.closed_loop_schedule(worker, workers);
        HitSource::Closed(part.numbered_from(first_number))
    } else {
        let part = schedule.worker_schedule(worker, workers);
        HitSource::Open(OpenLoop::new(part.numbered_from(first_number)))
    }
}

//! A worker's copies of requests and bodies.

use super::{HitWorkflow, HttpTarget};
use crate::request::prepared::PreparedRequest;
use crate::request::template::BodyTemplate;

/// Maximum number of bytes to copy per worker; beyond that, workers share requests.
const MAX_COPIED_BYTES: usize = 8 << 20;

/// Copies of all requests and bodies, so that threads do not contend for reference counters.
///
/// Empty if the requests are too large to copy.
#[derive(Default)]
pub(super) struct WorkerRequestCopies {
    pub(super) requests: Vec<PreparedRequest>,
    pub(super) bodies: Vec<BodyTemplate>,
}

impl WorkerRequestCopies {
    pub(super) fn new(workflow: &HitWorkflow) -> Self {
        if bytes_to_send(workflow) > MAX_COPIED_BYTES {
            return Self::default();
        }
        let count = workflow.targets.len();
        let copy = |target: &HttpTarget| target.request.deep_copy().in_rotation_of(count);
        Self {
            requests: workflow.targets.iter().map(copy).collect(),
            bodies: workflow
                .bodies
                .iter()
                .map(BodyTemplate::deep_copy)
                .collect(),
        }
    }
}

fn bytes_to_send(workflow: &HitWorkflow) -> usize {
    let targets = workflow.targets.iter().map(|target| {
        let headers = target.request.head.headers.iter();
        let headers = headers.map(|(name, value)| name.as_str().len() + value.len());
        headers.sum::<usize>() + target.url.as_str().len() + target.request.body.len()
    });
    targets.sum::<usize>()
        + workflow
            .bodies
            .iter()
            .map(BodyTemplate::approximate_bytes)
            .sum::<usize>()
}

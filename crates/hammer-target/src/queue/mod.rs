//! Queue in front of the workers of a target.

mod service_law;
mod wait_planner;
mod worker_queue;

pub use service_law::ServiceLaw;
pub use worker_queue::WorkerPool;

pub(crate) use wait_planner::WaitPlanner;

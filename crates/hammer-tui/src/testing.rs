//! Made-up runs for tests, the same each time.

mod picture;
mod test_load;
mod test_runs;

pub(crate) use picture::Picture;
pub(crate) use test_load::TestLoad;
pub(crate) use test_runs::{
    closed_loop, draining, early, failing, mid_run, plan, preparing, steps_run, stopping,
};

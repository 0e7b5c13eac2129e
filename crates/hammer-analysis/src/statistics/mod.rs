//! Statistics of plain numbers.

pub(crate) mod estimate;
pub(crate) mod hodges_lehmann;
pub(crate) mod holm;
pub(crate) mod mean_difference;
pub(crate) mod mover;
pub(crate) mod ranks;
pub(crate) mod run_spread;
pub(crate) mod signed_ranks;
pub(crate) mod student;
pub(crate) mod two_sample_ranks;
pub(crate) mod wilson;

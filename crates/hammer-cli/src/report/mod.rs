//! The outputs of a run, each made from its run file.

mod hgrm;
mod hlog;
#[cfg(test)]
mod hostile_runs;
#[cfg(test)]
mod hostile_texts;
pub(crate) mod junit;
pub(crate) mod markdown;
#[cfg(test)]
mod recorded_reports;
mod render;
pub(crate) mod text;

pub(crate) use render::{is_refused, lacks_required_verdict, render};

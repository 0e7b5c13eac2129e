//! Logs whose lines are objects of JSON.

mod known;
mod map;
mod scan;

pub(crate) use known::Known;
pub(crate) use map::Map;

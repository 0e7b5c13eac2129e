//! Logs whose lines are JSON objects.

mod field_map;
mod known_format;
mod scanner;

pub(crate) use field_map::JsonFieldMap;
pub(crate) use known_format::KnownJsonFormat;
pub(crate) use scanner::{JsonScanner, RawJsonValue};

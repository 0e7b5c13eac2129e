//! Flags that several commands share.

pub(crate) mod caret;
mod endpoint_args;
mod engine_args;
mod load_args;
mod name_lists;
mod output_args;
mod output_spec;
mod payload_arg;
mod progress_mode;
mod reported_names;
mod short_help;
mod threshold_args;
mod threshold_source;

pub use endpoint_args::{EndpointArgs, JsonHeaders};
pub(crate) use engine_args::EngineArgs;
pub(crate) use load_args::LoadArgs;
#[cfg(test)]
pub(crate) use name_lists::{LABELS, PHASES, failures};
pub(crate) use output_args::OutputArgs;
pub(crate) use output_spec::{OutputKind, OutputSpec};
pub use payload_arg::PayloadArg;
pub(crate) use progress_mode::ProgressMode;
pub(crate) use reported_names::check as check_reported_name;
pub(crate) use short_help::with_short_help;
pub(crate) use threshold_args::ThresholdArgs;

//! The command line of a run, with its secrets masked.
//!
//! A run file contains it, so that a reader knows what was run. The name of a flag's value says what
//! the value may contain ([`ValuePrivacy`]), so a new flag has its mask from its definition.

mod mask_text;
mod mask_value;
mod masked_command_line;
mod value_privacy;

pub(crate) use self::masked_command_line::MaskedCommandLine;
pub(crate) use self::value_privacy::ValuePrivacy;

//! Suggestions of flags in place of those of other tools.

use std::fmt;

use super::foreign_flag::ForeignFlag;

/// The suggestion of flags in place of those of other tools, as the end of a message.
#[derive(Debug, Default)]
pub(super) struct FlagSuggestion {
    /// Flags of `hammer`, without repetitions. Empty if the flag is not needed here.
    pub(super) here: Vec<String>,
    /// The tools and the meaning there.
    pub(super) origins: Vec<String>,
}

impl FlagSuggestion {
    /// Suggests what to write for `flags` with this value. Returns `None` without a flag.
    pub(super) fn new(flags: &[&ForeignFlag], value: Option<&str>) -> Option<Self> {
        if flags.is_empty() {
            return None;
        }
        let mut suggestion = Self::default();
        for flag in flags {
            let here = flag.here_with(value);
            if !here.is_empty() && !suggestion.here.contains(&here) {
                suggestion.here.push(here);
            }
            suggestion.origins.push(flag.origin());
        }
        Some(suggestion)
    }

    /// Suggests a long flag of the command.
    pub(super) fn of_flag(name: &str) -> Self {
        Self {
            here: vec![format!("--{name}")],
            origins: vec![],
        }
    }
}

impl fmt::Display for FlagSuggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origins = self.origins.join("; ");
        match (&self.here[..], &*origins) {
            ([], _) => write!(f, " ({origins}; try without it)"),
            (here, "") => write!(f, ", did you mean {}?", here.join(" or ")),
            (here, _) => write!(f, ", did you mean {}? ({origins})", here.join(" or ")),
        }
    }
}

//! Rewrites of targets.

use std::borrow::Cow;
use std::str::FromStr;

use regex::bytes::Regex;

/// A rewrite of targets: `REGEX=>TEXT`, where `$1` or `$name` in the text is a group of the expression.
#[derive(Debug, Clone)]
pub struct TargetRewrite {
    find: Regex,
    replacement: Vec<u8>,
}

impl TargetRewrite {
    /// Returns the target with all matches replaced.
    pub(super) fn apply<'t>(&self, target: &'t [u8]) -> Cow<'t, [u8]> {
        self.find.replace_all(target, &self.replacement[..])
    }
}

impl FromStr for TargetRewrite {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let message = "expected 'REGEX=>TEXT', such as '^/v1/=>/v2/'";
        let (find, text) = text.split_once("=>").ok_or(message)?;
        let find = Regex::new(find).map_err(|error| format!("{error}; {message}"))?;
        Ok(Self {
            find,
            replacement: text.as_bytes().to_vec(),
        })
    }
}

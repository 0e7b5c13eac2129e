use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

/// The flags that say what is written where.
#[derive(Debug, Clone, Args)]
#[group(skip)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// What to write: text, json, hits (CSV); repeatable
    #[arg(short, long, value_name = "KIND[=PATH]")]
    output: Vec<Output>,
    /// No progress and no warnings on stderr
    #[arg(short, long)]
    quiet: bool,
    /// Exit with 98 if the verdict is invalid
    #[arg(long)]
    require_valid: bool,
}

impl OutputArgs {
    /// What was asked for; a report as text on stdout, unless stdout or the text was taken.
    pub(crate) fn outputs(&self) -> Vec<Output> {
        let mut outputs = self.output.clone();
        if !outputs
            .iter()
            .any(|output| output.kind == Kind::Text || output.path.is_none())
        {
            outputs.push(Output {
                kind: Kind::Text,
                path: None,
            });
        }
        outputs
    }

    /// Whether progress is not wanted.
    pub(crate) fn quiet(&self) -> bool {
        self.quiet
    }

    /// Whether an invalid verdict is an error.
    pub(crate) fn require_valid(&self) -> bool {
        self.require_valid
    }
}

/// One thing to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) kind: Kind,
    /// None is stdout.
    pub(crate) path: Option<PathBuf>,
}

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The report for people.
    Text,
    /// The report for programs.
    Json,
    /// A line of CSV for each hit.
    Hits,
}

impl FromStr for Output {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, path) = match text.split_once('=') {
            Some((kind, path)) => (kind, Some(path)),
            None => (text, None),
        };
        let kind = match kind {
            "text" => Kind::Text,
            "json" => Kind::Json,
            "hits" => Kind::Hits,
            _ => return Err("unknown kind; right would be text, json=PATH or hits=PATH"),
        };
        match path {
            Some("") => Err("the path is empty; right would be KIND=PATH, or - for stdout"),
            None if kind == Kind::Hits => Err("it needs a path; right would be hits=hits.csv"),
            None | Some("-") => Ok(Self { kind, path: None }),
            Some(path) => Ok(Self {
                kind,
                path: Some(path.into()),
            }),
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Text => "text",
            Kind::Json => "json",
            Kind::Hits => "hits",
        };
        match &self.path {
            Some(path) => write!(f, "{kind}={}", path.display()),
            None => write!(f, "{kind}=-"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_and_a_path() {
        for (text, shown) in [
            ("text", "text=-"),
            ("json", "json=-"),
            ("json=-", "json=-"),
            ("json=a=b", "json=a=b"),
            ("hits=h.csv", "hits=h.csv"),
        ] {
            assert_eq!(text.parse::<Output>().expect(text).to_string(), shown);
        }
        for (text, why) in [
            ("xml", "unknown kind"),
            ("", "unknown kind"),
            ("hits", "a path"),
            ("json=", "empty"),
        ] {
            assert!(
                text.parse::<Output>().expect_err(text).contains(why),
                "{text}"
            );
        }
    }

    #[test]
    fn text_goes_to_stdout_unless_that_is_taken() {
        for (given, all) in [
            ("", "text=-"),
            ("json", "json=-"),
            ("json=a", "json=a text=-"),
            ("hits=a json=b", "hits=a json=b text=-"),
            ("text=a", "text=a"),
        ] {
            let output = given
                .split_whitespace()
                .map(|o| o.parse().expect(o))
                .collect();
            let args = OutputArgs {
                output,
                quiet: false,
                require_valid: false,
            };
            let shown: Vec<_> = args.outputs().iter().map(Output::to_string).collect();
            assert_eq!(shown.join(" "), all, "{given}");
        }
    }
}

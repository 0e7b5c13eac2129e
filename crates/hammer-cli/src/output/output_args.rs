use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use crate::threshold_args::ThresholdArgs;

/// The flags that say what is written where.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// What to write: text, json, junit, hits (CSV); repeatable
    #[arg(short, long, value_name = "KIND[=PATH]")]
    output: Vec<OutputSpec>,
    /// No progress and no warnings on stderr
    #[arg(short, long)]
    quiet: bool,
    /// Exit with 98 if the verdict is invalid
    #[arg(long)]
    require_valid: bool,
    /// Print what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    thresholds: ThresholdArgs,
}

impl OutputArgs {
    /// What `other` says counts more: what it writes is written instead, and its flags are added.
    pub(crate) fn override_with(&mut self, other: Self) {
        if !other.output.is_empty() {
            self.output = other.output;
        }
        self.quiet |= other.quiet;
        self.require_valid |= other.require_valid;
        self.dry_run |= other.dry_run;
        self.thresholds.merge(other.thresholds);
    }

    /// Says where each output stands in a plan.
    pub(crate) fn with_plan_locations(mut self, plan_location: impl Fn(usize) -> String) -> Self {
        for (index, output) in self.output.iter_mut().enumerate() {
            output.plan_location = Some(plan_location(index));
        }
        self
    }

    /// Whether nothing is to be sent.
    pub(crate) fn dry_run(&self) -> bool {
        self.dry_run
    }

    /// What was asked for; a report as text on stdout, unless stdout or the text was taken.
    pub(crate) fn outputs(&self) -> Vec<OutputSpec> {
        let mut outputs = self.output.clone();
        if !outputs
            .iter()
            .any(|output| output.kind == OutputKind::Text || output.path.is_none())
        {
            outputs.push(OutputSpec {
                kind: OutputKind::Text,
                path: None,
                plan_location: None,
            });
        }
        outputs
    }

    /// Whether progress is not wanted.
    pub(crate) fn quiet(&self) -> bool {
        self.quiet
    }

    /// What must hold.
    pub(crate) fn thresholds(&self) -> &ThresholdArgs {
        &self.thresholds
    }

    /// Whether an invalid verdict is an error.
    pub(crate) fn require_valid(&self) -> bool {
        self.require_valid
    }
}

/// One thing to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutputSpec {
    pub(crate) kind: OutputKind,
    /// None is stdout.
    pub(crate) path: Option<PathBuf>,
    /// Where it stands in a plan; none if it was given on the command line, or nowhere.
    pub(crate) plan_location: Option<String>,
}

/// What to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputKind {
    /// The report for people.
    Text,
    /// The report for programs.
    Json,
    /// The verdict and the thresholds for build servers.
    Junit,
    /// A line of CSV for each hit.
    Hits,
}

impl FromStr for OutputSpec {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, path) = match text.split_once('=') {
            Some((kind, path)) => (kind, Some(path)),
            None => (text, None),
        };
        let kind = match kind {
            "text" => OutputKind::Text,
            "json" => OutputKind::Json,
            "junit" => OutputKind::Junit,
            "hits" => OutputKind::Hits,
            _ => {
                return Err(
                    "unknown kind; right would be text, json=PATH, junit=PATH or hits=PATH",
                );
            }
        };
        match path {
            Some("") => Err("the path is empty; right would be KIND=PATH, or - for stdout"),
            None if kind == OutputKind::Hits => {
                Err("it needs a path; right would be hits=hits.csv")
            }
            None | Some("-") => Ok(Self {
                kind,
                path: None,
                plan_location: None,
            }),
            Some(path) => Ok(Self {
                kind,
                path: Some(path.into()),
                plan_location: None,
            }),
        }
    }
}

impl fmt::Display for OutputSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            OutputKind::Text => "text",
            OutputKind::Json => "json",
            OutputKind::Junit => "junit",
            OutputKind::Hits => "hits",
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
            ("junit", "junit=-"),
            ("junit=j.xml", "junit=j.xml"),
            ("json=a=b", "json=a=b"),
            ("hits=h.csv", "hits=h.csv"),
        ] {
            assert_eq!(text.parse::<OutputSpec>().expect(text).to_string(), shown);
        }
        for (text, why) in [
            ("xml", "unknown kind"),
            ("", "unknown kind"),
            ("hits", "a path"),
            ("json=", "empty"),
        ] {
            assert!(
                text.parse::<OutputSpec>().expect_err(text).contains(why),
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
            ("junit", "junit=-"),
            ("junit=a", "junit=a text=-"),
        ] {
            let output = given
                .split_whitespace()
                .map(|o| o.parse().expect(o))
                .collect();
            let args = OutputArgs {
                output,
                ..OutputArgs::default()
            };
            let shown: Vec<_> = args.outputs().iter().map(OutputSpec::to_string).collect();
            assert_eq!(shown.join(" "), all, "{given}");
        }
    }
}

//! Flags for outputs and their values.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use hammer_plan::ParsedPlanFile;

use super::ThresholdArgs;

/// Flags for outputs.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Output to write: text, json, junit or hits (CSV); repeatable
    ///
    /// Without PATH, or with - as PATH, it goes to stdout; hits needs a PATH. The text report goes to
    /// stdout unless another output does. A report file appears when it is complete; hits are
    /// written as they end. Only the owner can read a new file, except junit; an existing one keeps its
    /// permissions.
    #[arg(short, long, value_name = "KIND[=PATH]")]
    output: Vec<OutputSpec>,
    /// Do not print progress and warnings
    #[arg(short, long)]
    quiet: bool,
    /// Exit with code 98 if the verdict is invalid, even without thresholds
    #[arg(long)]
    require_valid: bool,
    /// Describe the load without sending anything
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    thresholds: ThresholdArgs,
}

impl OutputArgs {
    /// Gives priority to `other`: its outputs replace these, and its flags and thresholds are added.
    pub(crate) fn override_with(&mut self, other: Self) {
        if !other.output.is_empty() {
            self.output = other.output;
        }
        self.quiet |= other.quiet;
        self.require_valid |= other.require_valid;
        self.dry_run |= other.dry_run;
        self.thresholds.merge(other.thresholds);
    }

    /// Sets the location of each output in a plan.
    pub(crate) fn with_plan_locations(mut self, plan_location: impl Fn(usize) -> String) -> Self {
        for (index, output) in self.output.iter_mut().enumerate() {
            output.plan_location = Some(plan_location(index));
        }
        self
    }

    /// Sets the plan that the thresholds are from.
    pub(crate) fn with_plan_thresholds(mut self, file: &ParsedPlanFile) -> Self {
        self.thresholds = self.thresholds.from_plan(file);
        self
    }

    /// Returns true if nothing is to be sent.
    pub(crate) fn dry_run(&self) -> bool {
        self.dry_run
    }

    /// The outputs to write, with the text report on stdout unless one of them is text or on stdout.
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

    /// Returns true if progress and warnings are off.
    pub(crate) fn quiet(&self) -> bool {
        self.quiet
    }

    /// The thresholds.
    pub(crate) fn thresholds(&self) -> &ThresholdArgs {
        &self.thresholds
    }

    /// Returns true if an invalid verdict is an error.
    pub(crate) fn require_valid(&self) -> bool {
        self.require_valid
    }
}

/// An output and its destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OutputSpec {
    pub(crate) kind: OutputKind,
    /// The file, or `None` for stdout.
    pub(crate) path: Option<PathBuf>,
    /// The location in a plan, or `None` for the command line and defaults.
    pub(crate) plan_location: Option<String>,
}

/// A kind of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputKind {
    /// The report as text.
    Text,
    /// The report as JSON.
    Json,
    /// The verdict and the thresholds as JUnit XML.
    Junit,
    /// A line of CSV for each hit.
    Hits,
}

impl OutputKind {
    /// All kinds, in the order of the docs.
    pub(crate) const ALL: [Self; 4] = [Self::Text, Self::Json, Self::Junit, Self::Hits];

    /// The name of the kind on the command line and in plans.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Hits => "hits",
        }
    }
}

impl FromStr for OutputSpec {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, path) = match text.split_once('=') {
            Some((kind, path)) => (kind, Some(path)),
            None => (text, None),
        };
        let kind = OutputKind::ALL
            .into_iter()
            .find(|known| known.as_str() == kind)
            .ok_or("unknown kind; expected text, json=PATH, junit=PATH or hits=PATH")?;
        match path {
            Some("") => Err("empty path; expected a path, or - for stdout"),
            None if kind == OutputKind::Hits => Err("missing path (try hits=hits.csv)"),
            // The path would be the file behind stdout, which the shell has opened for stdout.
            None | Some("-" | "/dev/stdout") => Ok(Self {
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
        let kind = self.kind.as_str();
        match &self.path {
            Some(path) => write!(f, "{kind}={}", path.display()),
            None => f.write_str(kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_have_a_kind_and_a_path() {
        for (text, shown) in [
            ("text", "text"),
            ("json", "json"),
            ("json=-", "json"),
            ("junit", "junit"),
            ("junit=j.xml", "junit=j.xml"),
            ("json=a=b", "json=a=b"),
            ("hits=h.csv", "hits=h.csv"),
            ("json=/dev/stdout", "json"),
        ] {
            assert_eq!(text.parse::<OutputSpec>().expect(text).to_string(), shown);
        }
        for (text, problem) in [
            ("xml", "unknown kind"),
            ("", "unknown kind"),
            ("hits", "missing path"),
            ("json=", "empty"),
        ] {
            assert!(
                text.parse::<OutputSpec>()
                    .expect_err(text)
                    .contains(problem),
                "{text}"
            );
        }
    }

    #[test]
    fn text_goes_to_stdout_unless_another_output_does() {
        for (given, all) in [
            ("", "text"),
            ("json", "json"),
            ("json=a", "json=a text"),
            ("hits=a json=b", "hits=a json=b text"),
            ("text=a", "text=a"),
            ("junit", "junit"),
            ("junit=a", "junit=a text"),
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

//! Kinds of outputs, and the places they are written to.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use hammer_diagnostic::printable_path;

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
    /// The report as Markdown, for a merge request or a chat.
    Markdown,
    /// The report as a page of HTML, with the run file inside.
    Html,
    /// The run file: the report with all histograms.
    Run,
    /// The timeline as an interval log of HdrHistogram.
    Hlog,
    /// The response as a percentile spectrum of HdrHistogram.
    Hgrm,
    /// A line of CSV for each hit.
    Hits,
}

impl OutputSpec {
    /// The text report on stdout.
    pub(crate) const TEXT_ON_STDOUT: Self = Self {
        kind: OutputKind::Text,
        path: None,
        plan_location: None,
    };

    /// The outputs, with the text on stdout unless one of them is text or on stdout.
    pub(crate) fn with_text(outputs: &[Self]) -> Vec<Self> {
        let mut outputs = outputs.to_vec();
        let is_shown = |output: &Self| output.kind == OutputKind::Text || output.path.is_none();
        if !outputs.iter().any(is_shown) {
            outputs.push(Self::TEXT_ON_STDOUT);
        }
        outputs
    }

    /// Parses an output of one of these kinds, such as `json=report.json`.
    pub(crate) fn parse(text: &str, kinds: &[OutputKind]) -> Result<Self, String> {
        let (kind, path) = match text.split_once('=') {
            Some((kind, path)) => (kind, Some(path)),
            None => (text, None),
        };
        let kind = OutputKind::ALL
            .into_iter()
            .find(|known| known.as_str() == kind && kinds.contains(known))
            .ok_or_else(|| {
                let known = OutputKind::list(kinds);
                format!("unknown kind; expected {known}, and =PATH for a file")
            })?;
        match (path, kind.needed_path()) {
            (Some(""), _) => Err("empty path; expected a path, or - for stdout".to_owned()),
            (Some(path), _) if kind == OutputKind::Hits && is_of_another_format(path) => {
                Err("expected a name for CSV, plain or in zstd (try hits=hits.csv.zst)".to_owned())
            }
            (None, Some(example)) => Err(format!("missing path (try {}={example})", kind.as_str())),
            // The path would be the file behind stdout, which the shell has opened for stdout.
            (None | Some("-" | "/dev/stdout"), _) => Ok(Self {
                kind,
                path: None,
                plan_location: None,
            }),
            (Some(path), _) => Ok(Self {
                kind,
                path: Some(path.into()),
                plan_location: None,
            }),
        }
    }

    /// Returns true if the name of the file says that it is compressed with zstd.
    pub(crate) fn is_compressed(&self) -> bool {
        let path = self.path.as_deref();
        path.is_some_and(|path| path.extension().is_some_and(|ending| ending == "zst"))
    }
}

impl OutputKind {
    /// All kinds, in the order of the docs.
    pub(crate) const ALL: [Self; 9] = [
        Self::Text,
        Self::Json,
        Self::Junit,
        Self::Markdown,
        Self::Html,
        Self::Run,
        Self::Hlog,
        Self::Hgrm,
        Self::Hits,
    ];

    /// The name of the kind on the command line and in plans.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Run => "run",
            Self::Hlog => "hlog",
            Self::Hgrm => "hgrm",
            Self::Hits => "hits",
        }
    }

    /// An example of a path for a kind that is not meant for a terminal, and needs one.
    fn needed_path(self) -> Option<&'static str> {
        match self {
            Self::Text | Self::Json | Self::Junit | Self::Markdown => None,
            Self::Html => Some("report.html"),
            Self::Run => Some("run.json"),
            Self::Hlog => Some("run.hlog"),
            Self::Hgrm => Some("run.hgrm"),
            Self::Hits => Some("hits.csv"),
        }
    }

    /// The names of all kinds, as in messages.
    pub(crate) fn list(kinds: &[Self]) -> String {
        let names: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
        match names.split_last() {
            Some((last, [])) => (*last).to_owned(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => String::new(),
        }
    }
}

impl FromStr for OutputSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text, &OutputKind::ALL)
    }
}

/// Returns true if the name of a log of hits promises a format that it does not have.
fn is_of_another_format(path: &str) -> bool {
    let other = ["br", "bz2", "gz", "json", "lz4", "parquet", "xz", "zip"];
    let ending = Path::new(path).extension().and_then(|end| end.to_str());
    ending.is_some_and(|end| other.iter().any(|other| end.eq_ignore_ascii_case(other)))
}

impl fmt::Display for OutputSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.as_str();
        match &self.path {
            Some(path) => write!(f, "{kind}={}", printable_path(path)),
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
            ("hits=h.csv.zst", "hits=h.csv.zst"),
            ("hits=/tmp/h", "hits=/tmp/h"),
            ("md", "md"),
            ("run=r.json.zst", "run=r.json.zst"),
            ("run=-", "run"),
            ("json=/dev/stdout", "json"),
        ] {
            assert_eq!(text.parse::<OutputSpec>().expect(text).to_string(), shown);
        }
        for (text, problem) in [
            ("xml", "unknown kind"),
            ("", "unknown kind"),
            ("hits", "missing path (try hits=hits.csv)"),
            ("run", "missing path (try run=run.json)"),
            ("json=", "empty"),
            ("hgrm", "missing path (try hgrm=run.hgrm)"),
            ("hits=h.csv.gz", "try hits=hits.csv.zst"),
            ("hits=h.parquet", "CSV, plain or in zstd"),
        ] {
            assert!(
                text.parse::<OutputSpec>()
                    .expect_err(text)
                    .contains(problem),
                "{text}"
            );
        }
    }
}

//! `hammer report`: outputs of runs that were kept as run files.

use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_core::RunFile;

use crate::args::{OutputKind, OutputSpec};
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::output::{OutputPlaces, ReportFiles, output_error, print_stderr};
use crate::report::render;
use crate::report::text::TextOptions;
use crate::run_file;
use crate::text::lines::INDENT;
use crate::text::sanitize;

/// Name of the subcommand.
pub(crate) const NAME: &str = "report";

/// Kinds of which several can follow each other on stdout.
const SEQUENTIAL_KINDS: [OutputKind; 3] =
    [OutputKind::Text, OutputKind::Json, OutputKind::Markdown];

const EXAMPLES: &str = "\
Examples:
  hammer http http://127.0.0.1:8080/ -o run=run.json.zst
  hammer report run.json.zst
  hammer report run.json.zst -o md
  hammer report run.json.zst -o json=report.json -o html=report.html
  hammer report report.html -o junit";

/// The command for several runs, of which this one shows each.
const COMPARE: Option<&str> = if cfg!(feature = "compare") {
    Some("hammer compare")
} else {
    None
};

#[derive(Debug, Args)]
struct ReportArgs {
    /// Run files; - for stdin
    ///
    /// The file of '-o run=PATH', compressed with zstd or not, or the page of '-o html=PATH', in which
    /// the slices of a long run are longer. Maximum size: 256 MiB.
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Output: text, json, junit, md, html, run, hlog, hgrm; repeatable [default: text]
    ///
    /// As for a run, but the text report is written only if it is requested, or if there is no other
    /// output. Several runs can follow each other on stdout as text, json or md.
    #[arg(short, long, value_name = "KIND[=PATH]", value_parser = parse_output)]
    output: Vec<OutputSpec>,
    /// Add confidence intervals of the percentiles to text and Markdown
    #[arg(long)]
    confidence: bool,
}

/// Parses an output that can be made of a run file.
fn parse_output(text: &str) -> Result<OutputSpec, String> {
    let kind = text.split('=').next();
    if kind == Some(OutputKind::Hits.as_str()) {
        return Err("a run file has no single hits (try -o hits=PATH in the run)".to_owned());
    }
    let kinds = OutputKind::ALL.into_iter();
    let kinds: Vec<_> = kinds.filter(|kind| *kind != OutputKind::Hits).collect();
    OutputSpec::parse(text, &kinds)
}

/// Defines `report RUN… [-o KIND[=PATH]]…`.
pub(crate) fn command() -> Command {
    ReportArgs::augment_args(Command::new(NAME))
        .about("Render run files as text, JSON, JUnit, Markdown, HTML and more")
        .after_help(match COMPARE {
            Some(compare) => format!("{EXAMPLES}\n\n'{compare}' compares runs."),
            None => EXAMPLES.to_owned(),
        })
}

/// Renders the runs. Thresholds that failed in them do not matter for the exit code.
pub(crate) fn run(matches: &ArgMatches) -> Result<CommandExit, Error> {
    let args = ReportArgs::from_arg_matches(matches)?;
    let outputs = args.outputs()?;
    let inputs = args.runs.iter().map(PathBuf::as_path);
    let files = ReportFiles::check(outputs, OutputPlaces::of_inputs(inputs))?;
    let runs = args.read_runs()?;
    let written = files.write(|output, color| {
        let options = TextOptions {
            color,
            confidence: args.confidence,
        };
        let mut bytes = vec![];
        for (index, (path, run)) in runs.iter().enumerate() {
            if runs.len() > 1 {
                bytes.extend(separator(output.kind, index, path).into_bytes());
            }
            bytes.extend(render(output.kind, run, options)?);
        }
        Ok(bytes)
    });
    for error in &written.errors {
        print_stderr(&format!("error: {error}"));
    }
    Ok(match written.errors.is_empty() {
        true => CommandExit::OK,
        false => CommandExit::FAILED,
    })
}

impl ReportArgs {
    /// The outputs, after checking that they can be made of the runs.
    fn outputs(&self) -> Result<Vec<OutputSpec>, Error> {
        if self.output.is_empty() {
            return Ok(vec![OutputSpec::TEXT_ON_STDOUT]);
        }
        for output in &self.output {
            let kind = output.kind;
            let is_sequential = output.path.is_none() && SEQUENTIAL_KINDS.contains(&kind);
            if self.runs.len() > 1 && !is_sequential {
                let found = self.runs.len();
                let compare = COMPARE.map(|it| format!(", or '{it}' for all of them"));
                let problem = format!(
                    "expected one RUN, found {found}: only text, json and md on stdout take several \
                     (try one command for each RUN{})",
                    compare.unwrap_or_default()
                );
                return Err(output_error(output, &problem));
            }
        }
        Ok(self.output.clone())
    }

    fn read_runs(&self) -> Result<Vec<(&Path, RunFile)>, Error> {
        let stdin = self.runs.iter().filter(|path| **path == Path::new("-"));
        if stdin.count() > 1 {
            let problem = "stdin can be read only once";
            return Err(Error::invalid_value("<RUN>...", "-", problem));
        }
        let read = |path| {
            let run = run_file::read(path).map_err(|problem| {
                Error::invalid_value("<RUN>...", &path.display().to_string(), problem)
            })?;
            Ok((path, run))
        };
        self.runs.iter().map(PathBuf::as_path).map(read).collect()
    }
}

/// The text before one of several runs: its file, where the format has a place for it.
fn separator(kind: OutputKind, index: usize, path: &Path) -> String {
    let line = if index == 0 { "" } else { "\n" };
    match kind {
        OutputKind::Text => {
            let path = sanitize(&path.display().to_string());
            format!("{line}{:<INDENT$}{path}\n", "file")
        }
        OutputKind::Markdown => line.to_owned(),
        _ => String::new(),
    }
}

//! `hammer compare`: compares runs from their files.

use std::path::PathBuf;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_analysis::{MIN_RUNS, RunPairing};

use super::comparison_args::ComparisonArgs;
use super::judge::ComparisonJob;
use super::run_input::read_sides;
use super::side_names::SideNames;
use crate::args::with_short_help;
use crate::command_exit::CommandExit;
use crate::error::Error;

/// Name of the subcommand.
pub(crate) const NAME: &str = "compare";

/// The positional arguments in messages.
const BASE_ARGUMENT: &str = "<BASE>...";

/// Arguments that `-h` shows.
const COMMON_ARGS: [&str; 5] = ["runs", "with", "margin", "fail_on", "output"];

const EXAMPLES: &str = "\
hammer compare base.run new.run
hammer compare base-*.run --with new-*.run
hammer compare base-*.run --with new-*.run -o md=comment.md -o junit=compare.xml
hammer compare base-*.run --with new-*.run --margin 2% --fail-on cannot-tell";

const NOTES: &str = "\
Exit codes: 99 if a figure is worse, 98 if the runs cannot be compared, otherwise 0.
'hammer http … -o run=PATH' writes a run file. docs/COMPARING.md describes the method.";

#[derive(Debug, Args)]
#[group(skip)]
struct CompareArgs {
    /// Run files of the base; or BASE and NEW without --with
    #[arg(value_name = "BASE", required = true)]
    runs: Vec<PathBuf>,
    /// Run files of the new side; give at least three of each side
    #[arg(long, value_name = "NEW", num_args = 1..)]
    with: Vec<PathBuf>,
    /// Compare run k of the base with run k of the new side
    ///
    /// It needs three runs of each side. Without this flag, runs are paired if the two sides alternate by
    /// their start times.
    #[arg(long)]
    paired: bool,
    #[command(flatten)]
    comparison: ComparisonArgs,
}

/// Defines `compare BASE… --with NEW…`.
pub(crate) fn command() -> Command {
    let command = CompareArgs::augment_args(Command::new(NAME));
    with_short_help(command, &COMMON_ARGS, EXAMPLES, NOTES)
        .override_usage(
            "hammer compare <BASE> <NEW> [OPTIONS]\n       hammer compare <BASE>... --with <NEW>... [OPTIONS]",
        )
        .about("Compare runs: what is better, worse or the same")
}

/// Compares the runs and writes the outputs.
pub(crate) fn run(matches: &ArgMatches) -> Result<CommandExit, Error> {
    let args = CompareArgs::from_arg_matches(matches)?;
    let (base, new) = args.sides()?;
    let names = |paths: &[PathBuf]| {
        paths
            .iter()
            .map(|path| path.display().to_string())
            .collect()
    };
    let pairing = match args.paired {
        true => RunPairing::Paired,
        false => RunPairing::Detected,
    };
    let names = SideNames {
        base: names(base),
        new: names(new),
    };
    let inputs = base.iter().chain(new).map(PathBuf::as_path);
    let job = ComparisonJob::new(&args.comparison, pairing, inputs)?;
    let new_argument = match args.with.is_empty() {
        true => BASE_ARGUMENT,
        false => "--with <NEW>...",
    };
    let (base, new) = read_sides((BASE_ARGUMENT, base), (new_argument, new))?;
    Ok(job.finish(&base, &new, &names))
}

impl CompareArgs {
    /// The paths of both sides.
    fn sides(&self) -> Result<(&[PathBuf], &[PathBuf]), Error> {
        let (base, new) = match (self.runs.as_slice(), self.with.as_slice()) {
            ([base, new], []) => (std::slice::from_ref(base), std::slice::from_ref(new)),
            (runs, []) => {
                return Err(Error::Usage(format!(
                    "expected two runs without '--with', BASE and NEW, found {} \
                     (try hammer compare BASE... --with NEW...)",
                    runs.len()
                )));
            }
            sides => sides,
        };
        if self.paired && base.len().min(new.len()) < MIN_RUNS {
            return Err(Error::Usage(format!(
                "expected at least {MIN_RUNS} runs of each side with '--paired', found {} and {} \
                 (try more runs, or omit it)",
                base.len(),
                new.len()
            )));
        }
        Ok((base, new))
    }
}

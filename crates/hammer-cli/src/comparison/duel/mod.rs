//! `hammer duel`: runs two plans in turn and compares them.

mod child_run;
#[expect(
    clippy::module_inception,
    reason = "a file is named after the noun it defines"
)]
mod duel;
mod duel_progress;
mod leftovers;
mod run_folder;
mod stderr_relay;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_analysis::{MIN_RUNS, RunPairing, check_planned_loads};

use self::child_run::{ChildRunner, ChildVerbosity, PlanCheck};
use self::duel::Duel;
use self::duel_progress::DuelProgress;
use self::leftovers::Leftovers;
use self::run_folder::RunFolder;
use super::comparison_args::ComparisonArgs;
use super::judge::ComparisonJob;
use super::side_names::SideNames;
use crate::args::with_short_help;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::output::StderrTerminal;
use crate::parsers::{count, duration};

/// Name of the subcommand.
pub(crate) const NAME: &str = "duel";

/// Arguments that `-h` shows.
const COMMON_ARGS: [&str; 8] = [
    "base", "new", "rounds", "rest", "keep", "margin", "fail_on", "output",
];

const EXAMPLES: &str = "\
hammer duel old.toml new.toml
hammer duel old.toml new.toml --rounds 10 --rest 30s --keep runs
hammer duel old.toml new.toml -o md=comment.md --fail-on cannot-tell";

const NOTES: &str = "\
The plans run in turn: A, B, A, B, and so on, so that slow changes of the machine affect both.
Each run is a process of its own. Outputs in the plans are ignored. A failed threshold does not end
the duel, but a run that a condition ends early does. Exit codes are those of 'hammer compare'.
docs/COMPARING.md describes the method.";

#[derive(Debug, Args)]
#[group(skip)]
struct DuelArgs {
    /// Plan of the base
    #[arg(value_name = "A")]
    base: PathBuf,
    /// Plan of the new side
    #[arg(value_name = "B")]
    new: PathBuf,
    /// Number of runs of each plan
    #[arg(long, value_name = "COUNT", default_value = "5", value_parser = count::parse_up_to::<1_000>)]
    rounds: u64,
    /// Pause between runs; 0 for none
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = duration::parse_or_zero)]
    rest: Duration,
    /// New or empty folder for the run files, which are deleted otherwise
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Do not print progress and warnings
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    comparison: ComparisonArgs,
}

impl DuelArgs {
    /// The pairing of the runs. Fewer rounds are asked for only to look at what varies within them.
    fn pairing(&self) -> RunPairing {
        match self.rounds < MIN_RUNS as u64 {
            true => RunPairing::Detected,
            false => RunPairing::Paired,
        }
    }
}

/// Defines `duel A B`.
pub(crate) fn command() -> Command {
    let command = DuelArgs::augment_args(Command::new(NAME));
    with_short_help(command, &COMMON_ARGS, EXAMPLES, NOTES)
        .about("Run two plans in turn, and compare them")
}

/// Runs the plans in turn, compares the runs and writes the outputs.
pub(crate) fn run(matches: &ArgMatches) -> Result<CommandExit, Error> {
    let args = DuelArgs::from_arg_matches(matches)?;
    let plans = [("<A>", &args.base), ("<B>", &args.new)];
    let inputs = plans.iter().map(|(_, plan)| plan.as_path());
    let job = ComparisonJob::new(&args.comparison, args.pairing(), inputs)?;
    let leftovers = Leftovers::default();
    let verbosity = match StderrTerminal::detect() {
        _ if args.quiet => ChildVerbosity::Quiet,
        Some(_) => ChildVerbosity::Terminal,
        None => ChildVerbosity::Log,
    };
    let mut runner = ChildRunner::new(verbosity, leftovers.clone())?;
    let mut loads = vec![];
    for (argument, plan) in plans {
        match runner.check(argument, plan)? {
            PlanCheck::Accepted(of_plan) => loads.extend(of_plan),
            PlanCheck::Refused(exit) => return Ok(exit),
        }
    }
    if let [base, new] = &loads[..]
        && let Err(refused) = check_planned_loads(base, new)
    {
        let name = |plan: &Path| vec![plan.display().to_string()];
        let names = SideNames {
            base: name(&args.base),
            new: name(&args.new),
        };
        return Ok(job.refuse(&refused, &names));
    }
    let folder = RunFolder::open(args.keep.as_deref(), &leftovers)?;
    Ok(Duel::new(&args, folder, runner, DuelProgress(verbosity)).run(job))
}

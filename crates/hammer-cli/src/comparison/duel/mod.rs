//! `hammer duel`: runs two plans in turn and compares them.

mod child_run;
mod leftovers;
mod run_folder;
mod stderr_relay;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_analysis::{
    ComparisonSide, Incomparable, IncomparableReason, MIN_RUNS, RunPairing, RunPosition,
    check_comparability,
};
use hammer_core::RunFile;

use self::child_run::{ChildRunner, RunEnd};
use self::leftovers::Leftovers;
use self::run_folder::RunFolder;
use super::comparison_args::ComparisonArgs;
use super::judge::ComparisonJob;
use super::side_names::SideNames;
use crate::args::with_short_help;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::output::{print_error_message, print_stderr};
use crate::parsers::{count, duration};
use crate::run_file;
use crate::text::number::{format_counted, format_micros};

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
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = rest)]
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
    let runner = ChildRunner::new(args.quiet, leftovers.clone())?;
    for (argument, plan) in plans {
        if let Some(exit) = runner.check(argument, plan)? {
            return Ok(exit);
        }
    }
    let mut duel = Duel {
        args: &args,
        folder: RunFolder::open(args.keep.as_deref(), &leftovers)?,
        runner,
        base: vec![],
        new: vec![],
    };
    let end = duel.run_rounds();
    Ok(duel.finish(job, end))
}

/// The reason why no more runs are made.
enum DuelEnd {
    /// All rounds are complete, or a signal came.
    Ended,
    /// The runs so far cannot be compared.
    Refused(Incomparable),
    /// A run failed.
    Failed(Error),
}

/// The state of a duel.
struct Duel<'a> {
    args: &'a DuelArgs,
    folder: RunFolder,
    runner: ChildRunner,
    /// The runs so far.
    base: Vec<RunFile>,
    new: Vec<RunFile>,
}

impl Duel<'_> {
    /// Runs all rounds, or those before the duel ends early.
    fn run_rounds(&mut self) -> DuelEnd {
        for round in 1..=self.args.rounds {
            for side in [ComparisonSide::Base, ComparisonSide::New] {
                let is_first = round == 1 && side == ComparisonSide::Base;
                if !is_first && !self.runner.rest(self.args.rest) {
                    return DuelEnd::Ended;
                }
                let run = match self.run_plan(side, round) {
                    Ok(Some(run)) => run,
                    Ok(None) => return DuelEnd::Ended,
                    Err(error) => return DuelEnd::Failed(error),
                };
                let refused = unusable_run(&run, side, round);
                match side {
                    ComparisonSide::Base => self.base.push(run),
                    ComparisonSide::New => self.new.push(run),
                }
                if let Some(refused) = refused {
                    return DuelEnd::Refused(refused);
                }
            }
            // The plans of all rounds are the same.
            if round == 1
                && let Err(refused) = check_comparability(&self.base, &self.new)
            {
                return DuelEnd::Refused(refused);
            }
        }
        DuelEnd::Ended
    }

    /// Runs the plan of a side. Returns `None` if a signal ended the run.
    fn run_plan(&mut self, side: ComparisonSide, round: u64) -> Result<Option<RunFile>, Error> {
        let plan = match side {
            ComparisonSide::Base => &self.args.base,
            ComparisonSide::New => &self.args.new,
        };
        let title = format!("round {round} of {}: {}", self.args.rounds, plan.display());
        self.say(&title);
        let file = self.folder.run_file(side, round);
        if self.runner.run(plan, &file, &title)? == RunEnd::Stopped {
            return Ok(None);
        }
        let run = run_file::read(&file).map_err(|problem| {
            Error::Run(format!("{title}: failed to read its run file: {problem}"))
        })?;
        self.say(&format!("{title}   {}", summary(&run)));
        Ok(Some(run))
    }

    /// Compares the complete rounds, or says why not.
    fn finish(mut self, job: ComparisonJob, end: DuelEnd) -> CommandExit {
        let early = match end {
            DuelEnd::Refused(refused) => return job.refuse(&refused, &self.names()),
            DuelEnd::Failed(error) => {
                print_error_message(&error);
                Some(CommandExit::FAILED)
            }
            DuelEnd::Ended => self.runner.stopped_by(),
        };
        let rounds = self.base.len().min(self.new.len());
        if let Some(exit) = early
            && rounds < MIN_RUNS
        {
            let complete = format_counted(rounds as u64, "complete round");
            let fate = self.folder.fate();
            print_stderr(&format!(
                "stopped after {complete}: a comparison needs {MIN_RUNS}; {fate}"
            ));
            return exit;
        }
        self.base.truncate(rounds);
        self.new.truncate(rounds);
        let exit = job.finish(&self.base, &self.new, &self.names());
        early.unwrap_or(exit)
    }

    /// The names of the runs so far.
    fn names(&self) -> SideNames {
        let names = |plan: &Path, side, rounds: usize| {
            let name = |round| self.folder.run_name(plan, side, round);
            (1..=rounds as u64).map(name).collect()
        };
        SideNames {
            base: names(&self.args.base, ComparisonSide::Base, self.base.len()),
            new: names(&self.args.new, ComparisonSide::New, self.new.len()),
        }
    }

    fn say(&self, line: &str) {
        if !self.args.quiet {
            print_stderr(line);
        }
    }
}

/// The verdict of a run, and its p99 if it has one load.
fn summary(run: &RunFile) -> String {
    let verdict = run.report.verdict.status.as_str();
    match run.report.single_load() {
        Some(load) if load.response_us.count > 0 => {
            format!("{verdict}, p99 {}", format_micros(load.response_us.p99))
        }
        _ => verdict.to_owned(),
    }
}

/// The reason why a run cannot be compared with others, if there is one.
fn unusable_run(run: &RunFile, side: ComparisonSide, round: u64) -> Option<Incomparable> {
    let index = usize::try_from(round - 1).unwrap_or(usize::MAX);
    let reason = IncomparableReason::of_run(run, RunPosition { side, index })?;
    Some(Incomparable {
        reasons: vec![reason],
    })
}

/// Parses a pause, which may be 0.
fn rest(text: &str) -> Result<Duration, hammer_diagnostic::Diagnostic> {
    match text.trim() {
        "0" | "0s" => Ok(Duration::ZERO),
        text => duration::parse(text),
    }
}

//! The subcommands of `hammer find`, one for each hammer and one for plans.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_plan::SubstitutedVariables;

use super::FindArgs;
use crate::args::with_short_help;
use crate::command_exit::CommandExit;
use crate::command_line::MaskedCommandLine;
use crate::commands::external::{self, ExternalCommandResult};
use crate::error::Error;
use crate::hammer::{self, HammerCommand};
use crate::plan;

/// Name of the subcommand.
pub(crate) const NAME: &str = "find";

/// Name of the subcommand for plans.
const PLAN: &str = "run";

/// The argument with the plan in messages.
const PLAN_ARGUMENT: &str = "<PLAN>";

/// Flags of a load that the search decides, by their ids, with the flags that do that.
const DECIDED: [(&str, &str); 4] = [
    ("rate", "--from and --to"),
    ("duration", "--look and --confirm"),
    ("hits", "--look and --confirm"),
    ("warmup", "--settle"),
];

/// Flags of a search that `-h` shows.
const COMMON_ARGS: [&str; 9] = [
    "slo", "from", "to", "within", "look", "confirm", "budget", "at_least", "curve",
];

const EXAMPLES: &str = "\
hammer find http http://127.0.0.1:8080/ --slo 'p99 < 200ms' --slo 'errors < 0.1%'
hammer find run plan.toml --slo 'p99 < 200ms' --at-least 500 -o html=capacity.html";

#[derive(Debug, Args)]
#[group(skip)]
struct PlanArgs {
    /// Plan of one load, whose rate and duration are ignored; - for stdin
    plan: PathBuf,
}

/// Defines `find`, with a subcommand for each hammer; programs on PATH can be others.
pub(crate) fn command(entries: &[Box<dyn HammerCommand>], external: bool) -> Command {
    let plan = FindArgs::augment_args(PlanArgs::augment_args(Command::new(PLAN)));
    let plan =
        with_short_help(plan, &COMMON_ARGS, EXAMPLES, "").about("Search with the load of a plan");
    Command::new(NAME)
        .about("Find the highest rate at which objectives hold")
        .after_help("'hammer find NAME …' searches with the program hammer-NAME from PATH.")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .allow_external_subcommands(external)
        .subcommands(entries.iter().map(|entry| entry.find_command()))
        .subcommand(plan)
}

/// Completes the command of a hammer, which has the flags of the hammer and the load.
pub(crate) fn hammer_command(command: Command, shown: &[&str], about: &'static str) -> Command {
    let command = DECIDED.iter().fold(command, |command, (id, _)| {
        command.mut_arg(id, |arg| arg.hide(true))
    });
    let shown = shown.iter().filter(|id| **id != "once");
    let shown: Vec<&str> = shown.chain(&COMMON_ARGS).copied().collect();
    with_short_help(FindArgs::augment_args(command), &shown, EXAMPLES, "").about(about)
}

/// Runs the selected subcommand. `program` and `args` are those of the command line.
pub(crate) fn run_selected(
    entries: &[Box<dyn HammerCommand>],
    command: &Command,
    matches: &ArgMatches,
    (program, args): (&str, &[OsString]),
) -> Result<CommandExit, Error> {
    let Some((name, matches)) = matches.subcommand() else {
        return Ok(CommandExit::USAGE);
    };
    let Some(selected) = command.find_subcommand(name) else {
        return run_external(entries, name, args);
    };
    let line = MaskedCommandLine::new(&[program, NAME, name], selected, matches);
    let find = FindArgs::from_arg_matches(matches)?;
    if name == PLAN {
        let path = PlanArgs::from_arg_matches(matches)?.plan;
        let file = plan::read(&path, PLAN_ARGUMENT)?;
        let found = plan::build(entries, &file).and_then(|(mut plan, _)| {
            match (plan.loads.pop(), plan.loads.is_empty()) {
                (Some(load), true) => super::run(load.load, &find, &line, file.variables()),
                _ => {
                    let problem = "expected a plan with one load, found several (try a plan of its own \
                                   for the load)";
                    let path = path.display().to_string();
                    Err(Error::invalid_value(PLAN_ARGUMENT, &path, problem))
                }
            }
        });
        return found.map_err(|error| error.masked(file.variables()));
    }
    refuse_decided(matches)?;
    let entry = hammer::pick_by_name(entries, name).map_err(Error::Usage)?;
    let variables = SubstitutedVariables::default();
    super::run(entry.prepare(matches)?, &find, &line, &variables)
}

/// Refuses flags of a load that the search decides.
fn refuse_decided(matches: &ArgMatches) -> Result<(), Error> {
    let given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    match DECIDED.iter().find(|(id, _)| given(id)) {
        Some((id, instead)) => Err(Error::Usage(format!(
            "the flag '--{id}' cannot be combined with 'hammer find', which sets it (try {instead})"
        ))),
        None => Ok(()),
    }
}

/// Lets the program `hammer-NAME` search.
fn run_external(
    entries: &[Box<dyn HammerCommand>],
    name: &str,
    args: &[OsString],
) -> Result<CommandExit, Error> {
    match external::run(name, args) {
        ExternalCommandResult::Exited(exit) => Ok(exit),
        ExternalCommandResult::Failed(error) => Err(error),
        ExternalCommandResult::NotFound => {
            let known: Vec<_> = entries.iter().map(|entry| entry.name()).collect();
            Err(Error::Usage(format!(
                "'hammer find' expects a hammer, found '{}'; expected one of {}, or run for a plan",
                hammer_diagnostic::mask_url(name),
                known.join(", ")
            )))
        }
    }
}

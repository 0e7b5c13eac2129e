//! `hammer run`: plans, and endpoints of any protocol.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_diagnostic::{mask_url, printable_path};

use crate::args::{EndpointArgs, LoadArgs, OutputArgs, with_short_help};
use crate::command_exit::CommandExit;
use crate::command_line::MaskedCommandLine;
use crate::commands::external::{self, ExternalCommandResult};
use crate::error::Error;
use crate::hammer::{self, HammerCommand};
use crate::process::is_child_of_a_duel;
use crate::{execution, plan};

/// Name of the subcommand.
pub(crate) const NAME: &str = "run";

/// The argument with the plan in messages.
const PLAN_ARGUMENT: &str = "[PLAN]";

/// Arguments that `-h` shows, in addition to those of all loads.
const COMMON_ARGS: [&str; 6] = [
    "plan",
    "url",
    "method",
    "payload",
    "headers",
    "max_in_flight",
];

const EXAMPLES: &str = "\
hammer run plan.toml
hammer run plan.toml --dry-run
hammer run plan.toml -o json=report.json --assert 'errors < 1%'
hammer run --endpoint http://127.0.0.1:8080/ -r 100 -z 30s
hammer run --endpoint mqtt://127.0.0.1 -r 100 -d hello";

/// Arguments of `run`, without those of the endpoint and the load.
#[derive(Debug, Args)]
#[group(skip)]
struct RunArgs {
    /// Plan to run, in TOML or JSON; - for stdin
    ///
    /// Maximum file size: 1 MiB.
    plan: Option<PathBuf>,
    /// Hammer to use [default: by the scheme of the URL]
    #[arg(long, value_name = "NAME")]
    hammer: Option<String>,
}

/// Defines `run`, for plans and for endpoints with these URL schemes.
pub(crate) fn command(schemes: impl Iterator<Item = &'static str>) -> Command {
    let schemes: Vec<&str> = schemes.collect();
    let notes = format!(
        "Schemes: {}.\n'hammer plan --example' prints an example plan.",
        schemes.join(", ")
    );
    let command = EndpointArgs::augment_args(RunArgs::augment_args(Command::new(NAME)));
    let command = hammer::with_load_args(command);
    with_short_help(command, &COMMON_ARGS, EXAMPLES, &notes)
        .mut_arg("url", |url| {
            url.required(false).required_unless_present("plan")
        })
        .override_usage(
            "hammer run PLAN [OUTPUT OPTIONS]\n       hammer run --endpoint <URL> [OPTIONS]",
        )
        .about("Run a plan, or hit an endpoint of any protocol")
}

/// The call of this program, for another program that takes it over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunInvocation<'a> {
    /// The arguments, beginning with `run`.
    pub(crate) args: &'a [OsString],
    /// The `NAME` if this program is called `hammer-NAME`.
    pub(crate) hammer_name: Option<&'a str>,
    /// The arguments with their secrets masked.
    pub(crate) command_line: &'a MaskedCommandLine,
}

impl RunInvocation<'_> {
    /// Lets the program `hammer-NAME` run the plan or the endpoint, if there is one.
    fn pass_to(self, name: Option<&str>) -> Result<Option<CommandExit>, Error> {
        // A program with this name that has no such hammer would call itself forever.
        let Some(name) = name.filter(|name| self.hammer_name != Some(name)) else {
            return Ok(None);
        };
        match external::run(name, self.args) {
            ExternalCommandResult::Exited(exit) => Ok(Some(exit)),
            ExternalCommandResult::Failed(error) => Err(error),
            ExternalCommandResult::NotFound => Ok(None),
        }
    }
}

/// Runs a plan, or hits an endpoint. Another program does it if only that has the hammer.
pub(crate) fn run(
    entries: &[Box<dyn HammerCommand>],
    matches: &ArgMatches,
    invocation: RunInvocation<'_>,
) -> Result<CommandExit, Error> {
    let args = RunArgs::from_arg_matches(matches)?;
    let output = OutputArgs::from_arg_matches(matches)?;
    let output = output.with_command_line(invocation.command_line);
    if let Some(path) = &args.plan {
        reject_url(path)?;
        reject_load_flags(matches, path)?;
        let file = plan::read(path, PLAN_ARGUMENT)?;
        let other = Some(&file).filter(|_| can_be_read_again(path));
        let other = other.and_then(|file| plan::only_external_hammer(entries, file));
        if let Some(exit) = invocation.pass_to(other)? {
            return Ok(exit);
        }
        let started = plan::build(entries, &file).and_then(|(plan, mut plan_output)| {
            if is_child_of_a_duel() {
                plan_output.clear_progress();
            }
            plan_output.override_with(output);
            execution::start(plan, &plan_output)
        });
        return started.map_err(|error| error.masked(file.variables()));
    }
    let endpoint = EndpointArgs::from_arg_matches(matches)?;
    let other = hammer::external_name(entries, args.hammer.as_deref(), &endpoint.url);
    if let Some(exit) = invocation.pass_to(other)? {
        return Ok(exit);
    }
    let entry = match &args.hammer {
        Some(name) => hammer::pick_by_name(entries, name)
            .map_err(|problem| Error::invalid_value("--hammer <NAME>", name, problem))?,
        None => hammer::pick_by_scheme(entries, &endpoint.url).map_err(|problem| {
            Error::invalid_value("--endpoint <URL>", &mask_url(&endpoint.url), problem)
        })?,
    };
    let load = LoadArgs::from_arg_matches(matches)?;
    load.check()?;
    execution::start_load(entry.prepare_endpoint(endpoint, load)?, &output)
}

/// Returns true if another program can read the plan again: not from stdin, a pipe or a FIFO.
fn can_be_read_again(path: &Path) -> bool {
    path != Path::new("-") && path.is_file()
}

/// Refuses a URL in place of the path of a plan.
fn reject_url(path: &Path) -> Result<(), Error> {
    let text = path.to_string_lossy();
    if !text.contains("://") || path.exists() {
        return Ok(());
    }
    let shown = mask_url(&text);
    let problem = format!("expected a plan file, found a URL (try --endpoint {shown})");
    Err(Error::invalid_value(PLAN_ARGUMENT, &shown, problem))
}

/// Refuses flags of the load together with a plan, which has the settings of each load.
fn reject_load_flags(matches: &ArgMatches, path: &Path) -> Result<(), Error> {
    let known = OutputArgs::augment_args(Command::new(NAME));
    let known: Vec<_> = known
        .get_arguments()
        .map(|arg| arg.get_id().as_str())
        .collect();
    let given = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    let flag = matches
        .ids()
        .map(|id| id.as_str())
        .find(|id| *id != "plan" && given(id) && !known.contains(id));
    let Some(flag) = flag else { return Ok(()) };
    let flag = if flag == "url" { "endpoint" } else { flag };
    let flag = flag.replace('_', "-");
    let path = printable_path(path);
    Err(Error::Usage(format!(
        "the flag '--{flag}' cannot be combined with a plan (try setting it in {path})"
    )))
}

//! The command line with its subcommands, and dispatch to them.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{ArgMatches, Command, FromArgMatches};
use hammer_diagnostic::mask_url;
use hammer_diagnostic::nearest;

use crate::args::OutputArgs;
use crate::command_exit::CommandExit;
use crate::command_line::MaskedCommandLine;
use crate::commands::{completions, external, plan, report, run};
#[cfg(feature = "demo")]
use crate::commands::{demo, target};
#[cfg(feature = "compare")]
use crate::comparison::{compare, duel};
use crate::error::Error;
use crate::hammer::{self, HammerCommand};
use crate::output::print_stderr;
use crate::text::sanitize_lines;
use crate::{HammerArgs, execution, find, other_tools, output, process, setting_names};
#[cfg(feature = "replay")]
use crate::{replay, timeline};

/// A command line with one or more kinds of hammer.
///
/// Each hammer is a subcommand, in addition to `run`, `plan`, `report`, `completions`, and with their features
/// `compare`, `duel`, `demo`, `target`, `timeline` and `replay`. In a program called `hammer-NAME`, the hammer `NAME` needs no subcommand, so
/// that `hammer NAME …` can run the program from PATH.
#[derive(Default)]
#[must_use = "an app does nothing until its main is called"]
pub struct App {
    commands: Vec<Box<dyn HammerCommand>>,
}

impl App {
    /// Creates an app without a hammer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a kind of hammer.
    pub fn hammer<A: HammerArgs>(mut self) -> Self {
        self.commands.push(hammer::erased::<A>());
        self
    }

    /// Runs the command line of this process and returns its exit code, for use as the whole `main`.
    ///
    /// Changes the process: raises the soft limit on open files to the hard limit, and sets up
    /// logging to stderr as set by `RUST_LOG`.
    #[must_use]
    pub fn main(self) -> ExitCode {
        process::end_with_parent();
        process::raise_limits();
        process::init_log();
        self.run_from(std::env::args_os())
    }

    /// Runs `args`; the first item is the name of the program.
    pub fn run_from(&self, args: impl IntoIterator<Item = impl Into<OsString>>) -> ExitCode {
        let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
        self.dispatch(&args)
            .or_else(print_requested_text)
            .unwrap_or_else(|error| print_error(&error))
            .into()
    }

    fn dispatch(&self, args: &[OsString]) -> Result<CommandExit, Error> {
        self.check()?;
        let program = args
            .first()
            .and_then(|arg| Path::new(arg).file_stem()?.to_str());
        let hammer_name = program.and_then(|program| program.strip_prefix("hammer-"));
        // `hammer-NAME run PLAN` runs a plan, like `hammer run PLAN`.
        let is_run = (args.get(1)).is_some_and(|arg| arg == run::NAME || arg == find::NAME);
        let named = hammer_name.and_then(|name| self.find_hammer(name));
        if let Some(entry) = named.filter(|_| !is_run) {
            let name = format!("hammer-{}", entry.name());
            let command = entry.command().name(name.clone()).display_name(name);
            let command = with_common_settings(command);
            let matches = parse(&command, args)?;
            print_notes(&command, args, &matches)?;
            let line = MaskedCommandLine::new(&[command.get_name()], &command, &matches);
            return run_hammer(entry, &matches, &line);
        }
        let command = self.command(true);
        let matches = parse(&command, args)?;
        let Some((name, matches)) = matches.subcommand() else {
            return Ok(CommandExit::USAGE);
        };
        let mut line = MaskedCommandLine::default();
        if let Some(selected) = command.find_subcommand(name) {
            print_notes(&command, args, matches)?;
            line = MaskedCommandLine::new(&[program.unwrap_or("hammer"), name], selected, matches);
        }
        match self.find_hammer(name) {
            Some(entry) => run_hammer(entry, matches, &line),
            None if name == run::NAME => {
                let invocation = run::RunInvocation {
                    args: &args[1..],
                    hammer_name,
                    command_line: &line,
                };
                run::run(&self.commands, matches, invocation)
            }
            None if name == find::NAME => {
                let selected = command.find_subcommand(name).unwrap_or(&command);
                let call = (program.unwrap_or("hammer"), &args[1..]);
                find::run_selected(&self.commands, selected, matches, call)
            }
            None => self.run_builtin(name, matches, &line),
        }
    }

    /// Checks that no name of a hammer or of its flags is taken, and lets messages name the flags.
    fn check(&self) -> Result<(), Error> {
        for (index, entry) in self.commands.iter().enumerate() {
            let taken = entry.check();
            taken.map_err(|conflict| Error::Run(conflict.to_string()))?;
            setting_names::add_flags(&entry.load_command());
            let name = entry.name();
            if self.commands[..index]
                .iter()
                .any(|other| other.name() == name)
            {
                return Err(Error::Run(format!("the hammer '{name}' is added twice")));
            }
        }
        Ok(())
    }

    /// Runs a command that is neither a hammer nor `run`.
    fn run_builtin(
        &self,
        name: &str,
        matches: &ArgMatches,
        #[cfg_attr(
            not(any(feature = "demo", feature = "replay")),
            expect(unused_variables, reason = "only these commands run loads")
        )]
        line: &MaskedCommandLine,
    ) -> Result<CommandExit, Error> {
        match name {
            plan::NAME => plan::run(matches),
            report::NAME => report::run(matches),
            #[cfg(feature = "compare")]
            compare::NAME => compare::run(matches),
            #[cfg(feature = "compare")]
            duel::NAME => duel::run(matches),
            #[cfg(feature = "demo")]
            demo::NAME => demo::run(matches, line),
            #[cfg(feature = "demo")]
            target::NAME => target::run(matches),
            #[cfg(feature = "replay")]
            timeline::NAME => timeline::run(matches),
            #[cfg(feature = "replay")]
            replay::NAME => replay::run(matches, line),
            completions::NAME => completions::run(self.command(false), matches),
            _ => {
                let args = matches.get_many::<OsString>("").into_iter().flatten();
                Err(match external::run(name, args) {
                    external::ExternalCommandResult::Exited(exit) => return Ok(exit),
                    external::ExternalCommandResult::Failed(error) => error,
                    external::ExternalCommandResult::NotFound => self.unknown_command(name),
                })
            }
        }
    }

    /// Reports an unknown command, with the command of the nearest spelling, or with the command that
    /// takes such an argument.
    fn unknown_command(&self, name: &str) -> Error {
        if let Ok(entry) = hammer::pick_by_scheme(&self.commands, name) {
            let (hammer, url) = (entry.name(), mask_url(name));
            return Error::Usage(format!(
                "expected a command, found the URL '{url}' (try 'hammer {hammer} {url}')"
            ));
        }
        if Path::new(name).is_file() {
            return Error::Usage(format!(
                "expected a command, found the file '{name}' (try 'hammer run {name}' for a plan)"
            ));
        }
        let command = self.command(false);
        let known: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
        let hint = match nearest(name, known.iter().copied()) {
            Some(near) => format!(", did you mean '{near}'?"),
            None => format!("; expected one of {}", known.join(", ")),
        };
        // A URL with an unknown scheme may have a password.
        let shown = mask_url(name);
        Error::Usage(format!(
            "unknown command '{shown}'{hint} (no program hammer-{shown} on PATH)"
        ))
    }

    /// The definition of the command line, for tests of the docs.
    #[cfg(test)]
    pub(crate) fn definition(&self) -> Command {
        self.command(false)
    }

    fn command(&self, external: bool) -> Command {
        let schemes = self
            .commands
            .iter()
            .flat_map(|entry| entry.schemes())
            .copied();
        let command = Command::new("hammer")
            .about("Open-loop load generator for HTTP, MQTT and your own protocols")
            .after_help("'hammer NAME …' runs the program hammer-NAME from PATH.")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .allow_external_subcommands(external)
            .subcommands(self.commands.iter().map(|entry| entry.command()))
            .subcommand(run::command(schemes))
            .subcommand(find::command(&self.commands, external));
        let builtin = builtin_commands().into_iter();
        let is_free = |builtin: &Command| self.find_hammer(builtin.get_name()).is_none();
        with_common_settings(command.subcommands(builtin.filter(is_free)))
    }

    /// The hammer with this name.
    fn find_hammer(&self, name: &str) -> Option<&dyn HammerCommand> {
        let mut entries = self.commands.iter();
        entries
            .find(|entry| entry.name() == name)
            .map(|entry| &**entry)
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.commands.iter().map(|entry| entry.name()))
            .finish()
    }
}

/// The commands that are neither hammers nor `run`. A hammer with the same name replaces one.
fn builtin_commands() -> Vec<Command> {
    Vec::from([
        plan::command(),
        report::command(),
        #[cfg(feature = "compare")]
        compare::command(),
        #[cfg(feature = "compare")]
        duel::command(),
        #[cfg(feature = "demo")]
        demo::command(),
        #[cfg(feature = "demo")]
        target::command(),
        #[cfg(feature = "replay")]
        timeline::command(),
        #[cfg(feature = "replay")]
        replay::command(),
        completions::command(),
    ])
}

fn run_hammer(
    entry: &dyn HammerCommand,
    matches: &ArgMatches,
    line: &MaskedCommandLine,
) -> Result<CommandExit, Error> {
    let output = OutputArgs::from_arg_matches(matches)?.with_command_line(line);
    execution::start_load(entry.prepare(matches)?, &output)
}

/// Parses the arguments. Errors explain flags of other tools.
fn parse(command: &Command, args: &[OsString]) -> Result<ArgMatches, Error> {
    let matches = command.clone().try_get_matches_from(args);
    matches.map_err(|error| other_tools::explain(error, command, args))
}

/// Prints notes about flags that probably mean something else in a tool that the user knows.
fn print_notes(command: &Command, args: &[OsString], matches: &ArgMatches) -> Result<(), Error> {
    let notes = other_tools::notes(command, args, matches)?;
    let is_quiet = matches
        .try_get_one("quiet")
        .is_ok_and(|quiet| quiet == Some(&true));
    let shown = notes.iter().filter(|_| !is_quiet);
    shown.for_each(|note| print_stderr(&format!("note: {note}")));
    Ok(())
}

fn with_common_settings(command: Command) -> Command {
    command
        .version(env!("CARGO_PKG_VERSION"))
        .max_term_width(100)
}

/// Prints the help or the version, which clap returns as an error.
fn print_requested_text(error: Error) -> Result<CommandExit, Error> {
    match &error {
        Error::Clap(text) if !text.use_stderr() => {
            // Clap knows whether stdout shows colors.
            let printed = text.print().and_then(|()| io::stdout().flush());
            output::check_stdout(printed)?;
            Ok(CommandExit::OK)
        }
        _ => Err(error),
    }
}

/// Prints an error. A failure to write to stderr is ignored.
fn print_error(error: &Error) -> CommandExit {
    let _ = match error {
        Error::Clap(error) => error.print(),
        Error::Usage(_) | Error::InvalidExpression { .. } | Error::InvalidValue { .. } => {
            writeln!(
                io::stderr(),
                "error: {}\n\nFor more information, try '--help'.",
                sanitize_lines(&error.message())
            )
        }
        Error::Run(_) => {
            writeln!(io::stderr(), "error: {}", sanitize_lines(&error.message()))
        }
    };
    error.exit()
}

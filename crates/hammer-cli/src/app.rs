use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{ArgMatches, Command, FromArgMatches};

use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::hammer_command::{self, HammerCommand};
use crate::output::output_args::OutputArgs;
use crate::text::sanitize_lines;
use crate::{
    HammerArgs, completions, demo, external, limits, log, plan, replay, run, runner, target,
    timeline,
};

/// A command line with one or more kinds of hammer.
///
/// Each hammer is a subcommand, beside `run`, `plan`, `demo`, `target`, `timeline`, `replay` and
/// `completions`. A program called
/// `hammer-NAME` is its hammer `NAME` alone, without a subcommand, so that `hammer NAME …` can run
/// it from PATH.
#[derive(Default)]
#[must_use = "an app does nothing until its main is called"]
pub struct App {
    commands: Vec<Box<dyn HammerCommand>>,
}

impl App {
    /// An app without a hammer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a kind of hammer.
    pub fn hammer<A: HammerArgs>(mut self) -> Self {
        self.commands.push(hammer_command::erased::<A>());
        self
    }

    /// Runs the command line of this process: what a `main` returns.
    ///
    /// Sets up for the whole process: the limit on open files is raised as far as it goes, and
    /// `RUST_LOG` turns on logging to stderr.
    #[must_use]
    pub fn main(self) -> ExitCode {
        limits::raise();
        log::init();
        self.run_from(std::env::args_os())
    }

    /// Runs `args`, whose first item is the name of the program.
    pub fn run_from(&self, args: impl IntoIterator<Item = impl Into<OsString>>) -> ExitCode {
        let args: Vec<OsString> = args.into_iter().map(Into::into).collect();
        self.dispatch(&args)
            .unwrap_or_else(|error| print_error(&error))
            .into()
    }

    fn dispatch(&self, args: &[OsString]) -> Result<CommandExit, Error> {
        let program = args
            .first()
            .and_then(|arg| Path::new(arg).file_stem()?.to_str());
        let own = program.and_then(|program| program.strip_prefix("hammer-"));
        // A plan for one's own hammer is run as it is everywhere.
        let plan = args.get(1).is_some_and(|arg| arg == run::NAME);
        let alone = self.commands.iter().find(|entry| Some(entry.name()) == own);
        if let Some(entry) = alone.filter(|_| !plan) {
            let name = format!("hammer-{}", entry.name());
            let command = entry.command().name(name.clone()).display_name(name);
            return run_hammer(
                &**entry,
                &with_common_settings(command).try_get_matches_from(args)?,
            );
        }
        let matches = self.command(true).try_get_matches_from(args)?;
        let Some((name, matches)) = matches.subcommand() else {
            return Ok(CommandExit::USAGE);
        };
        match self.commands.iter().find(|entry| entry.name() == name) {
            Some(entry) => run_hammer(&**entry, matches),
            None => self.run_builtin(name, matches, args),
        }
    }

    /// The commands that are no hammers.
    fn run_builtin(
        &self,
        name: &str,
        matches: &ArgMatches,
        args: &[OsString],
    ) -> Result<CommandExit, Error> {
        match name {
            run::NAME => run::run(&self.commands, matches),
            demo::NAME => demo::run(matches),
            plan::NAME => plan::run(matches),
            target::NAME => target::run(matches),
            timeline::NAME => timeline::run(matches),
            replay::NAME => replay::run(matches),
            completions::NAME => completions::run(self.command(false), matches),
            _ => Err(match external::run(name, matches) {
                external::ExternalCommandResult::Exited(exit) => return Ok(exit),
                external::ExternalCommandResult::Failed(error) => error,
                external::ExternalCommandResult::NotFound => self.unknown_command(name, args),
            }),
        }
    }

    /// Clap knows which commands are spelled alike.
    fn unknown_command(&self, name: &str, args: &[OsString]) -> Error {
        let mut command = self.command(false);
        let error = command.try_get_matches_from_mut(args).err();
        let alike = error
            .as_ref()
            .and_then(|e| e.get(ContextKind::SuggestedSubcommand));
        let right = match alike {
            Some(ContextValue::Strings(names)) => names.join("' or '"),
            Some(ContextValue::String(name)) => name.clone(),
            _ => command
                .get_subcommands()
                .map(Command::get_name)
                .collect::<Vec<_>>()
                .join("', '"),
        };
        let wrong = format!("no command '{name}', and no hammer-{name} on PATH");
        Error::Usage(format!("{wrong}; right would be '{right}'"))
    }

    fn command(&self, external: bool) -> Command {
        let schemes = self
            .commands
            .iter()
            .flat_map(|entry| entry.schemes())
            .copied();
        let command = Command::new("hammer")
            .about("An open-loop load generator whose numbers can be trusted")
            .after_help("'hammer NAME …' runs the program hammer-NAME from PATH.")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .allow_external_subcommands(external)
            .subcommands(self.commands.iter().map(|entry| entry.command()))
            .subcommand(run::command(schemes))
            .subcommands([plan::command(), demo::command(), target::command()])
            .subcommands([timeline::command(), replay::command()])
            .subcommand(completions::command());
        with_common_settings(command)
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.commands.iter().map(|entry| entry.name()))
            .finish()
    }
}

fn run_hammer(entry: &dyn HammerCommand, matches: &ArgMatches) -> Result<CommandExit, Error> {
    let output = OutputArgs::from_arg_matches(matches)?;
    runner::start(entry.prepare(matches)?, &output)
}

fn with_common_settings(command: Command) -> Command {
    command
        .version(env!("CARGO_PKG_VERSION"))
        .max_term_width(100)
}

/// The one place that prints errors. A closed stderr is nobody's to be told.
fn print_error(error: &Error) -> CommandExit {
    let _ = match error {
        Error::Clap(error) => error.print(),
        Error::Usage(message) => {
            writeln!(
                io::stderr(),
                "error: {}\n\nFor more information, try '--help'.",
                sanitize_lines(message)
            )
        }
        Error::Run(message) => {
            writeln!(io::stderr(), "error: {}", sanitize_lines(message))
        }
    };
    error.exit()
}

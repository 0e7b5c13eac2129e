//! Runs of a duel, each in a process of its own.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::iter;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use hammer_analysis::ComparableLoad;

use super::leftovers::Leftovers;
use super::stderr_relay::StderrRelay;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::process::{PARENT_VARIABLE, SignalWatcher};
use crate::{dry_run, plan};

/// Exit codes of a run whose run file was written: ok, an invalid verdict, and a failed threshold.
const COMPLETED: [i32; 3] = [0, 98, 99];

/// Runs plans in processes of this program, and passes signals to them.
pub(super) struct ChildRunner {
    program: PathBuf,
    verbosity: ChildVerbosity,
    events: Receiver<ChildEvent>,
    sender: Sender<ChildEvent>,
    /// The first signal.
    signal: Option<u8>,
    leftovers: Leftovers,
    /// The warnings of plans that were accepted.
    warnings: BTreeSet<Vec<u8>>,
}

/// An event during a run, or a pause.
enum ChildEvent {
    Signal(u8),
    Exited(io::Result<ExitStatus>),
}

/// The messages that the processes print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChildVerbosity {
    /// Errors.
    Quiet,
    /// Errors, and once for each plan its warnings.
    Log,
    /// Errors, and for each run its warnings and its progress.
    Terminal,
}

/// The end of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RunEnd {
    /// The run file was written.
    Completed,
    /// The signal with this number ended the run.
    Stopped(u8),
    /// The run failed, with this problem.
    Failed(String),
}

/// The result of a dry run.
pub(super) enum PlanCheck {
    /// The plan can run. Its loads are unknown if another program runs it that cannot tell.
    Accepted(Option<Vec<ComparableLoad>>),
    /// The dry run failed, and has printed why.
    Refused(CommandExit),
}

impl ChildRunner {
    /// Starts to watch for signals. The third one removes the leftovers.
    pub(super) fn new(verbosity: ChildVerbosity, leftovers: Leftovers) -> Result<Self, Error> {
        let program = std::env::current_exe()
            .map_err(|error| Error::Run(format!("failed to find the hammer program: {error}")))?;
        let (sender, events) = mpsc::channel();
        let on_signal = sender.clone();
        let on_signal = move |number| {
            let _ = on_signal.send(ChildEvent::Signal(number));
        };
        let last = leftovers.clone();
        SignalWatcher::watch_with(on_signal, move || last.remove())?;
        Ok(Self {
            program,
            verbosity,
            events,
            sender,
            signal: None,
            leftovers,
            warnings: BTreeSet::new(),
        })
    }

    /// Checks the plan of an argument by a dry run, which prints its warnings to a log. One that the other
    /// plan has, too, is printed once.
    pub(super) fn check(&mut self, argument: &str, plan: &Path) -> Result<PlanCheck, Error> {
        if plan == Path::new("-") {
            let problem = "a plan from stdin can be read only once (try a file)";
            return Err(Error::invalid_value(argument, "-", problem));
        }
        // The dry run would name its own argument.
        plan::read(plan, argument)?;
        let prints_warnings = self.verbosity == ChildVerbosity::Log;
        let quiet = (!prints_warnings).then_some("--quiet".as_ref());
        let mut command = self.command(plan, iter::once("--dry-run".as_ref()).chain(quiet));
        command.env(dry_run::LOADS_VARIABLE, "1");
        let output = command.output();
        let output = output.map_err(|error| Error::Run(not_started(&error)))?;
        if output.status.success() {
            for line in output.stderr.split_inclusive(|byte| *byte == b'\n') {
                if self.warnings.insert(line.to_owned()) {
                    let _ = io::stderr().write_all(line);
                }
            }
            return Ok(PlanCheck::Accepted(
                serde_json::from_slice(&output.stdout).ok(),
            ));
        }
        let _ = io::stderr().write_all(&output.stderr);
        let code = output.status.code();
        let code = code.and_then(|code| u8::try_from(code).ok());
        Ok(PlanCheck::Refused(
            code.map_or(CommandExit::FAILED, CommandExit::passed_on),
        ))
    }

    /// Runs a plan, and writes its run file.
    pub(super) fn run(&mut self, plan: &Path, file: &Path) -> RunEnd {
        let mut output = OsString::from("run=");
        output.push(file);
        let prints_progress = self.verbosity == ChildVerbosity::Terminal;
        let quiet = (!prints_progress).then_some("--quiet".as_ref());
        let flags = ["--output".as_ref(), output.as_os_str()];
        let mut command = self.command(plan, flags.into_iter().chain(quiet));
        // The text report goes to stdout.
        let ended = self.wait(command.stdout(Stdio::null()));
        if let Some(signal) = self.signal {
            return RunEnd::Stopped(signal);
        }
        match ended.map(|status| (status.code(), status)) {
            Ok((Some(code), _)) if COMPLETED.contains(&code) => RunEnd::Completed,
            Ok((Some(code), _)) => RunEnd::Failed(format!("exit code {code}")),
            Ok((None, status)) => RunEnd::Failed(status.to_string()),
            Err(problem) => RunEnd::Failed(problem),
        }
    }

    /// Waits, and returns the signal that ended the pause, if one did.
    pub(super) fn rest(&mut self, time: Duration) -> Option<u8> {
        let end = Instant::now() + time;
        while self.signal.is_none() {
            let left = end.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(ChildEvent::Signal(number)) => self.signal = Some(number),
                Ok(ChildEvent::Exited(_)) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        self.signal
    }

    /// This program with `run FLAGS -- PLAN`.
    fn command<'f>(&self, plan: &Path, flags: impl IntoIterator<Item = &'f OsStr>) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("run").args(flags).arg("--").arg(plan);
        command.stdin(Stdio::null());
        command.env(PARENT_VARIABLE, std::process::id().to_string());
        command
    }

    /// Starts a process and waits for its end. Each signal is passed to it: the first drains the run.
    fn wait(&mut self, command: &mut Command) -> Result<ExitStatus, String> {
        // In a group of its own, it does not get the signals of the terminal, too.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        StderrRelay::prepare(command);
        let mut child = command.spawn().map_err(|error| not_started(&error))?;
        let relay = StderrRelay::start(&mut child);
        let pid = child.id();
        self.leftovers.set_child(Some(pid));
        let exited = self.sender.clone();
        thread::spawn(move || exited.send(ChildEvent::Exited(child.wait())));
        loop {
            match self.events.recv() {
                Ok(ChildEvent::Signal(number)) => {
                    self.signal.get_or_insert(number);
                    pass_signal(pid, number);
                }
                Ok(ChildEvent::Exited(status)) => {
                    self.leftovers.set_child(None);
                    relay.finish();
                    return status.map_err(|error| format!("failed to wait for the run: {error}"));
                }
                Err(error) => return Err(format!("failed to wait for the run: {error}")),
            }
        }
    }
}

/// Sends a signal to a process.
#[cfg(unix)]
fn pass_signal(pid: u32, number: u8) {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let signal = match number {
        1 => Signal::HUP,
        2 => Signal::INT,
        _ => Signal::TERM,
    };
    if let Some(pid) = pid {
        // Fails if the process has just ended.
        let _ = kill_process(pid, signal);
    }
}

/// Elsewhere, the console passes Ctrl-C to all of its processes.
#[cfg(not(unix))]
fn pass_signal(_pid: u32, _number: u8) {}

fn not_started(error: &io::Error) -> String {
    format!("failed to start the run: {error}")
}

//! Runs of a duel, each in a process of its own.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::leftovers::Leftovers;
use super::stderr_relay::StderrRelay;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::plan;
use crate::process::{PARENT_VARIABLE, SignalWatcher};

/// Exit codes of a run whose run file was written: ok, an invalid verdict, and a failed threshold.
const COMPLETED: [i32; 3] = [0, 98, 99];

/// Runs plans in processes of this program, and passes signals to them.
pub(super) struct ChildRunner {
    program: PathBuf,
    quiet: bool,
    events: Receiver<ChildEvent>,
    sender: Sender<ChildEvent>,
    /// The first signal.
    signal: Option<u8>,
    leftovers: Leftovers,
}

/// An event during a run, or a pause.
enum ChildEvent {
    Signal(u8),
    Exited(io::Result<ExitStatus>),
}

/// The end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RunEnd {
    /// The run file was written.
    Completed,
    /// A signal ended the run.
    Stopped,
}

impl ChildRunner {
    /// Starts to watch for signals. The third one removes the leftovers.
    pub(super) fn new(quiet: bool, leftovers: Leftovers) -> Result<Self, Error> {
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
            quiet,
            events,
            sender,
            signal: None,
            leftovers,
        })
    }

    /// Checks the plan of an argument by a dry run. If it fails, prints its message and returns its exit
    /// code.
    pub(super) fn check(&self, argument: &str, plan: &Path) -> Result<Option<CommandExit>, Error> {
        if plan == Path::new("-") {
            let problem = "a plan from stdin can be read only once (try a file)";
            return Err(Error::invalid_value(argument, "-", problem));
        }
        // The dry run would name its own argument.
        plan::read(plan, argument)?;
        let mut command = self.command(plan, ["--dry-run".as_ref()]);
        let output = command.output().map_err(not_started)?;
        if output.status.success() {
            return Ok(None);
        }
        let _ = io::stderr().write_all(&output.stderr);
        let code = output
            .status
            .code()
            .and_then(|code| u8::try_from(code).ok());
        Ok(Some(
            code.map_or(CommandExit::FAILED, CommandExit::passed_on),
        ))
    }

    /// Runs a plan, and writes its run file. `title` names the run in errors.
    pub(super) fn run(&mut self, plan: &Path, file: &Path, title: &str) -> Result<RunEnd, Error> {
        let mut output = OsString::from("run=");
        output.push(file);
        let quiet = self.quiet.then_some("--quiet".as_ref());
        let flags = ["--output".as_ref(), output.as_os_str()];
        let mut command = self.command(plan, flags.into_iter().chain(quiet));
        // The text report goes to stdout.
        let status = self.wait(command.stdout(Stdio::null()))?;
        if self.signal.is_some() {
            return Ok(RunEnd::Stopped);
        }
        match status.code() {
            Some(code) if COMPLETED.contains(&code) => Ok(RunEnd::Completed),
            _ => Err(Error::Run(format!("{title} failed: {status}"))),
        }
    }

    /// Waits, and returns false if a signal ended the pause.
    pub(super) fn rest(&mut self, time: Duration) -> bool {
        let end = Instant::now() + time;
        while self.signal.is_none() {
            let left = end.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(ChildEvent::Signal(number)) => self.signal = Some(number),
                Ok(ChildEvent::Exited(_)) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return true,
            }
        }
        false
    }

    /// The exit code if a signal ended the duel.
    pub(super) fn stopped_by(&self) -> Option<CommandExit> {
        self.signal.map(CommandExit::from_signal)
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
    fn wait(&mut self, command: &mut Command) -> Result<ExitStatus, Error> {
        // In a group of its own, it does not get the signals of the terminal, too.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        StderrRelay::prepare(command);
        let mut child = command.spawn().map_err(not_started)?;
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
                    return status.map_err(not_started);
                }
                Err(error) => return Err(Error::Run(format!("failed to wait for a run: {error}"))),
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

fn not_started(error: io::Error) -> Error {
    Error::Run(format!("failed to start a run: {error}"))
}

use std::fmt;
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::running_command::RunningCommand;
use super::{CredentialError, CredentialErrorKind, FetchCanceler, FetchedToken, TokenSource};

/// The most that is read of what a command writes.
const MAX_OUTPUT_BYTES: u64 = 1 << 20;

/// How often a command is looked at that has closed its output and not ended.
const EXIT_POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Tokens that a command writes on its standard output.
///
/// The shell runs it, with nothing on its standard input. What it writes on standard error is told if
/// it fails, and what it writes on standard output never is.
pub struct TokenCommand {
    command: String,
    timeout: Duration,
    lifetime: Option<Duration>,
    running: RunningCommand,
}

impl TokenCommand {
    /// This command, as a shell reads it, for at most 30 s.
    #[must_use]
    pub fn new(command: impl Into<String>) -> Self {
        Self {
            command: command.into(),
            timeout: Duration::from_secs(30),
            lifetime: None,
            running: RunningCommand::default(),
        }
    }

    /// What takes longer is ended, with all that it started, and has failed.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long its tokens live; without it they are not renewed.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    fn start(&self) -> Result<CommandOutputs, CredentialError> {
        let (shell, flag) = if cfg!(windows) {
            ("cmd", "/C")
        } else {
            ("sh", "-c")
        };
        let mut command = Command::new(shell);
        command
            .args([flag, &self.command])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let outputs = |child: &mut Child| (child.stdout.take(), child.stderr.take());
        let started = self.running.start(&mut command, outputs);
        let (out, err) =
            started.map_err(|error| CredentialError::io("can't start the token command", error))?;
        Ok((out.map(read_in_background), err.map(read_in_background)))
    }

    fn run(&self) -> Result<(ExitStatus, Vec<u8>, Vec<u8>), CredentialError> {
        let end = Instant::now() + self.timeout;
        let late = || {
            let message = format!("the token command took longer than {:?}", self.timeout);
            CredentialError::new(CredentialErrorKind::TimedOut, message)
        };
        let outputs = self.start()?;
        let collect = |output: Option<Receiver<Vec<u8>>>| match output {
            Some(output) => {
                match output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                    Ok(bytes) => Ok(bytes),
                    Err(RecvTimeoutError::Timeout) => Err(late()),
                    Err(RecvTimeoutError::Disconnected) => Ok(vec![]),
                }
            }
            None => Ok(vec![]),
        };
        let (out, err) = (collect(outputs.0)?, collect(outputs.1)?);
        // Whoever has closed both outputs has most likely ended.
        loop {
            let status = self.running.status();
            match status.map_err(|error| CredentialError::io("lost the token command", error))? {
                Some(status) => return Ok((status, out, err)),
                None if Instant::now() >= end => return Err(late()),
                None => thread::sleep(EXIT_POLL_INTERVAL),
            }
        }
    }
}

impl fmt::Debug for TokenCommand {
    /// Without the command, which may have a secret in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCommand")
            .field("timeout", &self.timeout)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

impl TokenSource for TokenCommand {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        let ran = self.run();
        if ran.is_err() {
            self.running.kill();
        }
        let (status, out, err) = ran?;
        if !status.success() {
            let said = String::from_utf8_lossy(&err);
            let said = said.lines().rev().find(|line| !line.trim().is_empty());
            let said: String = said
                .unwrap_or("it said nothing")
                .chars()
                .take(200)
                .collect();
            let message = format!("the token command ended with {status}: {said}");
            return Err(CredentialError::new(CredentialErrorKind::Failed, message));
        }
        let token = FetchedToken::parse(&out, "the token command")?;
        Ok(match self.lifetime {
            Some(lifetime) => token.with_lifetime(lifetime),
            None => token,
        })
    }

    fn canceler(&self) -> Option<FetchCanceler> {
        let running = self.running.clone();
        Some(Box::new(move || running.kill_and_stop()))
    }
}

/// What a command writes: its standard output, and its standard error.
type CommandOutputs = (Option<Receiver<Vec<u8>>>, Option<Receiver<Vec<u8>>>);

/// Reads an output to its end on a thread of its own: a command may fill both.
fn read_in_background(output: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = vec![];
        // What came before an error is all there is.
        let _ = output.take(MAX_OUTPUT_BYTES).read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

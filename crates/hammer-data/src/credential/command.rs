//! Tokens from the output of a shell command.

use std::fmt;
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::command_process_handle::CommandProcessHandle;
use super::{CredentialError, CredentialErrorKind, FetchCanceler, FetchedToken, TokenSource};

/// The maximum number of bytes read from each output of a command.
const MAX_OUTPUT_BYTES: u64 = 1 << 20;

/// The interval at which a command that has closed its outputs is checked for its exit.
const EXIT_POLL_INTERVAL: Duration = Duration::from_millis(5);

/// A source of tokens that a shell command writes to its standard output.
///
/// The command gets an empty standard input. If it fails, the error contains the last line of its
/// standard error, but never its standard output.
pub struct TokenCommand {
    command: String,
    timeout: Duration,
    lifetime: Option<Duration>,
    running: CommandProcessHandle,
}

impl TokenCommand {
    /// Creates a source from a shell command, with a timeout of 30 s.
    #[must_use]
    pub fn new(command: impl Into<String>) -> Self {
        Self {
            command: command.into(),
            timeout: Duration::from_secs(30),
            lifetime: None,
            running: CommandProcessHandle::default(),
        }
    }

    /// Sets the time after which the command is killed with all of its child processes.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the lifetime of tokens. Without it, they are not renewed.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    fn start(&self) -> Result<CommandOutputReceivers, CredentialError> {
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
        let (stdout, stderr) = self
            .running
            .start(&mut command, outputs)
            .map_err(|error| CredentialError::io("cannot start the token command", error))?;
        Ok((
            stdout.map(read_in_background),
            stderr.map(read_in_background),
        ))
    }

    fn run(&self) -> Result<(ExitStatus, Vec<u8>, Vec<u8>), CredentialError> {
        let deadline = Instant::now() + self.timeout;
        let timed_out = || {
            let message = format!("the token command took longer than {:?}", self.timeout);
            CredentialError::new(CredentialErrorKind::TimedOut, message)
        };
        let outputs = self.start()?;
        let collect = |output: Option<Receiver<Vec<u8>>>| match output {
            Some(output) => {
                match output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                    Ok(bytes) => Ok(bytes),
                    Err(RecvTimeoutError::Timeout) => Err(timed_out()),
                    Err(RecvTimeoutError::Disconnected) => Ok(vec![]),
                }
            }
            None => Ok(vec![]),
        };
        let (stdout, stderr) = (collect(outputs.0)?, collect(outputs.1)?);
        // A command that has closed both outputs usually exits at once.
        loop {
            let status = self.running.status();
            let status = status
                .map_err(|error| CredentialError::io("cannot wait for the token command", error))?;
            match status {
                Some(status) => return Ok((status, stdout, stderr)),
                None if Instant::now() >= deadline => return Err(timed_out()),
                None => thread::sleep(EXIT_POLL_INTERVAL),
            }
        }
    }
}

impl fmt::Debug for TokenCommand {
    /// Omits the command, which may contain a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCommand")
            .field("timeout", &self.timeout)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}

impl TokenSource for TokenCommand {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        let result = self.run();
        if result.is_err() {
            self.running.kill();
        }
        let (status, stdout, stderr) = result?;
        if !status.success() {
            let stderr = String::from_utf8_lossy(&stderr);
            let last_line = stderr.lines().rev().find(|line| !line.trim().is_empty());
            let reason: String = last_line
                .unwrap_or("empty standard error")
                .chars()
                .take(200)
                .collect();
            let message = format!("the token command ended with {status}: {reason}");
            return Err(CredentialError::new(CredentialErrorKind::Failed, message));
        }
        if stdout.len() as u64 > MAX_OUTPUT_BYTES {
            let message = "expected at most 1 MiB from the token command, found more";
            return Err(CredentialError::new(
                CredentialErrorKind::Malformed,
                message,
            ));
        }
        let token = FetchedToken::parse(&stdout, "the token command")?;
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

/// The standard output and the standard error of a command.
type CommandOutputReceivers = (Option<Receiver<Vec<u8>>>, Option<Receiver<Vec<u8>>>);

/// Reads an output to its end on a separate thread, since a command blocks if either output is full.
fn read_in_background(output: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = vec![];
        // After an error, the bytes read before it are the output.
        // One byte more, so that a longer output is detected.
        let _ = output.take(MAX_OUTPUT_BYTES + 1).read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    });
    receiver
}

//! Load generators as this machine has them.

use std::path::{Path, PathBuf};
use std::process::ChildStdin;
use std::process::Command;
use std::time::Duration;

use crate::cores::Cores;
use crate::error::Error;
use crate::peers::{self, Account, Extent, Hammer, Load, Peer};
use crate::process::{self, Ended};

/// How much longer than asked a tool may take before it counts as stuck.
const GRACE: Duration = Duration::from_secs(30);
/// How long a run may take that is bounded by hits, not by time.
const LONGEST: Duration = Duration::from_secs(1800);
/// How many lines of an output that can't be read are shown.
const SHOWN_LINES: usize = 6;

/// A tool, and where it is.
pub(crate) struct Program {
    peer: Box<dyn Peer>,
    path: PathBuf,
    /// What it says of itself.
    pub(crate) version: String,
}

/// A run of a tool.
#[derive(Debug)]
pub(crate) struct Shot {
    pub(crate) account: Account,
    /// Processor time of the tool's process.
    pub(crate) cpu: Option<Duration>,
}

impl Program {
    /// Ours, built from this tree.
    pub(crate) fn hammer(path: PathBuf) -> Self {
        Self::new(Box::new(Hammer), path)
    }

    /// The peers that are on PATH, and the names of those that are not.
    pub(crate) fn peers() -> (Vec<Self>, Vec<&'static str>) {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for peer in peers::all() {
            match on_path(peer.name()) {
                Some(path) => found.push(Self::new(peer, path)),
                None => missing.push(peer.name()),
            }
        }
        (found, missing)
    }

    fn new(peer: Box<dyn Peer>, path: PathBuf) -> Self {
        let version = peer.version().and_then(|flag| version(&path, flag));
        Self {
            peer,
            path,
            version: version.unwrap_or_else(|| "it does not tell".to_owned()),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.peer.name()
    }

    /// Whether it can make this load.
    pub(crate) fn can(&self, load: &Load<'_>) -> bool {
        self.peer.invocation(load).is_some()
    }

    /// Runs it as it is told, whatever that is.
    ///
    /// # Errors
    ///
    /// What went wrong, with the beginning of what it printed.
    pub(crate) fn run(
        &self,
        invocation: &process::Invocation,
        cores: &Cores,
    ) -> Result<Ended, Error> {
        Self::well(process::run(&self.path, invocation, cores, LONGEST))
    }

    /// The same, and `feed` writes what it reads from a pipe, while it runs.
    ///
    /// # Errors
    ///
    /// What went wrong, with the beginning of what it printed.
    pub(crate) fn run_fed(
        &self,
        invocation: &process::Invocation,
        cores: &Cores,
        feed: impl FnOnce(ChildStdin) + Send + 'static,
    ) -> Result<Ended, Error> {
        let ended = process::run_fed(&self.path, invocation, cores, LONGEST, feed);
        Self::well(ended)
    }

    fn well(ended: Result<Ended, String>) -> Result<Ended, Error> {
        let ended = ended.map_err(Error::failed)?;
        match ended.status.success() {
            true => Ok(ended),
            false => Err(Error::failed(format!(
                "{}{}",
                ended.status,
                beginning(&ended)
            ))),
        }
    }

    /// Runs it. A run that has to calibrate first is longer by that if `calibrated` is set.
    ///
    /// # Errors
    ///
    /// What went wrong, with the beginning of what it printed.
    pub(crate) fn shoot(
        &self,
        load: &Load<'_>,
        calibrated: bool,
        cores: &Cores,
    ) -> Result<Shot, Error> {
        let mut load = load.clone();
        let mut bound = LONGEST;
        if let Extent::Lasting(duration) = &mut load.extent {
            if calibrated {
                *duration += self.peer.calibration();
            }
            bound = *duration + GRACE;
        }
        let invocation = self
            .peer
            .invocation(&load)
            .ok_or_else(|| Error::failed("it can't make this load"))?;
        let ended = process::run(&self.path, &invocation, cores, bound).map_err(Error::failed)?;
        if !ended.status.success() {
            return Err(Error::failed(format!(
                "{}{}",
                ended.status,
                beginning(&ended)
            )));
        }
        let cpu = ended.cpu;
        let ended = match self.peer.digest() {
            Some(line) => {
                let mut digest = process::Invocation::new(line, "-");
                // Both read their standard input without being told.
                digest.arguments.pop();
                digest.stdin = ended.stdout;
                process::run(&self.path, &digest, cores, GRACE).map_err(Error::failed)?
            }
            None => ended,
        };
        let account = self
            .peer
            .read(
                &load,
                &String::from_utf8_lossy(&ended.stdout),
                &ended.stderr,
            )
            .map_err(|error| Error::failed(format!("{error}{}", beginning(&ended))))?;
        Ok(Shot { account, cpu })
    }
}

/// The first lines of what a tool printed, indented, to follow a message.
fn beginning(ended: &Ended) -> String {
    let stdout = String::from_utf8_lossy(&ended.stdout);
    let lines = stdout.lines().chain(ended.stderr.lines());
    let lines = lines.filter(|line| !line.trim().is_empty());
    let lines: Vec<String> = lines
        .take(SHOWN_LINES)
        .map(|line| {
            let short: String = line.chars().take(90).collect();
            format!("\n    {short}")
        })
        .collect();
    if lines.is_empty() {
        return "; it printed nothing".to_owned();
    }
    format!("; it printed{}", lines.concat())
}

fn on_path(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file())
}

/// The first line with a digit in it that the program prints; many end with an error code then.
fn version(path: &Path, flag: &str) -> Option<String> {
    let output = Command::new(path).arg(flag).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let line = text
        .lines()
        .find(|line| line.contains(|c: char| c.is_ascii_digit()))?;
    // wrk goes on with whose it is.
    let line = line.split("Copyright").next().unwrap_or(line);
    Some(line.trim().to_owned())
}

//! Load generators as this machine has them.

use std::path::{Path, PathBuf};
use std::process::ChildStdin;
use std::process::Command;
use std::time::Duration;

use crate::core_pinning::CorePinning;
use crate::error::Error;
use crate::peers::{self, HammerTool, LoadTool, RunExtent, ToolLoad, ToolReport};
use crate::process::{self, ProcessOutput};

/// How much longer than asked a tool may take before it counts as stuck.
const GRACE_PERIOD: Duration = Duration::from_secs(30);
/// How long a run may take that is bounded by hits, not by time.
const MAX_RUN_DURATION: Duration = Duration::from_secs(1800);
/// How many lines of an output that can't be read are shown.
const EXCERPT_LINES: usize = 6;

/// A tool, and where it is.
pub(crate) struct InstalledTool {
    tool: Box<dyn LoadTool>,
    path: PathBuf,
    /// What it says of itself.
    pub(crate) version: String,
}

/// A run of a tool.
#[derive(Debug)]
pub(crate) struct ToolRun {
    pub(crate) report: ToolReport,
    /// Processor time of the tool's process.
    pub(crate) cpu_time: Option<Duration>,
}

impl InstalledTool {
    /// Ours, built from this tree.
    pub(crate) fn hammer(path: PathBuf) -> Self {
        Self::new(Box::new(HammerTool), path)
    }

    /// The peers that are on PATH, and the names of those that are not.
    pub(crate) fn find_peers() -> (Vec<Self>, Vec<&'static str>) {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for peer in peers::all_peers() {
            match find_on_path(peer.name()) {
                Some(path) => found.push(Self::new(peer, path)),
                None => missing.push(peer.name()),
            }
        }
        (found, missing)
    }

    fn new(tool: Box<dyn LoadTool>, path: PathBuf) -> Self {
        let version = tool
            .version_argument()
            .and_then(|flag| read_version(&path, flag));
        Self {
            tool,
            path,
            version: version.unwrap_or_else(|| "it does not tell".to_owned()),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.tool.name()
    }

    /// Whether it can make this load.
    pub(crate) fn supports(&self, load: &ToolLoad<'_>) -> bool {
        self.tool.invocation(load).is_some()
    }

    /// Runs it as it is told, whatever that is.
    ///
    /// # Errors
    ///
    /// What went wrong, with the beginning of what it printed.
    pub(crate) fn run_invocation(
        &self,
        invocation: &process::ToolInvocation,
        cores: &CorePinning,
    ) -> Result<ProcessOutput, Error> {
        Self::check_success(process::run(
            &self.path,
            invocation,
            cores,
            MAX_RUN_DURATION,
        ))
    }

    /// The same, and `feed` writes what it reads from a pipe, while it runs.
    ///
    /// # Errors
    ///
    /// What went wrong, with the beginning of what it printed.
    pub(crate) fn run_with_input(
        &self,
        invocation: &process::ToolInvocation,
        cores: &CorePinning,
        feed: impl FnOnce(ChildStdin) + Send + 'static,
    ) -> Result<ProcessOutput, Error> {
        let ended = process::run_with_input(&self.path, invocation, cores, MAX_RUN_DURATION, feed);
        Self::check_success(ended)
    }

    fn check_success(ended: Result<ProcessOutput, String>) -> Result<ProcessOutput, Error> {
        let ended = ended.map_err(Error::failed)?;
        match ended.status.success() {
            true => Ok(ended),
            false => Err(Error::failed(format!(
                "{}{}",
                ended.status,
                output_excerpt(&ended)
            ))),
        }
    }

    /// Runs it. A run that has to calibrate first is longer by that if `calibrated` is set.
    ///
    /// # Errors
    ///
    /// What went wrong, with the beginning of what it printed.
    pub(crate) fn run_load(
        &self,
        load: &ToolLoad<'_>,
        calibrated: bool,
        cores: &CorePinning,
    ) -> Result<ToolRun, Error> {
        let mut load = load.clone();
        let mut bound = MAX_RUN_DURATION;
        if let RunExtent::Duration(duration) = &mut load.extent {
            if calibrated {
                *duration += self.tool.calibration_time();
            }
            bound = *duration + GRACE_PERIOD;
        }
        let invocation = self
            .tool
            .invocation(&load)
            .ok_or_else(|| Error::failed("it can't make this load"))?;
        let ended = process::run(&self.path, &invocation, cores, bound).map_err(Error::failed)?;
        if !ended.status.success() {
            return Err(Error::failed(format!(
                "{}{}",
                ended.status,
                output_excerpt(&ended)
            )));
        }
        let cpu = ended.cpu_time;
        let ended = match self.tool.convert_arguments() {
            Some(line) => {
                let mut digest = process::ToolInvocation::new(line, "-");
                // Both read their standard input without being told.
                digest.arguments.pop();
                digest.stdin = ended.stdout;
                process::run(&self.path, &digest, cores, GRACE_PERIOD).map_err(Error::failed)?
            }
            None => ended,
        };
        let account = self
            .tool
            .parse_output(
                &load,
                &String::from_utf8_lossy(&ended.stdout),
                &ended.stderr,
            )
            .map_err(|error| Error::failed(format!("{error}{}", output_excerpt(&ended))))?;
        Ok(ToolRun {
            report: account,
            cpu_time: cpu,
        })
    }
}

/// The first lines of what a tool printed, indented, to follow a message.
fn output_excerpt(ended: &ProcessOutput) -> String {
    let stdout = String::from_utf8_lossy(&ended.stdout);
    let lines = stdout.lines().chain(ended.stderr.lines());
    let lines = lines.filter(|line| !line.trim().is_empty());
    let lines: Vec<String> = lines
        .take(EXCERPT_LINES)
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

fn find_on_path(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file())
}

/// The first line with a digit in it that the program prints; many end with an error code then.
fn read_version(path: &Path, flag: &str) -> Option<String> {
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

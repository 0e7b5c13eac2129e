use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_core::StopHandle;
use hammer_target::{PeriodicStall, TargetBehavior, TargetCounts, TargetServer};

use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::parsers::duration;
use crate::signal_watcher::SignalWatcher;
use crate::target_tls_args::TargetTlsArgs;

/// The subcommand.
pub(crate) const NAME: &str = "target";

#[derive(Debug, Args)]
#[group(skip)]
struct TargetArgs {
    /// Address to listen at
    #[arg(long, value_name = "ADDR:PORT", conflicts_with = "port")]
    listen: Option<SocketAddr>,
    /// Port of 127.0.0.1 to listen at [default: a free one]
    #[arg(short, long, default_value = "0", hide_default_value = true)]
    port: u16,
    /// Wait this long before each answer
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    delay: Option<Duration>,
    /// Stand still now and then: 1s/4s is the last second of every four
    #[arg(long, value_name = "TIME/TIME", value_parser = stall)]
    stall: Option<PeriodicStall>,
    /// Status of each answer
    #[arg(long, value_name = "CODE", value_parser = status, default_value = "200")]
    status: u16,
    /// Share of requests to drop without an answer: 0.01
    #[arg(long, value_name = "SHARE", value_parser = share)]
    fail: Option<f64>,
    /// Close a connection after this many answers
    #[arg(long, value_name = "COUNT", value_parser = crate::parsers::count::parse)]
    close_after: Option<u64>,
    /// Bytes of each answer's body
    #[arg(long, value_name = "BYTES", default_value = "0")]
    body_size: usize,
    /// Answer 401 without a bearer token that lives; POST /token gives one that lives so long
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    tokens: Option<Duration>,
    /// Answer as fast as one core can, without the knobs above
    #[arg(long, conflicts_with_all = ["delay", "stall", "status", "fail", "close_after", "tokens"])]
    raw: bool,
    #[command(flatten)]
    tls: TargetTlsArgs,
}

impl TargetArgs {
    fn knobs(&self) -> Result<TargetBehavior, hammer_target::Error> {
        let mut knobs = TargetBehavior::default()
            .body_bytes(self.body_size)
            .status(self.status)?;
        if let Some(delay) = self.delay {
            knobs = knobs.delay(delay);
        }
        if let Some(stall) = self.stall {
            knobs = knobs.stall(stall);
        }
        if let Some(share) = self.fail {
            knobs = knobs.fail_share(share)?;
        }
        if let Some(lifetime) = self.tokens {
            knobs = knobs.require_tokens(lifetime);
        }
        match self.close_after {
            Some(answers) => knobs.close_after(answers),
            None => Ok(knobs),
        }
    }

    fn spawn_target(&self) -> Result<TargetServer, Error> {
        let addr = self
            .listen
            .unwrap_or((Ipv4Addr::LOCALHOST, self.port).into());
        let knobs = self.knobs().map_err(|e| Error::Usage(e.to_string()))?;
        let mut builder = TargetServer::builder().listen(addr);
        if let Some(certificate) = self.tls.certificate()? {
            builder = builder.tls(certificate);
        }
        let target = if self.raw {
            builder.spawn_raw(self.body_size)
        } else {
            builder.spawn(knobs)
        };
        target.map_err(|error| Error::Run(format!("failed to listen at {addr}: {error}")))
    }
}

/// `target`.
pub(crate) fn command() -> Command {
    TargetArgs::augment_args(Command::new(NAME))
        .about("Serve a target to hit, well or badly behaved")
}

/// Serves until a signal comes, then tells what was counted.
pub(crate) fn run(matches: &ArgMatches) -> Result<CommandExit, Error> {
    let args = TargetArgs::from_arg_matches(matches)?;
    let signals = SignalWatcher::watch(&StopHandle::new())?;
    let target = args.spawn_target()?;
    // The first line is for programs that started this one and wait for the address.
    print(&format!("{}\n", target.url()));
    signals.wait();
    print(&summary(&target.shutdown().counts));
    Ok(CommandExit::OK)
}

fn summary(counts: &TargetCounts) -> String {
    let TargetCounts {
        requests,
        answered,
        failed,
        connections,
        peak_connections: peak_open,
        ..
    } = counts;
    format!(
        "requests     {requests}\nanswered     {answered}\nfailed       {failed}\n\
         connections  {connections}, {peak_open} at once at most\n"
    )
}

fn print(text: &str) {
    // A closed stdout does not end the target.
    let _ = io::stdout().write_all(text.as_bytes());
    let _ = io::stdout().flush();
}

fn stall(text: &str) -> Result<PeriodicStall, String> {
    let (length, every) = text
        .split_once('/')
        .ok_or("is no pair; right would be 1s/4s")?;
    PeriodicStall::new(duration::parse(length)?, duration::parse(every)?)
        .map_err(|error| error.to_string())
}

fn status(text: &str) -> Result<u16, String> {
    let status = text
        .parse()
        .map_err(|_| "is no status; right would be 200 to 599".to_owned())?;
    TargetBehavior::default()
        .status(status)
        .map(|_| status)
        .map_err(|error| error.to_string())
}

fn share(text: &str) -> Result<f64, String> {
    let share = text
        .parse()
        .map_err(|_| "is no share; right would be 0 to 1".to_owned())?;
    TargetBehavior::default()
        .fail_share(share)
        .map(|_| share)
        .map_err(|error| error.to_string())
}

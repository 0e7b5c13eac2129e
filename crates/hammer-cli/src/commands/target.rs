//! `hammer target`: a target to test against.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use clap::{ArgMatches, Args, Command, FromArgMatches};
use hammer_core::StopHandle;
use hammer_target::{
    PeriodicStall, ServiceLaw, TargetBehavior, TargetCounts, TargetServer, WorkerPool,
};

use super::target_tls_args::TargetServerTlsArgs;
use crate::command_exit::CommandExit;
use crate::error::Error;
use crate::output::print_stdout;
use crate::parsers::{duration, service_law};
use crate::process::SignalWatcher;

/// Name of the subcommand.
pub(crate) const NAME: &str = "target";

#[derive(Debug, Args)]
#[group(skip)]
struct TargetServerArgs {
    /// Address and port to listen on
    #[arg(long, value_name = "ADDR:PORT", conflicts_with = "port")]
    listen: Option<SocketAddr>,
    /// Port of 127.0.0.1 to listen on [default: a free one]
    #[arg(short, long, default_value = "0", hide_default_value = true)]
    port: u16,
    /// Delay before each response
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    delay: Option<Duration>,
    /// Periodic stall: 1s/4s stalls for the last second of every four
    #[arg(long, value_name = "TIME/TIME", value_parser = stall)]
    stall: Option<PeriodicStall>,
    /// Time that a worker needs for a request: const:1ms, exp:0.5ms, …
    ///
    /// Requests of all connections wait in one queue until a worker is free. The time is drawn for
    /// each request: const:TIME, exp:MEAN, uniform:MIN..MAX or lognormal:MEDIAN,SIGMA.
    #[arg(long, value_name = "LAW", value_parser = service_law::parse)]
    service: Option<ServiceLaw>,
    /// Number of workers, with --service [default: 1]
    #[arg(long, value_name = "COUNT", requires = "service",
          value_parser = crate::parsers::count::parse_up_to::<MAX_WORKERS>)]
    workers: Option<u64>,
    /// Seed for the times of --service
    #[arg(long, requires = "service", default_value = "1")]
    seed: u64,
    /// Status of each response
    #[arg(long, value_name = "CODE", value_parser = status, default_value = "200")]
    status: u16,
    /// Share of requests to drop without a response: 0.01
    #[arg(long, value_name = "SHARE", value_parser = share)]
    fail: Option<f64>,
    /// Close a connection after this number of responses
    #[arg(long, value_name = "COUNT", value_parser = crate::parsers::count::parse)]
    close_after: Option<u64>,
    /// Size of each response body, up to 1 GiB
    #[arg(long, value_name = "BYTES", default_value = "0", value_parser = body_size)]
    body_size: usize,
    /// Require bearer tokens with this lifetime
    ///
    /// POST /token issues a token. Requests without a valid one get status 401.
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    tokens: Option<Duration>,
    /// Serve canned responses at the maximum speed of one core
    ///
    /// Only --body-size and TLS can be set with it.
    #[arg(long, conflicts_with_all = ["delay", "stall", "service", "status", "fail", "close_after", "tokens"])]
    raw: bool,
    /// Poll instead of sleeping, to compare clients; uses a whole core
    ///
    /// A target that sleeps costs its clients the time to wake it, and sleeps more often the slower
    /// they are.
    #[arg(long, requires = "raw")]
    spin: bool,
    #[command(flatten)]
    tls: TargetServerTlsArgs,
}

impl TargetServerArgs {
    fn behavior(&self) -> Result<TargetBehavior, hammer_target::Error> {
        let mut behavior = TargetBehavior::default()
            .body_bytes(self.body_size)
            .status(self.status)?;
        if let Some(delay) = self.delay {
            behavior = behavior.delay(delay);
        }
        if let Some(stall) = self.stall {
            behavior = behavior.stall(stall);
        }
        if let Some(law) = self.service {
            let workers = usize::try_from(self.workers.unwrap_or(1)).unwrap_or_default();
            let workers = NonZeroUsize::new(workers).unwrap_or(NonZeroUsize::MIN);
            behavior = behavior.workers(WorkerPool::new(workers, law, self.seed));
        }
        if let Some(share) = self.fail {
            behavior = behavior.fail_share(share)?;
        }
        if let Some(lifetime) = self.tokens {
            behavior = behavior.require_tokens(lifetime);
        }
        match self.close_after {
            Some(responses) => behavior.close_after(responses),
            None => Ok(behavior),
        }
    }

    fn spawn_target(&self) -> Result<TargetServer, Error> {
        let addr = self
            .listen
            .unwrap_or((Ipv4Addr::LOCALHOST, self.port).into());
        let behavior = self.behavior().map_err(|e| Error::Usage(e.to_string()))?;
        let mut builder = TargetServer::builder().listen(addr).spin(self.spin);
        if let Some(certificate) = self.tls.certificate()? {
            builder = builder.tls(certificate);
        }
        let target = if self.raw {
            builder.spawn_raw(self.body_size)
        } else {
            builder.spawn(behavior)
        };
        target.map_err(|error| Error::Run(format!("failed to listen on {addr}: {error}")))
    }
}

/// Defines `target`.
pub(crate) fn command() -> Command {
    TargetServerArgs::augment_args(Command::new(NAME)).about("Serve an HTTP target for tests")
}

/// Serves until a signal arrives, then prints the counts.
pub(crate) fn run(matches: &ArgMatches) -> Result<CommandExit, Error> {
    let args = TargetServerArgs::from_arg_matches(matches)?;
    let signals = SignalWatcher::watch(&StopHandle::new())?;
    let target = args.spawn_target()?;
    let started = Instant::now();
    // Programs that start the target read its address from the first line.
    print_stdout(&format!("{}\n", target.url()))?;
    signals.wait();
    let idle = target.idle_time().div_duration_f64(started.elapsed());
    let mut text = summary(&target.shutdown().counts);
    if args.spin {
        text += &format!("idle         {:.1} % of the time\n", 100.0 * idle);
    }
    print_stdout(&text)?;
    Ok(CommandExit::OK)
}

fn summary(counts: &TargetCounts) -> String {
    let TargetCounts {
        requests,
        answered,
        failed,
        connections,
        peak_connections,
        ..
    } = counts;
    format!(
        "requests     {requests}\nanswered     {answered}\nfailed       {failed}\n\
         connections  {connections}, at most {peak_connections} open\n"
    )
}

fn stall(text: &str) -> Result<PeriodicStall, String> {
    let (length, every) = text
        .split_once('/')
        .ok_or("expected TIME/TIME, such as 1s/4s")?;
    let time = |text| duration::parse(text).map_err(|error| error.to_string());
    PeriodicStall::new(time(length)?, time(every)?).map_err(|error| error.to_string())
}

/// Maximum number of workers.
const MAX_WORKERS: u64 = 100_000;

/// Maximum size of a response body, which is in memory.
const MAX_BODY_BYTES: usize = 1 << 30;

fn body_size(text: &str) -> Result<usize, String> {
    let size = text.parse().ok().filter(|size| *size <= MAX_BODY_BYTES);
    size.ok_or_else(|| format!("expected a number of bytes from 0 to {MAX_BODY_BYTES}"))
}

fn status(text: &str) -> Result<u16, String> {
    let status = text
        .parse()
        .map_err(|_| "expected a status from 200 to 599".to_owned())?;
    TargetBehavior::default()
        .status(status)
        .map(|_| status)
        .map_err(|error| error.to_string())
}

fn share(text: &str) -> Result<f64, String> {
    let share = text
        .parse()
        .map_err(|_| "expected a share from 0 to 1".to_owned())?;
    TargetBehavior::default()
        .fail_share(share)
        .map(|_| share)
        .map_err(|error| error.to_string())
}

//! Flags that keep a replay from doing harm.

use std::path::PathBuf;

use clap::Args;
use hammer_diagnostic::chain;
use hammer_replay::play::{BodyRules, PlaybackForecast, TimelinePlayer};

use crate::error::Error;

/// Flags that keep a replay from doing harm.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Safety")]
#[group(skip)]
pub(super) struct ReplaySafetyArgs {
    /// Methods to send in addition to GET, HEAD and OPTIONS: POST,PUT
    ///
    /// Only rows with a rule in the file of --bodies are sent.
    #[arg(
        long,
        value_name = "METHOD",
        value_delimiter = ',',
        requires = "bodies"
    )]
    allow_methods: Vec<String>,
    /// File with rules for request bodies, by method and path
    ///
    /// Maximum file size: 16 MiB, and 256 MiB for each file that it names.
    #[arg(long, value_name = "FILE", requires = "allow_methods")]
    bodies: Option<PathBuf>,
    /// Allow an endpoint that is a host of the log
    #[arg(long)]
    endpoint_is_production: bool,
}

impl ReplaySafetyArgs {
    /// Sets the methods and bodies that a player may send, and its endpoint.
    pub(super) fn configure_player(
        &self,
        player: TimelinePlayer,
        endpoint: &str,
        seed: u64,
    ) -> Result<TimelinePlayer, Error> {
        let player = player.allow_methods(self.allow_methods.iter().cloned());
        let player = match host(endpoint) {
            Some(host) => player.endpoint(&host),
            None => player,
        };
        let Some(path) = &self.bodies else {
            return Ok(player);
        };
        let bodies = BodyRules::read(path);
        let bodies = bodies.map_err(|error| {
            Error::invalid_value(
                "--bodies <FILE>",
                &path.display().to_string(),
                chain(&error),
            )
        })?;
        Ok(player.bodies(bodies.seed(seed)))
    }

    /// Refuses an endpoint that is a host of the log, unless it is explicitly allowed.
    pub(super) fn check_endpoint(
        &self,
        endpoint: &str,
        survey: &PlaybackForecast,
    ) -> Result<(), Error> {
        if survey.rows_for_endpoint == 0 || self.endpoint_is_production {
            return Ok(());
        }
        let host = host(endpoint).unwrap_or_default();
        let problem = format!(
            "'{host}' is a host of the log (try another one, or --endpoint-is-production to hit it)"
        );
        Err(Error::invalid_value(
            "--endpoint <URL>",
            &hammer_http::mask_url(endpoint),
            problem,
        ))
    }

    /// Warns if no row has a host, so that the endpoint cannot be checked.
    pub(super) fn unverified_host_warning(
        &self,
        survey: &PlaybackForecast,
    ) -> Option<&'static str> {
        (survey.rows_with_host == 0 && !self.endpoint_is_production).then_some(
            "no row has a host, so the endpoint cannot be checked; make sure that it is not the \
             production system of the log",
        )
    }
}

/// The host of a URL, without its port.
fn host(url: &str) -> Option<String> {
    let parsed = url::Url::parse(url).ok()?;
    Some(parsed.host_str()?.to_owned())
}

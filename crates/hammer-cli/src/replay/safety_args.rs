use std::path::PathBuf;

use clap::Args;
use hammer_diagnostic::chain;
use hammer_replay::play::{BodyRules, TimelinePlayer, TimelineSurvey};

use crate::error::Error;

/// What keeps a replay from doing harm.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Safety")]
#[group(skip)]
pub(super) struct ReplaySafetyArgs {
    /// Methods to send besides GET, HEAD and OPTIONS, where --bodies has a rule: POST,PUT
    #[arg(
        long,
        value_name = "METHOD",
        value_delimiter = ',',
        requires = "bodies"
    )]
    allow_methods: Vec<String>,
    /// File that says what they send: rules by method and path
    #[arg(long, value_name = "FILE", requires = "allow_methods")]
    bodies: Option<PathBuf>,
    /// The endpoint is a host of the log, and may be hit all the same
    #[arg(long)]
    endpoint_is_production: bool,
}

impl ReplaySafetyArgs {
    /// Tells a player what it may send to this endpoint, and what bodies that has.
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

    /// Whether the rows may go there: not to where they came from, unless that is said.
    pub(super) fn check_endpoint(
        &self,
        endpoint: &str,
        survey: &TimelineSurvey,
    ) -> Result<(), Error> {
        if survey.rows_for_endpoint == 0 || self.endpoint_is_production {
            return Ok(());
        }
        let host = host(endpoint).unwrap_or_default();
        let wrong = format!(
            "it is the log's own host '{host}'; right would be another one, or \
             --endpoint-is-production if it is to be hit"
        );
        Err(Error::invalid_value(
            "--endpoint <URL>",
            &hammer_http::mask_url(endpoint),
            wrong,
        ))
    }

    /// What nobody could look at, since no row names its host.
    pub(super) fn unverified_host_warning(&self, survey: &TimelineSurvey) -> Option<&'static str> {
        (survey.rows_with_host == 0 && !self.endpoint_is_production).then_some(
            "no row names its host, so nothing tells whether the endpoint is the production that the \
             log is of",
        )
    }
}

/// The host of a URL, without its port.
fn host(url: &str) -> Option<String> {
    let parsed = url::Url::parse(url).ok()?;
    Some(parsed.host_str()?.to_owned())
}

use std::path::PathBuf;

use clap::Args;
use hammer_replay::play::{Bodies, Player, Survey};

use crate::error::{Error, chain};

/// What keeps a replay from doing harm.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Safety")]
#[group(skip)]
pub(super) struct SafetyArgs {
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

impl SafetyArgs {
    /// Tells a player what it may send to this endpoint, and what bodies that has.
    pub(super) fn apply(&self, player: Player, endpoint: &str, seed: u64) -> Result<Player, Error> {
        let player = player.allow(self.allow_methods.iter().cloned());
        let player = match host(endpoint) {
            Some(host) => player.endpoint(&host),
            None => player,
        };
        let Some(path) = &self.bodies else {
            return Ok(player);
        };
        let bodies = Bodies::read(path);
        let bodies = bodies.map_err(|error| {
            Error::value(
                "--bodies <FILE>",
                &path.display().to_string(),
                chain(&error),
            )
        })?;
        Ok(player.bodies(bodies.seed(seed)))
    }

    /// Whether the rows may go there: not to where they came from, unless that is said.
    pub(super) fn check_endpoint(&self, endpoint: &str, survey: &Survey) -> Result<(), Error> {
        if survey.of_endpoint == 0 || self.endpoint_is_production {
            return Ok(());
        }
        let host = host(endpoint).unwrap_or_default();
        let wrong = format!(
            "it is the log's own host '{host}'; right would be another one, or \
             --endpoint-is-production if it is to be hit"
        );
        Err(Error::value(
            "--endpoint <URL>",
            &hammer_http::masked(endpoint),
            wrong,
        ))
    }

    /// What nobody could look at, since no row names its host.
    pub(super) fn blind(&self, survey: &Survey) -> Option<&'static str> {
        (survey.with_host == 0 && !self.endpoint_is_production).then_some(
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

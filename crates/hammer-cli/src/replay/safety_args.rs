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
    #[arg(long, value_name = "FILE")]
    bodies: Option<PathBuf>,
    /// The endpoint is a host of the log, and may be hit all the same
    #[arg(long)]
    endpoint_is_production: bool,
}

impl SafetyArgs {
    pub(super) fn apply(&self, player: Player) -> Result<Player, Error> {
        let player = player.allow(self.allow_methods.iter().cloned());
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
        Ok(player.bodies(bodies))
    }

    /// Whether the rows may go there: not to where they came from, unless that is said.
    pub(super) fn check_endpoint(&self, endpoint: &str, survey: &Survey) -> Result<(), Error> {
        let Some(host) = host(endpoint).filter(|host| survey.asked_for(host)) else {
            return Ok(());
        };
        if self.endpoint_is_production {
            return Ok(());
        }
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
}

/// The host of a URL, without its port.
fn host(url: &str) -> Option<String> {
    let parsed = url::Url::parse(url).ok()?;
    Some(parsed.host_str()?.to_owned())
}

use std::time::Duration;

use clap::Args;
use hammer_data::TemplateScope;
use hammer_data::credential::{OAuthGrant, OAuthTokenSource, SecretBytes, TokenSource, TokenStore};

use super::feed_arg::FeedArg;
use super::login_template::LoginTemplate;
use super::token_endpoint::TokenEndpoint;
use super::token_users::TokenUsers;
use crate::{BuildError, NetworkArgs, http};

/// Tokens of OAuth 2.0.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
pub(super) struct OauthArgs {
    /// Token endpoint of OAuth 2.0, whose tokens are for {{token}}
    #[arg(long, value_name = "URL", value_parser = http::parse_url)]
    oauth_url: Option<String>,
    /// Client to ask as: ID:SECRET, where {{env NAME}} may stand
    #[arg(long, value_name = "LOGIN|@FILE", value_parser = LoginTemplate::parse)]
    #[arg(requires = "oauth_url", allow_hyphen_values = true)]
    oauth_client: Option<LoginTemplate>,
    /// User to ask for: USER:PASSWORD, or columns of a feeder
    #[arg(long, value_name = "LOGIN|@FILE", value_parser = LoginTemplate::parse)]
    #[arg(requires = "oauth_url", allow_hyphen_values = true)]
    oauth_user: Option<LoginTemplate>,
    /// Scope to ask for: 'read write'
    #[arg(long, value_name = "SCOPE", requires = "oauth_url")]
    oauth_scope: Option<String>,
    /// Parameter to send besides: audience=https://api; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_parameter, requires = "oauth_url")]
    oauth_param: Vec<(String, String)>,
    /// Send the client's id and secret in the body, not in a header
    #[arg(long, requires = "oauth_client")]
    oauth_in_body: bool,
}

impl OauthArgs {
    /// The tokens that are asked for, if any are.
    pub(super) fn tokens(
        &self,
        feeds: &[FeedArg],
        seed: u64,
        network: &NetworkArgs,
        timeout: Duration,
        lifetime: Option<Duration>,
    ) -> Result<Option<TokenStore>, BuildError> {
        let wrong = |flag: &str, wrong: String| format!("the flag '--{flag}' {wrong}");
        let Some(url) = &self.oauth_url else {
            return match lifetime {
                Some(_) => {
                    let needs = "needs --token-cmd or --oauth-url";
                    Err(wrong("token-lifetime <TIME>", needs.into()))?
                }
                None => Ok(None),
            };
        };
        let endpoint = TokenEndpoint {
            url: url.clone(),
            network: network.clone(),
            timeout,
        };
        let client = self.client().map_err(|error| wrong(CLIENT, error))?;
        let source = |grant| -> Box<dyn TokenSource> {
            let mut oauth = OAuthTokenSource::new(endpoint.clone(), grant);
            oauth = match &client {
                Some((id, Some(secret))) => oauth.client(id, secret.clone()),
                Some((id, None)) => oauth.parameter("client_id", id),
                None => oauth,
            };
            if self.oauth_in_body {
                oauth = oauth.client_in_body();
            }
            if let Some(scope) = &self.oauth_scope {
                oauth = oauth.parameter("scope", scope);
            }
            for (name, value) in &self.oauth_param {
                oauth = oauth.parameter(name, value);
            }
            if let Some(lifetime) = lifetime {
                oauth = oauth.lifetime(lifetime);
            }
            Box::new(oauth)
        };
        let Some(login) = &self.oauth_user else {
            return match client {
                Some((_, Some(_))) => Ok(Some(TokenStore::new(vec![source(
                    OAuthGrant::ClientCredentials,
                )]))),
                Some((_, None)) => Err(wrong(
                    CLIENT,
                    "has no secret; right would be ID:SECRET".into(),
                ))?,
                None => Err(wrong(
                    "oauth-url <URL>",
                    "needs --oauth-client or --oauth-user".into(),
                ))?,
            };
        };
        let owners =
            TokenUsers::from_login(login, feeds, seed).map_err(|error| wrong(USER, error))?;
        let grants = owners.users.into_iter();
        let grants = grants.map(|(user, password)| OAuthGrant::Password { user, password });
        let tokens = TokenStore::new(grants.map(source).collect());
        Ok(Some(match owners.feeder {
            Some(feeder) => tokens.owned_by_rows(feeder),
            None => tokens,
        }))
    }

    /// The client's id and secret.
    fn client(&self) -> Result<Option<(String, Option<SecretBytes>)>, String> {
        let Some(login) = &self.oauth_client else {
            return Ok(None);
        };
        let (id, secret) = login.compile(&TemplateScope::new())?;
        let fixed = |template: &hammer_data::Template| {
            let bytes = template.literal().map(<[u8]>::to_vec);
            bytes.ok_or("differs from time to time; right would be a text, or {{env NAME}}")
        };
        let secret = secret.as_ref().map(fixed).transpose()?;
        let id = String::from_utf8_lossy(&fixed(&id)?).into_owned();
        Ok(Some((id, secret.map(SecretBytes::new))))
    }
}

const CLIENT: &str = "oauth-client <LOGIN|@FILE>";
const USER: &str = "oauth-user <LOGIN|@FILE>";

fn parse_parameter(text: &str) -> Result<(String, String), String> {
    let parted = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) =
        parted.ok_or("has no name and value; right would be audience=https://api")?;
    Ok((name.to_owned(), value.to_owned()))
}

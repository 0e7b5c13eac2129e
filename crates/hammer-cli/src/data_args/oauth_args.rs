//! Flags for OAuth 2.0 tokens.

use clap::Args;
use hammer_data::TemplateScope;
use hammer_data::credential::{OAuthGrant, OAuthTokenSource, SecretBytes, TokenSource, TokenStore};

use super::feed_arg::FeedArg;
use super::login_template::CredentialTemplate;
use super::token_args::TokenArgs;
use super::token_endpoint::TokenEndpoint;
use super::token_users::TokenUsers;
use crate::{HammerBuildError, NetworkArgs, http};

/// Flags for OAuth 2.0 tokens.
#[derive(Debug, Clone, Default, Args)]
#[group(skip)]
pub(super) struct OauthArgs {
    /// OAuth 2.0 token endpoint that issues {{token}}
    #[arg(long, value_name = "URL", value_parser = http::parse_url)]
    oauth_url: Option<String>,
    /// OAuth client, ID:SECRET; may contain {{env NAME}}
    ///
    /// Maximum file size: 1 MiB.
    #[arg(long, value_name = "LOGIN|@FILE", value_parser = CredentialTemplate::parse)]
    #[arg(requires = "oauth_url", allow_hyphen_values = true)]
    oauth_client: Option<CredentialTemplate>,
    /// OAuth user, USER:PASSWORD; may contain columns of a feeder
    ///
    /// Maximum file size: 1 MiB.
    #[arg(long, value_name = "LOGIN|@FILE", value_parser = CredentialTemplate::parse)]
    #[arg(requires = "oauth_url", allow_hyphen_values = true)]
    oauth_user: Option<CredentialTemplate>,
    /// OAuth scope to request: 'read write'
    #[arg(long, value_name = "SCOPE", requires = "oauth_url")]
    oauth_scope: Option<String>,
    /// Additional token parameter: audience=https://api; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_parameter, requires = "oauth_url")]
    oauth_param: Vec<(String, String)>,
    /// Send client ID and secret in the body instead of a header
    #[arg(long, requires = "oauth_client")]
    oauth_in_body: bool,
}

impl OauthArgs {
    /// Creates the token store if these flags ask for one.
    pub(super) fn tokens(
        &self,
        feeds: &[FeedArg],
        seed: u64,
        network: &NetworkArgs,
        token: &TokenArgs,
    ) -> Result<Option<TokenStore>, HammerBuildError> {
        let setting_error = |setting: &str, problem: String| format!("`{setting}`: {problem}");
        let Some(url) = &self.oauth_url else {
            return Ok(None);
        };
        let endpoint = TokenEndpoint {
            url: url.clone(),
            network: network.clone(),
            timeout: token.timeout(),
        };
        let client = self
            .client()
            .map_err(|error| setting_error(CLIENT, error))?;
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
            if let Some(lifetime) = token.lifetime() {
                oauth = oauth.lifetime(lifetime);
            }
            Box::new(oauth)
        };
        let Some(login) = &self.oauth_user else {
            return match client {
                Some((_, Some(_))) => Ok(Some(TokenStore::new(vec![source(
                    OAuthGrant::ClientCredentials,
                )]))),
                Some((_, None)) => Err(setting_error(
                    CLIENT,
                    "missing secret; expected ID:SECRET".into(),
                ))?,
                None => Err(setting_error(
                    "oauth_url",
                    "requires `oauth_client` or `oauth_user`".into(),
                ))?,
            };
        };
        let users = TokenUsers::from_login(login, feeds, seed)
            .map_err(|error| setting_error(USER, error))?;
        let grants = users.users.into_iter();
        let grants = grants.map(|(user, password)| OAuthGrant::Password { user, password });
        let tokens = TokenStore::new(grants.map(source).collect());
        Ok(Some(match users.feeder {
            Some(feeder) => tokens.owned_by_rows(feeder),
            None => tokens,
        }))
    }

    /// Returns the client's ID and secret.
    fn client(&self) -> Result<Option<(String, Option<SecretBytes>)>, String> {
        let Some(login) = &self.oauth_client else {
            return Ok(None);
        };
        let (id, secret) = login.compile(&TemplateScope::new())?;
        let fixed = |template: &hammer_data::Template| {
            let bytes = template.literal().map(<[u8]>::to_vec);
            bytes.ok_or("the value varies between hits; expected text or {{env NAME}}")
        };
        let secret = secret.as_ref().map(fixed).transpose()?;
        let id = String::from_utf8_lossy(&fixed(&id)?).into_owned();
        Ok(Some((id, secret.map(SecretBytes::new))))
    }
}

const CLIENT: &str = "oauth_client";
const USER: &str = "oauth_user";

fn parse_parameter(text: &str) -> Result<(String, String), String> {
    let split = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = split.ok_or("expected NAME=VALUE, such as audience=https://api")?;
    Ok((name.to_owned(), value.to_owned()))
}

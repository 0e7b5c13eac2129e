//! Flags for requests, without their bodies.

use clap::Args;
use hammer_http::{HttpBuilder, RequestHeader};
use hammer_net::SecretString;

use super::{BRACES, check_flag, parse_value, placeholder_builder};

/// Default of `--max-redirs`.
const MAX_REDIRECTS: u32 = 10;

#[cfg(feature = "aws")]
/// Environment variable with the session token of temporary AWS credentials.
const SESSION_TOKEN_VARIABLE: &str = "AWS_SESSION_TOKEN";

/// Flags for requests, without their bodies.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "HTTP")]
#[group(skip)]
pub(super) struct HttpRequestArgs {
    /// Request method [default: GET, or POST with a body]
    #[arg(short = 'X', long, value_parser = method)]
    pub(super) method: Option<String>,
    /// Header to send: 'Name: value'; repeatable
    #[arg(short = 'H', long, value_name = "HEADER", value_parser = parse_value::<RequestHeader>)]
    #[arg(allow_hyphen_values = true)]
    pub(super) header: Vec<RequestHeader>,
    /// Value of the Host header [default: from the URL]
    #[arg(long, value_parser = host)]
    pub(super) host: Option<String>,
    /// Credentials: USER:PASSWORD, or KEY:SECRET with --aws-sigv4
    #[arg(short = 'u', long, value_name = "USER:PASSWORD", value_parser = user)]
    #[arg(allow_hyphen_values = true, conflicts_with = "oauth2_bearer")]
    pub(super) user: Option<SecretString>,
    /// Bearer token to send
    #[arg(long, value_name = "TOKEN", value_parser = bearer, allow_hyphen_values = true)]
    pub(super) oauth2_bearer: Option<SecretString>,
    #[cfg(feature = "aws")]
    /// Sign requests with AWS Signature V4: aws:amz:REGION:SERVICE
    #[arg(long, value_name = "SCOPE", requires = "user")]
    #[arg(value_parser = parse_value::<hammer_http::SignatureScope>)]
    pub(super) aws_sigv4: Option<hammer_http::SignatureScope>,
    /// Cookies to send: 'a=b; c=d'; repeatable
    #[arg(short = 'b', long, value_name = "COOKIES", value_parser = cookie)]
    #[arg(allow_hyphen_values = true)]
    pub(super) cookie: Vec<SecretString>,
    /// Keep cookies that the target sets, for each slot separately
    #[arg(long)]
    pub(super) cookies: bool,
    /// Follow redirects as part of the hit
    #[arg(short = 'L', long)]
    pub(super) location: bool,
    /// Maximum number of redirects per hit [default: 10]
    #[arg(long, value_name = "COUNT", value_parser = redirects, requires = "location")]
    #[arg(allow_hyphen_values = true)]
    pub(super) max_redirs: Option<u32>,
}

impl HttpRequestArgs {
    pub(super) fn apply(self, mut http: HttpBuilder) -> HttpBuilder {
        if let Some(method) = self.method {
            http = http.method(method);
        }
        http = self.header.into_iter().fold(http, HttpBuilder::header_line);
        if let Some(host) = self.host {
            http = http.host(host);
        }
        if let Some(SecretString(user)) = self.user {
            http = http.user(user);
        }
        if let Some(SecretString(token)) = self.oauth2_bearer {
            http = http.bearer_token(token);
        }
        #[cfg(feature = "aws")]
        if let Some(scope) = self.aws_sigv4 {
            http = http.aws_sigv4(scope);
            let token = std::env::var(SESSION_TOKEN_VARIABLE).unwrap_or_default();
            if !token.is_empty() {
                http = http.session_token(token);
            }
        }
        for SecretString(cookie) in self.cookie {
            http = http.cookie(cookie);
        }
        http = http.keep_cookies(self.cookies);
        if self.location {
            http = http.follow_redirects(self.max_redirs.unwrap_or(MAX_REDIRECTS));
        }
        http
    }
}

pub(super) fn method(text: &str) -> Result<String, String> {
    check_flag(placeholder_builder().method(text)).map(|()| text.into())
}

fn host(text: &str) -> Result<String, String> {
    check_flag(placeholder_builder().host(text)).map(|()| text.into())
}

fn redirects(text: &str) -> Result<u32, String> {
    text.parse()
        .map_err(|_| "expected a whole number, such as 10".into())
}

fn user(text: &str) -> Result<SecretString, String> {
    // A template may render to text that contains the colon.
    let user = SecretString(text.into());
    if text.contains(BRACES) {
        return Ok(user);
    }
    check_flag(placeholder_builder().user(text)).map(|()| user)
}

fn bearer(text: &str) -> Result<SecretString, String> {
    check_flag(placeholder_builder().bearer_token(text)).map(|()| SecretString(text.into()))
}

fn cookie(text: &str) -> Result<SecretString, String> {
    check_flag(placeholder_builder().cookie(text)).map(|()| SecretString(text.into()))
}

//! Credentials, signatures and cookies of requests.

use hammer_data::Template;
use hammer_net::SecretString;
use http::header::HeaderValue;

use super::request_options::RequestOptions;
use crate::request::credentials::HttpCredentials;
use crate::request::signature::RequestSigner;
use crate::request::template::TemplateCompiler;
use crate::{Error, ErrorKind, RequestHeader};

impl RequestOptions {
    /// The value of `Authorization`, or the signer in its place.
    pub(super) fn credentials(
        &self,
        in_header: bool,
        compiler: &TemplateCompiler,
    ) -> Result<(Option<AuthorizationValue>, Option<RequestSigner>), Error> {
        let error = |message| Err(Error::new(ErrorKind::Credentials, message));
        let given = match &self.credentials[..] {
            [_, _, ..] => {
                return error(
                    "a user cannot be combined with a token, and neither can be given twice",
                );
            }
            [_] if in_header => {
                return error("credentials cannot be combined with the header Authorization");
            }
            given => given.first(),
        };
        let token = self
            .session_token
            .as_ref()
            .map(|SecretString(token)| token.clone());
        match (&self.signature_scope, given) {
            (None, _) if token.is_some() => {
                error("a session token needs signatures (try adding their scope)")
            }
            (None, None) => Ok((None, None)),
            (None, Some(given @ HttpCredentials::Bearer(_))) => {
                Ok((Some((given.header_value()?, None)), None))
            }
            (None, Some(HttpCredentials::Basic(user))) => {
                Ok((Some(basic_authorization(user, compiler)?), None))
            }
            (Some(scope), Some(HttpCredentials::Basic(user))) => {
                match compiler.literal("`user`", user)?.split_once(':') {
                    Some((key, secret)) if !key.is_empty() && !secret.is_empty() => Ok((
                        None,
                        Some(RequestSigner::new(key, secret, token, scope.clone())),
                    )),
                    _ => error("malformed user for signatures; expected KEY:SECRET"),
                }
            }
            (Some(_), _) => error("signatures need a user; expected KEY:SECRET"),
        }
    }

    /// Parses the given cookies into names and values.
    pub(super) fn cookies(&self, in_header: bool) -> Result<Option<Vec<(String, String)>>, Error> {
        let error = |message: &str| Err(Error::new(ErrorKind::Header, message));
        if in_header && (self.keep_cookies || !self.cookies.is_empty()) {
            return error(
                "the header Cookie cannot be combined with cookies that are given or kept (try giving \
                 all of them as cookies)",
            );
        }
        if self.cookies.is_empty() {
            return Ok(None);
        }
        let mut pairs = Vec::new();
        let given = self
            .cookies
            .iter()
            .flat_map(|SecretString(given)| given.split(';'));
        for pair in given.map(str::trim).filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some((name, value)) if !name.trim().is_empty() => {
                    pairs.push((name.trim().to_owned(), value.trim().to_owned()));
                }
                _ => return error("malformed cookie; expected name=value"),
            }
        }
        Ok(Some(pairs))
    }
}

/// The value of `Authorization`. If user and password vary from hit to hit, the value is a placeholder,
/// and the template has the text.
pub(super) type AuthorizationValue = (HeaderValue, Option<Template>);

fn basic_authorization(
    user: &str,
    compiler: &TemplateCompiler,
) -> Result<AuthorizationValue, Error> {
    let template = compiler.template("`user`", user, true)?;
    let given = match template.as_ref().map(|template| template.literal()) {
        None => user.into(),
        Some(Some(literal)) => String::from_utf8_lossy(literal),
        // A placeholder that differs from every other value.
        Some(None) => format!("{user}:").into(),
    };
    let value = HttpCredentials::Basic(given.into_owned()).header_value()?;
    let dynamic = template.filter(|template| template.literal().is_none());
    Ok((value, dynamic))
}

pub(super) fn cookie_header(cookies: &[(String, String)]) -> Result<HeaderValue, Error> {
    let pairs: Vec<String> = cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let value = RequestHeader::new("cookie", &pairs.join("; "))?.value;
    Ok(value.unwrap_or_else(|| HeaderValue::from_static("")))
}

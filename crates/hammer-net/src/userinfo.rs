//! The user and password before the host of a URL.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;

use crate::host::split_host_port;
use crate::{Error, ErrorKind};

/// A password or a token that debug output hides.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretString(pub String);

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Creates the value of a Basic `Authorization` header from a URL's percent-encoded
/// `USER:PASSWORD`.
///
/// # Errors
///
/// If a `%` is not followed by two hexadecimal digits.
pub fn basic_authorization(userinfo: &str) -> Result<HeaderValue, Error> {
    let mut plain = percent_decode(userinfo).ok_or_else(|| {
        error("expected two hexadecimal digits after % in the user or password of the URL")
    })?;
    if !userinfo.contains(':') {
        plain.push(b':');
    }
    let mut value = HeaderValue::from_str(&format!("Basic {}", BASE64_STANDARD.encode(&plain)))
        .map_err(|cause| error("cannot send the user or password of the URL").with_source(cause))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Decodes `%XX` in `text`. Returns `None` if a `%` is not followed by two hexadecimal digits.
#[must_use]
pub fn percent_decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let (high, low) = (digit(bytes.next()?)?, digit(bytes.next()?)?);
            u8::try_from(high * 16 + low).ok()?
        } else {
            byte
        });
    }
    Some(decoded)
}

/// Replaces the password before the host of a URL with `***`.
///
/// ```
/// assert_eq!(hammer_net::mask_password("mqtt://ann:secret@a.test/b"), "mqtt://ann:***@a.test/b");
/// assert_eq!(hammer_net::mask_password("http://a.test/b@c"), "http://a.test/b@c");
/// ```
#[must_use]
pub fn mask_password(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?', '#']);
    let end = end.map_or(url.len(), |at| start + at);
    // A password may contain a slash. An @ after the first slash ends a password only if the text
    // between colon and slash cannot be a port.
    let port = split_host_port(&url[start..end]).1;
    let invalid_port = port.is_some_and(|port| port.parse::<u16>().is_err());
    let at = url[start..end].rfind('@');
    let Some(at) = at.or_else(|| url[start..].rfind('@').filter(|_| invalid_port)) else {
        return url.to_owned();
    };
    let user = match url[start..start + at].split_once(':') {
        Some((user, _)) => format!("{user}:"),
        // A user without a password may be a token.
        None => String::new(),
    };
    format!("{}{user}***{}", &url[..start], &url[start + at..])
}

fn error(message: &str) -> Error {
    Error::new(ErrorKind::Url, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_authorization_matches_rfc_7617() {
        let header = basic_authorization("Aladdin:open%20sesame").expect("valid userinfo");
        assert_eq!(header, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(header.is_sensitive());
        assert_eq!(
            basic_authorization("a").expect("a user without a password"),
            "Basic YTo="
        );
        assert!(basic_authorization("a%4").is_err());
    }
}

//! The user and the password that stand before the host of a URL.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;

use crate::host::split_host_port;
use crate::{Error, ErrorKind};

/// A password or a token, which shows itself to nobody who prints what it is in.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretString(pub String);

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The value for `userinfo` as it stands in a URL, percent-encoded.
///
/// # Errors
///
/// If a `%` has no two digits behind it.
pub fn basic_authorization(userinfo: &str) -> Result<HeaderValue, Error> {
    let mut plain = percent_decode(userinfo)
        .ok_or_else(|| wrong("the user or password in the URL has a % without two digits"))?;
    if !userinfo.contains(':') {
        plain.push(b':');
    }
    let mut value = HeaderValue::from_str(&format!("Basic {}", BASE64_STANDARD.encode(&plain)))
        .map_err(|cause| wrong("the user or password can't be sent").with_source(cause))?;
    value.set_sensitive(true);
    Ok(value)
}

/// What `text` stands for; none if a `%` has no two hexadecimal digits behind it.
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

/// `url` as it may be shown: without the password before its host.
///
/// ```
/// assert_eq!(hammer_net::masked("mqtt://ann:secret@a.test/b"), "mqtt://ann:***@a.test/b");
/// assert_eq!(hammer_net::masked("http://a.test/b@c"), "http://a.test/b@c");
/// ```
#[must_use]
pub fn mask_password(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?', '#']);
    let end = end.map_or(url.len(), |at| start + at);
    // What stands before an @ behind a slash is a password if it could be no port.
    let no_port = split_host_port(&url[start..end]).1;
    let no_port = no_port.is_some_and(|port| port.parse::<u16>().is_err());
    let at = url[start..end].rfind('@');
    let Some(at) = at.or_else(|| url[start..].rfind('@').filter(|_| no_port)) else {
        return url.to_owned();
    };
    let user = match url[start..start + at].split_once(':') {
        Some((user, _)) => format!("{user}:"),
        // It may as well be a token.
        None => String::new(),
    };
    format!("{}{user}***{}", &url[..start], &url[start + at..])
}

fn wrong(message: &str) -> Error {
    Error::new(ErrorKind::Url, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7617() {
        let header = basic_authorization("Aladdin:open%20sesame").expect("is well formed");
        assert_eq!(header, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(header.is_sensitive());
        assert_eq!(basic_authorization("a").expect("no password"), "Basic YTo=");
        assert!(basic_authorization("a%4").is_err());
    }
}

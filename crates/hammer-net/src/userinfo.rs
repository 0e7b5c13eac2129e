//! The user and password before the host of a URL.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;

use crate::{Error, ErrorKind};

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

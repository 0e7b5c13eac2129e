//! Credentials as the value of an `Authorization` header.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper::header::HeaderValue;

use crate::{Error, ErrorKind};

/// What was given to be let in with.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum HttpCredentials {
    /// User and password.
    Basic(String),
    /// A token (RFC 6750).
    Bearer(String),
}

impl HttpCredentials {
    /// The value of `Authorization`.
    pub(crate) fn header_value(&self) -> Result<HeaderValue, Error> {
        let error = |message| Error::new(ErrorKind::Credentials, message);
        let text = match self {
            Self::Basic(user) if !user.contains(':') => {
                return Err(error("the password is missing: it should be USER:PASSWORD"));
            }
            Self::Basic(user) if user.contains(|char: char| char.is_control()) => {
                return Err(error("user and password can't have control characters"));
            }
            Self::Basic(user) => format!("Basic {}", BASE64_STANDARD.encode(user)),
            Self::Bearer(token) => format!("Bearer {token}"),
        };
        let bad = |byte: u8| !byte.is_ascii_graphic() && byte != b' ';
        if text.bytes().any(bad) || text.ends_with(' ') {
            return Err(error(
                "the token is empty, or has characters that are not ASCII",
            ));
        }
        let value = HeaderValue::from_str(&text);
        let mut value =
            value.map_err(|cause| error("the token can't be sent").with_source(cause))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl fmt::Debug for HttpCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Basic(_) => "Basic(***)",
            Self::Bearer(_) => "Bearer(***)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfcs() {
        // RFC 7617, section 2.
        let given = HttpCredentials::Basic("Aladdin:open sesame".into());
        let header = given.header_value().expect("is well formed");
        assert_eq!(header, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(header.is_sensitive());
        // RFC 6750, section 2.1.
        let token = HttpCredentials::Bearer("mF_9.B5f-4.1JqM".into());
        assert_eq!(
            token.header_value().expect("is well formed"),
            "Bearer mF_9.B5f-4.1JqM"
        );
    }

    #[test]
    fn malformed_credentials_are_told_what_would_be_right() {
        let table = [
            (HttpCredentials::Basic("a".into()), "USER:PASSWORD"),
            (HttpCredentials::Basic("a:b\n".into()), "control characters"),
            (HttpCredentials::Bearer(String::new()), "is empty"),
            (HttpCredentials::Bearer("ü".into()), "not ASCII"),
            (HttpCredentials::Bearer("a\r\nb".into()), "not ASCII"),
        ];
        for (given, fragment) in table {
            let error = given.header_value().expect_err(fragment);
            assert!(error.to_string().contains(fragment), "{error}");
            assert_eq!(error.kind(), ErrorKind::Credentials);
            assert!(format!("{given:?}").contains("***"));
        }
    }
}

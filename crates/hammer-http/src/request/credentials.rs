//! Credentials as the value of an `Authorization` header.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::HeaderValue;

use crate::{Error, ErrorKind};

/// Credentials of one of the supported schemes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum HttpCredentials {
    /// User and password, separated by a colon (RFC 7617).
    Basic(String),
    /// A bearer token (RFC 6750).
    Bearer(String),
}

impl HttpCredentials {
    /// The value of `Authorization`.
    pub(crate) fn header_value(&self) -> Result<HeaderValue, Error> {
        let error = |message| Error::new(ErrorKind::Credentials, message);
        let text = match self {
            Self::Basic(user) if !user.contains(':') => {
                return Err(error("missing password; expected USER:PASSWORD"));
            }
            Self::Basic(user) if user.contains(char::is_control) => {
                return Err(error("user and password cannot contain control characters"));
            }
            Self::Basic(user) => format!("Basic {}", BASE64_STANDARD.encode(user)),
            Self::Bearer(token) => format!("Bearer {token}"),
        };
        let is_forbidden = |byte: u8| !byte.is_ascii_graphic() && byte != b' ';
        if text.bytes().any(is_forbidden) || text.ends_with(' ') {
            return Err(error(
                "malformed token; expected printable ASCII characters",
            ));
        }
        let value = HeaderValue::from_str(&text);
        let mut value = value
            .map_err(|cause| error("the token cannot be sent in a header").with_source(cause))?;
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
    fn values_match_the_examples_of_the_rfcs() {
        // RFC 7617, section 2.
        let given = HttpCredentials::Basic("Aladdin:open sesame".into());
        let header = given.header_value().expect("the credentials are valid");
        assert_eq!(header, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(header.is_sensitive());
        // RFC 6750, section 2.1.
        let token = HttpCredentials::Bearer("mF_9.B5f-4.1JqM".into());
        assert_eq!(
            token.header_value().expect("the credentials are valid"),
            "Bearer mF_9.B5f-4.1JqM"
        );
    }

    #[test]
    fn malformed_credentials_are_refused() {
        let table = [
            (HttpCredentials::Basic("a".into()), "USER:PASSWORD"),
            (HttpCredentials::Basic("a:b\n".into()), "control characters"),
            (HttpCredentials::Bearer(String::new()), "malformed token"),
            (
                HttpCredentials::Bearer("ü".into()),
                "expected printable ASCII",
            ),
            (
                HttpCredentials::Bearer("a\r\nb".into()),
                "expected printable ASCII",
            ),
        ];
        for (given, fragment) in table {
            let error = given.header_value().expect_err(fragment);
            assert!(error.to_string().contains(fragment), "{error}");
            assert_eq!(error.kind(), ErrorKind::Credentials);
            assert!(format!("{given:?}").contains("***"));
        }
    }
}

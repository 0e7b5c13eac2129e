//! Secrets in texts that are shown.

use std::fmt;

/// Replacement for a secret.
pub(crate) const MASK: &str = "***";

/// Parts of names that mark a secret value.
const SECRET_NAME_PARTS: [&str; 10] = [
    "auth",
    "cookie",
    "token",
    "secret",
    "passw",
    "-key",
    "apikey",
    "api_key",
    "credential",
    "session",
];

/// Words of names that mark a secret value, in which they are whole words.
const SECRET_NAME_WORDS: [&str; 9] = [
    "assertion",
    "bearer",
    "csrf",
    "jwt",
    "otp",
    "pass",
    "passphrase",
    "pin",
    "pwd",
];

/// A password or a token that debug output hides.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretString(pub String);

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Reports whether a value of this name is probably a secret, such as `Authorization`, `X-Api-Key` or
/// `access_token`.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    SECRET_NAME_PARTS.iter().any(|part| name.contains(part))
        || words.any(|word| SECRET_NAME_WORDS.contains(&word))
}

/// Masks the secrets of a URL for display: its password, and values of the query whose names suggest a
/// secret.
///
/// ```
/// use hammer_diagnostic::mask_url;
///
/// assert_eq!(mask_url("http://ann:secret@a.test/b"), "http://ann:***@a.test/b");
/// assert_eq!(mask_url("http://a.test/?token=t&page=2"), "http://a.test/?token=***&page=2");
/// assert_eq!(mask_url("http://a.test/b@c"), "http://a.test/b@c");
/// ```
#[must_use]
pub fn mask_url(url: &str) -> String {
    let url = mask_password(url);
    let (before_fragment, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
    match before_fragment.split_once('?') {
        Some((before_query, query)) => {
            format!("{before_query}?{}{fragment}", mask_query(query))
        }
        None => url,
    }
}

/// Replaces the password before the host of a URL with `***`.
///
/// ```
/// use hammer_diagnostic::mask_password;
///
/// assert_eq!(mask_password("mqtt://ann:secret@a.test/b"), "mqtt://ann:***@a.test/b");
/// assert_eq!(mask_password("http://a.test/b@c"), "http://a.test/b@c");
/// ```
#[must_use]
pub fn mask_password(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find(['/', '?', '#']);
    let end = end.map_or(url.len(), |at| start + at);
    // A password may contain a slash. An @ after the first slash ends a password only if the text
    // between colon and slash cannot be a port.
    let after_brackets = url[start..end].rsplit(']').next().unwrap_or_default();
    let port = after_brackets.split_once(':').map(|(_, port)| port);
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
    format!("{}{user}{MASK}{}", &url[..start], &url[start + at..])
}

/// Masks the values of a query, or of a form, whose names suggest a secret or a signature.
///
/// ```
/// use hammer_diagnostic::mask_query;
///
/// assert_eq!(mask_query("name=ann&password=s3cret"), "name=ann&password=***");
/// ```
#[must_use]
pub fn mask_query(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret_name(name) || is_secret_parameter(name) => {
            format!("{name}={MASK}")
        }
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Recognizes names of secrets that occur in queries only.
fn is_secret_parameter(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "key" || name == "sig" || name.ends_with("_key") || name.contains("signature")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked_in_malformed_urls_too() {
        for (text, shown) in [
            ("http://a:s3/cret@b.test/", "http://a:***@b.test/"),
            ("http://a:s?k@b.test/", "http://a:***@b.test/"),
            ("http://a/?q=1&token=t#f", "http://a/?q=1&token=***#f"),
            ("http://a:8080/b@c", "http://a:8080/b@c"),
            ("http://[::1]:80/b@c", "http://[::1]:80/b@c"),
            ("http://a/b:c@d", "http://a/b:c@d"),
            ("http://a:b@c:80/d@e", "http://a:***@c:80/d@e"),
        ] {
            assert_eq!(mask_url(text), shown);
        }
    }

    #[test]
    fn secrets_in_queries_are_masked() {
        for (query, shown) in [
            ("a=b&c", "a=b&c"),
            (
                "q=monkey&access_token=t&Api_Key=k",
                "q=monkey&access_token=***&Api_Key=***",
            ),
            (
                "X-Amz-Signature=5f&sig=a%3D&page=2",
                "X-Amz-Signature=***&sig=***&page=2",
            ),
            (
                "jwt=a&PWD=b&compass=c&user.pass=d&spin=e&x-csrf=f",
                "jwt=***&PWD=***&compass=c&user.pass=***&spin=e&x-csrf=***",
            ),
            ("", ""),
        ] {
            assert_eq!(mask_query(query), shown);
        }
    }
}

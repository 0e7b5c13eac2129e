//! Headers that carry secrets, and how they are shown.

use hyper::header::HeaderName;

/// What stands in place of a secret.
const MASK: &str = "***";

/// What the names of headers with secrets have in them.
const MARKS: [&str; 9] = [
    "authorization",
    "cookie",
    "token",
    "secret",
    "password",
    "api-key",
    "apikey",
    "credential",
    "session",
];

/// Whether the values of headers with this name are secrets: `Authorization`, `Cookie`,
/// `X-Api-Key`, `X-Amz-Security-Token` and their like.
pub(crate) fn is_secret(name: &HeaderName) -> bool {
    // Names of headers are lower-case here.
    MARKS.iter().any(|mark| name.as_str().contains(mark))
}

/// The value of a header as it may be shown: whole, or with its secret masked.
///
/// The scheme of credentials, the names of cookies and the attributes of `Set-Cookie` are left, for
/// they tell what was sent and help nobody else. Bytes that are no text are escaped.
///
/// ```
/// assert_eq!(hammer_http::masked_header("Authorization", b"Basic dTpw"), "Basic ***");
/// assert_eq!(hammer_http::masked_header("Cookie", b"id=7; lang=de"), "id=***; lang=***");
/// assert_eq!(hammer_http::masked_header("Accept", b"*/*"), "*/*");
/// ```
#[must_use]
pub fn masked_header(name: &str, value: &[u8]) -> String {
    let text = match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.escape_ascii().to_string(),
    };
    let secret = HeaderName::try_from(name).is_ok_and(|name| is_secret(&name));
    if !secret {
        return text;
    }
    match name.to_ascii_lowercase().as_str() {
        "cookie" => {
            let pairs: Vec<String> = text
                .split(';')
                .map(|pair| pair_masked(pair.trim()))
                .collect();
            pairs.join("; ")
        }
        "set-cookie" => match text.split_once(';') {
            Some((pair, attributes)) => format!("{};{attributes}", pair_masked(pair)),
            None => pair_masked(&text),
        },
        "authorization" | "proxy-authorization" => match text.split_once(' ') {
            Some((scheme, _)) => format!("{scheme} {MASK}"),
            None => MASK.to_owned(),
        },
        _ => MASK.to_owned(),
    }
}

fn pair_masked(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) => format!("{name}={MASK}"),
        None => MASK.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_a_header() {
        let table = [
            ("Accept", "text/html", "text/html"),
            ("Authorization", "Bearer abc.def", "Bearer ***"),
            ("authorization", "abc", "***"),
            (
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=AKID/2015, Signature=5f",
                "AWS4-HMAC-SHA256 ***",
            ),
            ("Proxy-Authorization", "Basic dTpw", "Basic ***"),
            ("Cookie", "a=b", "a=***"),
            ("Cookie", "a=b;c=d=e; f", "a=***; c=***; ***"),
            ("Set-Cookie", "a=b; Path=/; Secure", "a=***; Path=/; Secure"),
            ("Set-Cookie", "a=b", "a=***"),
            ("X-Amz-Security-Token", "abc", "***"),
            ("X-Api-Key", "abc", "***"),
            ("X-Client-Secret", "abc", "***"),
            ("Content-Type", "text/plain", "text/plain"),
            ("not a name", "abc", "abc"),
        ];
        for (name, value, shown) in table {
            assert_eq!(
                masked_header(name, value.as_bytes()),
                shown,
                "{name}: {value}"
            );
        }
        assert_eq!(masked_header("Server", b"\xff\x07"), "\\xff\\x07");
    }
}

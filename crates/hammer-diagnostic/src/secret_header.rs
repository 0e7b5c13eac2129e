//! Masking of secrets in headers that are shown.

use crate::secret::{MASK, is_secret_name, mask_url};

/// Formats the value of a header for display, with secrets masked.
///
/// The scheme of credentials, the names of cookies and the attributes of `Set-Cookie` stay visible:
/// they help with debugging and reveal no secret. Bytes that are not UTF-8 are escaped.
///
/// ```
/// assert_eq!(hammer_diagnostic::mask_header("Authorization", b"Basic dTpw"), "Basic ***");
/// assert_eq!(hammer_diagnostic::mask_header("Cookie", b"id=7; lang=de"), "id=***; lang=***");
/// assert_eq!(hammer_diagnostic::mask_header("Accept", b"*/*"), "*/*");
/// ```
#[must_use]
pub fn mask_header(name: &str, value: &[u8]) -> String {
    let text = match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.escape_ascii().to_string(),
    };
    if name.eq_ignore_ascii_case("location") {
        return mask_url(&text);
    }
    if !is_secret_name(name) {
        return text;
    }
    match name.to_ascii_lowercase().as_str() {
        "cookie" => {
            let pairs: Vec<String> = text.split(';').map(|pair| mask_pair(pair.trim())).collect();
            pairs.join("; ")
        }
        "set-cookie" => match text.split_once(';') {
            Some((pair, attributes)) => format!("{};{attributes}", mask_pair(pair)),
            None => mask_pair(&text),
        },
        "authorization" | "proxy-authorization" => match text.split_once(' ') {
            Some((scheme, _)) => format!("{scheme} {MASK}"),
            None => MASK.to_owned(),
        },
        _ => MASK.to_owned(),
    }
}

fn mask_pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) => format!("{name}={MASK}"),
        None => MASK.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_headers_are_masked() {
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
            ("X-Auth-Key", "abc", "***"),
            ("X-Functions-Key", "abc", "***"),
            ("Location", "http://a:b@c.test/d", "http://a:***@c.test/d"),
            ("Location", "/d", "/d"),
            ("Content-Type", "text/plain", "text/plain"),
            ("not a name", "abc", "abc"),
            ("not a token", "abc", "***"),
        ];
        for (name, value, shown) in table {
            assert_eq!(
                mask_header(name, value.as_bytes()),
                shown,
                "{name}: {value}"
            );
        }
        assert_eq!(mask_header("Server", b"\xff\x07"), "\\xff\\x07");
    }
}

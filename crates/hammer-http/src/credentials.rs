//! User and password in a URL, as the value of an `Authorization` header (RFC 7617).

use hyper::header::HeaderValue;

use crate::Error;

/// The value for `userinfo` as it stands in a URL, percent-encoded.
pub(crate) fn basic(userinfo: &str) -> Result<HeaderValue, Error> {
    let mut plain = percent_decoded(userinfo)
        .ok_or_else(|| Error::url("the user or password in the URL has a % without two digits"))?;
    if !userinfo.contains(':') {
        plain.push(b':');
    }
    let mut value = HeaderValue::from_str(&format!("Basic {}", base64(&plain)))
        .map_err(|cause| Error::url("the user or password can't be sent").because(cause))?;
    value.set_sensitive(true);
    Ok(value)
}

/// What `text` stands for; none if a `%` has no two hexadecimal digits behind it.
pub(crate) fn percent_decoded(text: &str) -> Option<Vec<u8>> {
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

/// RFC 4648, section 4: three bytes become four characters of six bits each.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let six = (bits >> (18 - 6 * index)) as usize & 63;
            text.push(if index <= chunk.len() {
                char::from(ALPHABET[six])
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfcs() {
        let table = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, coded) in table {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        // RFC 7617, section 2.
        let header = basic("Aladdin:open%20sesame").expect("is well formed");
        assert_eq!(header, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(basic("a").expect("no password"), "Basic YTo=");
        assert!(basic("a%4").is_err());
    }
}

//! The characters of URLs: which are percent-encoded, and which are refused.

use std::borrow::Cow;
use std::ops::Range;

use hammer_diagnostic::{Diagnostic, excerpt};

use crate::mask_url;

/// Digits of percent-encoding in URLs that Hammer makes (RFC 3986, section 2.1).
const UPPER_CASE_HEX: &[u8; 16] = b"0123456789ABCDEF";
/// Digits of percent-encoding in the locations of redirects, as curl writes them.
pub(crate) const LOWER_CASE_HEX: &[u8; 16] = b"0123456789abcdef";

/// Percent-encodes bytes that path and query cannot contain, from byte `start` on.
///
/// These are the fragment percent-encode set of the [URL Standard]: spaces, control characters, `"`, `<`,
/// `>`, `` ` `` and everything outside ASCII; and `#`, which would end the query. All other printable
/// characters are kept, so that `{`, `}`, `|`, `^` and `\` are sent as given.
///
/// [URL Standard]: https://url.spec.whatwg.org/#fragment-percent-encode-set
pub(crate) fn percent_encode(text: &mut Vec<u8>, start: usize) {
    encode_where(text, start, UPPER_CASE_HEX, |byte| {
        !byte.is_ascii_graphic() || matches!(byte, b'#' | b'"' | b'<' | b'>' | b'`')
    });
}

/// Percent-encodes the bytes that `is_encoded` selects, from byte `start` on.
pub(crate) fn encode_where(
    text: &mut Vec<u8>,
    start: usize,
    digits: &[u8; 16],
    is_encoded: impl Fn(u8) -> bool,
) {
    let Some(first) = text[start..].iter().position(|byte| is_encoded(*byte)) else {
        return;
    };
    let rest = text.split_off(start + first);
    for byte in rest {
        if is_encoded(byte) {
            let digit = |nibble: u8| digits[usize::from(nibble)];
            text.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
        } else {
            text.push(byte);
        }
    }
}

/// Checks that a URL as given by a user has no characters that cannot be sent.
///
/// Spaces and control characters are refused everywhere, since they are more often mistakes of quoting
/// than meant. Outside path and query, so are characters outside ASCII, except in the credentials.
/// `templates` are parts of `text` that are rendered later.
///
/// # Errors
///
/// The first such character and its place. Secrets are masked in the text of the diagnostic, or left
/// out if the text has templates too.
pub(crate) fn check_characters(text: &str, templates: &[Range<usize>]) -> Result<(), Diagnostic> {
    let mut plain = Cow::Borrowed(text);
    for span in templates {
        let filler = "0".repeat(span.len());
        plain.to_mut().replace_range(span.clone(), &filler);
    }
    let Some(error) = find_refused(&plain) else {
        return Ok(());
    };
    let shown = mask_url(text);
    if shown == text {
        return Err(error.in_input(text));
    }
    if templates.is_empty()
        && let Some(error) = find_refused(&shown)
    {
        return Err(error.in_input(shown));
    }
    // The character may be a part of a secret.
    let problem = "a character in the URL cannot be sent";
    let hint = "try percent-encoding spaces and control characters";
    Err(Diagnostic::new(error.position(), problem)
        .with_hint(hint)
        .redacted())
}

/// Describes the first refused character, without the text.
fn find_refused(text: &str) -> Option<Diagnostic> {
    let part_at = |position: usize| UrlPart::at(text, position);
    let mut characters = text.char_indices();
    let (start, found) = characters.find(|(position, found)| match found {
        found if found.is_ascii() => !found.is_ascii_graphic(),
        // Unicode has spaces and control characters too.
        found if found.is_whitespace() || found.is_control() => true,
        _ => part_at(*position) == UrlPart::Host,
    })?;
    let part = part_at(start);
    let position = start..start + found.len_utf8();
    let problem = format!("{} in the {}", character_name(found), part.name());
    Some(match (part, found.is_ascii()) {
        (UrlPart::Host, false) => {
            Diagnostic::new(position, problem).with_expected("punycode (xn--…)")
        }
        (UrlPart::Host, true) => Diagnostic::new(position, problem),
        _ => {
            let mut encoded = found.to_string().into_bytes();
            percent_encode(&mut encoded, 0);
            let encoded = String::from_utf8_lossy(&encoded).into_owned();
            Diagnostic::new(position, problem).with_expected(encoded)
        }
    })
}

/// Names a character for a message.
pub(crate) fn character_name(character: char) -> String {
    match character {
        ' ' => "space".to_owned(),
        '\t' => "tab".to_owned(),
        '\r' | '\n' => "line break".to_owned(),
        _ if character.is_control() || character.is_whitespace() => {
            format!("character U+{:04X}", u32::from(character))
        }
        _ => format!("character {}", excerpt(character.encode_utf8(&mut [0; 4]))),
    }
}

/// A part of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UrlPart {
    Credentials,
    /// Scheme, host and port.
    Host,
    Path,
    Query,
    Fragment,
}

impl UrlPart {
    /// The part that the byte at `position` belongs to, in a URL or in a path with a query.
    fn at(text: &str, position: usize) -> Self {
        let before = &text[..position];
        if before.contains('#') {
            return Self::Fragment;
        }
        if before.contains('?') {
            return Self::Query;
        }
        let authority = text.find("://").map_or(0, |scheme| scheme + 3);
        let end = text[authority..].find(['/', '?', '#']);
        let end = end.map_or(text.len(), |end| authority + end);
        if position >= end {
            return Self::Path;
        }
        match text[authority..end].rfind('@') {
            Some(at) if (authority..authority + at).contains(&position) => Self::Credentials,
            _ => Self::Host,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Host => "host",
            Self::Path => "path",
            Self::Query => "query",
            Self::Fragment => "fragment",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &[u8]) -> String {
        let mut text = text.to_vec();
        percent_encode(&mut text, 0);
        String::from_utf8(text).expect("all other bytes are encoded")
    }

    /// Regression: `"` was sent in a path, and refused in a query without being named.
    #[test]
    fn path_and_query_have_one_rule() {
        for (character, sent) in [
            ("\"", "%22"),
            ("<", "%3C"),
            (">", "%3E"),
            ("`", "%60"),
            ("#", "%23"),
            (" ", "%20"),
            ("\n", "%0A"),
            ("\u{7f}", "%7F"),
            ("\u{e9}", "%C3%A9"),
            ("{}|^\\[]'%~!$&()*+,;=:@?", "{}|^\\[]'%~!$&()*+,;=:@?"),
        ] {
            for before in ["/a", "/a?b"] {
                let text = format!("{before}{character}c");
                assert_eq!(encoded(text.as_bytes()), format!("{before}{sent}c"));
            }
        }
        assert_eq!(encoded(b"/\xe9"), "/%E9");
        let mut kept = b"# /# ".to_vec();
        percent_encode(&mut kept, 2);
        assert_eq!(kept, b"# /%23%20");
    }

    #[test]
    fn refused_characters_are_named_with_their_place() {
        for (text, found, message) in [
            ("http://a/b c", " ", "space in the path; expected %20"),
            ("http://a/?b c", " ", "space in the query; expected %20"),
            ("/b c", " ", "space in the path; expected %20"),
            ("http://a/#b c", " ", "space in the fragment; expected %20"),
            ("http://a/b\tc", "\t", "tab in the path; expected %09"),
            (
                "http://a/?\r\nX: y",
                "\r",
                "line break in the query; expected %0D",
            ),
            (
                "http://a/?b\u{7}",
                "\u{7}",
                "character U+0007 in the query; expected %07",
            ),
            (
                "http://a/b\u{a0}",
                "\u{a0}",
                "character U+00A0 in the path; expected %C2%A0",
            ),
            ("http://a b/", " ", "space in the host"),
            (
                "http://b\u{fc}cher.test/\u{fc}",
                "\u{fc}",
                "character '\u{fc}' in the host; expected punycode (xn--…)",
            ),
            (
                "http://u s:p@a/",
                " ",
                "space in the credentials; expected %20",
            ),
        ] {
            let error = check_characters(text, &[]).expect_err(text);
            assert_eq!(error.to_string(), message, "{text}");
            assert_eq!(error.found(), Some(found), "{text}");
        }
        for text in [
            "http://a/?f={\"a\":1}",
            "http://a/\"|^`<>\\\u{e9}?\"|^`<>\\\u{e9}",
            "http://\u{fc}:\u{fc}@a/",
            "",
        ] {
            assert_eq!(check_characters(text, &[]), Ok(()), "{text}");
        }
    }

    #[test]
    fn templates_may_contain_any_character() {
        let text = "http://a/{{a ?# b}}?x={{c}} d";
        let templates = [9..19, 22..27];
        let error = check_characters(text, &templates).expect_err("a space after the templates");
        assert_eq!(error.to_string(), "space in the query; expected %20");
        assert_eq!(error.position(), 27..28);
        assert_eq!(check_characters(&text[..27], &templates), Ok(()));
    }

    #[test]
    fn secrets_are_not_shown() {
        for (text, message, shown) in [
            (
                "http://u:s3cret@a/b c",
                "space in the path; expected %20",
                Some("http://u:***@a/b c"),
            ),
            (
                "http://u:s3 cret@a/",
                "a character in the URL cannot be sent at byte 11 (try percent-encoding spaces and \
                 control characters)",
                None,
            ),
            (
                "http://a/?token=s3 cret",
                "a character in the URL cannot be sent at byte 18 (try percent-encoding spaces and \
                 control characters)",
                None,
            ),
        ] {
            let error = check_characters(text, &[]).expect_err(text);
            assert_eq!(error.to_string(), message, "{text}");
            assert_eq!(error.input(), shown, "{text}");
        }
    }
}

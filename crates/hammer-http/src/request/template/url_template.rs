//! URLs with variables in their path and query.

use std::borrow::Cow;
use std::ops::Range;

use hammer_data::{Template, TemplateError};

use super::TemplateCompiler;
use crate::Error;
use crate::url::mask_url;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

/// Where hits go, of which path and query may differ.
pub(crate) struct UrlTemplate<'t> {
    /// A URL of the same kind that has no variables.
    pub(crate) url: Cow<'t, str>,
    /// Path and query, if they differ.
    pub(crate) path: Option<Template>,
}

/// Takes apart a URL, or a path that begins with a slash.
///
/// # Errors
///
/// If its template is wrong, or has variables where there can't be any.
pub(crate) fn parse_url_template<'t>(
    text: &'t str,
    compiler: &TemplateCompiler,
) -> Result<UrlTemplate<'t>, Error> {
    let secret = mask_url(text) != text;
    let as_it_is = UrlTemplate {
        url: Cow::Borrowed(text),
        path: None,
    };
    let Some(whole) = compiler.template("the URL", text, secret)? else {
        return Ok(as_it_is);
    };
    if whole.literal() == Some(text.as_bytes()) {
        return Ok(as_it_is);
    }
    let spans = compiler.template_spans(text);
    let end = find_outside_braces(text, &spans, 0, &['#']).unwrap_or(text.len());
    let begin = match find_outside_braces(text, &spans, 0, &['/', '?']) {
        Some(0) => 0,
        _ => {
            let authority = text.find("://").map_or(0, |scheme| scheme + 3);
            find_outside_braces(text, &spans, authority, &['/', '?'])
                .map_or(end, |begin| begin.min(end))
        }
    };
    if let Some(front) = compiler.template("the URL", &text[..begin], secret)?
        && front.literal().is_none()
    {
        let place = spans.first().cloned().unwrap_or(0..begin);
        let wrong = "has a variable in its scheme, host or port, which are the same for all hits";
        let right = "one in its path or query";
        let error = TemplateError::misplaced(text, place, wrong, right);
        return Err(Error::template("the URL", error, secret));
    }
    let front = compiler.literal_bytes(&text[..begin]);
    let front = String::from_utf8_lossy(&front).into_owned();
    let slash = if text[begin..end].starts_with('/') {
        ""
    } else {
        "/"
    };
    let path = format!("{slash}{}", &text[begin..end]);
    if whole.literal().is_some() || compiler.template_spans(&path).is_empty() {
        let mut path = compiler.literal_bytes(&path);
        percent_encode(&mut path, 0);
        let path = String::from_utf8_lossy(&path);
        return Ok(UrlTemplate {
            url: Cow::Owned(format!("{front}{path}")),
            path: None,
        });
    }
    // What stands in place of a variable is good for nothing but to be checked.
    let mut url = front;
    let mut at = 0;
    for span in compiler.template_spans(&path) {
        url.push_str(&path[at..span.start]);
        url.push('0');
        at = span.end;
    }
    url.push_str(&path[at..]);
    Ok(UrlTemplate {
        url: Cow::Owned(url),
        path: compiler.template("the URL", &path, secret)?,
    })
}

/// The first of `wanted` from byte `from` on that stands in no braces.
fn find_outside_braces(
    text: &str,
    spans: &[Range<usize>],
    from: usize,
    wanted: &[char],
) -> Option<usize> {
    let found = text[from..].match_indices(wanted);
    let mut places = found.map(|(at, _)| from + at);
    places.find(|at| !spans.iter().any(|span| span.contains(at)))
}

/// Writes in percent what a request line has no room for, from byte `start` on: blanks, controls, `#`,
/// quotes and angles, and all that is not ASCII.
pub(super) fn percent_encode(text: &mut Vec<u8>, start: usize) {
    let Some(first) = text[start..].iter().position(|byte| needs_encoding(*byte)) else {
        return;
    };
    let rest = text.split_off(start + first);
    for byte in rest {
        if needs_encoding(byte) {
            let digit = |four: u8| HEX[usize::from(four)];
            text.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
        } else {
            text.push(byte);
        }
    }
}

fn needs_encoding(byte: u8) -> bool {
    !byte.is_ascii_graphic() || matches!(byte, b'#' | b'"' | b'<' | b'>' | b'`')
}

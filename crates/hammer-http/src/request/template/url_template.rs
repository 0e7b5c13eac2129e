//! URLs with variables in their path and query.

use std::borrow::Cow;
use std::ops::Range;

use hammer_data::Template;
use hammer_diagnostic::Diagnostic;

use super::TemplateCompiler;
use crate::Error;
use crate::mask_url;
use crate::url::{check_characters, percent_encode};

/// A URL whose path and query may vary from hit to hit.
pub(crate) struct UrlTemplate<'t> {
    /// The URL with a placeholder for each variable.
    pub(crate) url: Cow<'t, str>,
    /// Path and query, if they vary from hit to hit.
    pub(crate) path: Option<Template>,
}

/// Parses a URL, or a path that begins with a slash, as a template.
///
/// # Errors
///
/// If the template is malformed, or has a variable outside path and query, or if the text outside of
/// variables has a character that cannot be sent.
pub(crate) fn parse_url_template<'t>(
    text: &'t str,
    compiler: &TemplateCompiler,
) -> Result<UrlTemplate<'t>, Error> {
    let secret = mask_url(text) != text;
    let unchanged = UrlTemplate {
        url: Cow::Borrowed(text),
        path: None,
    };
    let whole = compiler.template("the URL", text, secret)?;
    let whole = whole.filter(|whole| whole.literal() != Some(text.as_bytes()));
    let spans = match &whole {
        Some(_) => compiler.template_spans(text),
        None => vec![],
    };
    check_characters(text, &spans).map_err(Error::url_characters)?;
    let Some(whole) = whole else {
        return Ok(unchanged);
    };
    let end = find_outside_braces(text, &spans, 0, &['#']).unwrap_or(text.len());
    let begin = match find_outside_braces(text, &spans, 0, &['/', '?']) {
        Some(0) => 0,
        _ => {
            let authority = text.find("://").map_or(0, |scheme| scheme + 3);
            find_outside_braces(text, &spans, authority, &['/', '?'])
                .map_or(end, |begin| begin.min(end))
        }
    };
    if let Some(origin) = compiler.template("the URL", &text[..begin], secret)?
        && origin.literal().is_none()
    {
        let span = spans.first().cloned().unwrap_or(0..begin);
        let problem = "variable in the scheme, host or port";
        let expected = "variables in the path or query only";
        let error = Diagnostic::new(span, problem)
            .with_expected(expected)
            .in_input(text);
        return Err(Error::template("the URL", error, secret));
    }
    let origin = compiler.literal_bytes(&text[..begin]);
    let origin = String::from_utf8_lossy(&origin).into_owned();
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
            url: Cow::Owned(format!("{origin}{path}")),
            path: None,
        });
    }
    // The placeholders only serve the check of the URL.
    let mut url = origin;
    let mut position = 0;
    for span in compiler.template_spans(&path) {
        url.push_str(&path[position..span.start]);
        url.push('0');
        position = span.end;
    }
    url.push_str(&path[position..]);
    Ok(UrlTemplate {
        url: Cow::Owned(url),
        path: compiler.template("the URL", &path, secret)?,
    })
}

/// Finds the first of `wanted` outside all spans, from byte `from` on.
fn find_outside_braces(
    text: &str,
    spans: &[Range<usize>],
    from: usize,
    wanted: &[char],
) -> Option<usize> {
    let found = text[from..].match_indices(wanted);
    let mut positions = found.map(|(position, _)| from + position);
    positions.find(|position| !spans.iter().any(|span| span.contains(position)))
}

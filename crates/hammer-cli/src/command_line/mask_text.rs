//! Masks for texts whose format is not known: JSON, a form, a URL or words.

use hammer_diagnostic::{is_secret_name, mask_header, mask_query, mask_url};
use serde_json::{Map, Value};

/// Replacement for a secret.
pub(super) const MASK: &str = "***";

/// Characters that no URL contains (RFC 3986, appendix C), beside blanks.
const NOT_IN_URLS: &str = "<>\"{}|\\^`";

/// Masks the secrets of a text that may be JSON, a form or a URL. Any other text that contains a secret
/// is masked as a whole.
pub(super) fn mask_text(text: &str) -> String {
    match form_pairs(text) {
        Some(pairs) => {
            let pairs = pairs
                .into_iter()
                .map(|(name, value)| mask_pair(name, value));
            pairs.collect::<Vec<_>>().join("&")
        }
        None => mask_part(text),
    }
}

/// Masks the members of a JSON object whose names suggest a secret, and the secrets in the others.
pub(super) fn mask_members(members: Map<String, Value>) -> Value {
    let masked = members.into_iter().map(|(name, value)| match value {
        Value::String(text) if is_secret_name(&name) => {
            let shown = mask_header(&name, text.as_bytes());
            (name, Value::String(shown))
        }
        _ if is_secret_name(&name) => (name, MASK.into()),
        value => (name, mask_json(value)),
    });
    masked.collect::<Map<_, _>>().into()
}

/// Masks a text that is not a form: the value of a form, or a text in JSON.
fn mask_part(text: &str) -> String {
    match serde_json::from_str(text) {
        Ok(json @ (Value::Object(_) | Value::Array(_))) => {
            let masked = mask_json(json.clone());
            // The spaces of a text without secrets stay.
            if masked == json {
                text.into()
            } else {
                masked.to_string()
            }
        }
        _ if is_url(text) => mask_url(text),
        _ if has_secret(text) => MASK.into(),
        _ => text.into(),
    }
}

fn mask_json(json: Value) -> Value {
    match json {
        Value::Object(members) => mask_members(members),
        Value::Array(items) => items.into_iter().map(mask_json).collect(),
        Value::String(text) => mask_part(&text).into(),
        other => other,
    }
}

fn mask_pair(name: &str, value: &str) -> String {
    let pair = format!("{name}={value}");
    let masked = mask_query(&pair);
    if masked == pair {
        format!("{name}={}", mask_part(value))
    } else {
        masked
    }
}

/// The pairs of a form, or `None` if a part of the text is not a pair with a plain name.
fn form_pairs(text: &str) -> Option<Vec<(&str, &str)>> {
    let is_plain = |name: &str| {
        let plain = |c: char| c.is_alphanumeric() || "_.-[]".contains(c);
        !name.is_empty() && name.chars().all(plain)
    };
    let pairs = text.split('&').map(|pair| pair.split_once('='));
    pairs
        .map(|pair| pair.filter(|(name, _)| is_plain(name)))
        .collect()
}

/// True if the whole text is a URL.
fn is_url(text: &str) -> bool {
    let has_scheme = text.split_once("://").is_some_and(|(scheme, _)| {
        let in_scheme = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(in_scheme)
    });
    has_scheme && !text.contains(|c: char| c.is_whitespace() || NOT_IN_URLS.contains(c))
}

/// True if a text names a secret, or has a URL with one.
fn has_secret(text: &str) -> bool {
    let after_schemes = text.split("://").skip(1);
    let mut urls = after_schemes.filter_map(|after| after.split_whitespace().next());
    is_secret_name(text) || urls.any(|url| mask_url(url) != url)
}

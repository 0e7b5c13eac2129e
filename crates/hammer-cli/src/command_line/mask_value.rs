//! Masks for the values of flags.

use hammer_diagnostic::{is_secret_name, mask_header, mask_query, mask_url};
use serde_json::{Map, Value};

use super::ValuePrivacy;

/// Replacement for a secret.
const MASK: &str = "***";

/// Most characters of a value that are shown.
const MAX_CHARS: usize = 1000;

/// Masks the secrets of a value, and shortens it.
pub(super) fn mask_value(privacy: ValuePrivacy, value: &str) -> String {
    let masked = mask_secrets(privacy, value);
    match masked.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &masked[..end]),
        None => masked,
    }
}

fn mask_secrets(privacy: ValuePrivacy, value: &str) -> String {
    let is_file = value.starts_with('@');
    match privacy {
        ValuePrivacy::Secret | ValuePrivacy::Login | ValuePrivacy::Text if is_file => value.into(),
        ValuePrivacy::Public => value.into(),
        ValuePrivacy::Secret => MASK.into(),
        // A user without a password may be a token.
        ValuePrivacy::Login => match value.split_once(':') {
            Some((name, _)) => format!("{name}:{MASK}"),
            None => MASK.into(),
        },
        ValuePrivacy::FileAndPassword => match value.split_once(':') {
            Some((file, _)) => format!("{file}:{MASK}"),
            None => value.into(),
        },
        ValuePrivacy::Assigned => mask_assigned(value, |_| true),
        ValuePrivacy::NamedAssigned => mask_assigned(value, is_secret_name),
        ValuePrivacy::Header => match value.split_once(':') {
            Some((name, rest)) => {
                let text = rest.trim_start();
                let space = &rest[..rest.len() - text.len()];
                format!("{name}:{space}{}", mask_header(name, text.as_bytes()))
            }
            None => mask_text(value),
        },
        ValuePrivacy::HeaderObject => match serde_json::from_str(value) {
            Ok(Value::Object(headers)) => mask_members(headers).to_string(),
            _ => MASK.into(),
        },
        ValuePrivacy::Cookies => mask_header("cookie", value.as_bytes()),
        ValuePrivacy::Url => mask_url(value),
        ValuePrivacy::Text => mask_text(value),
    }
}

/// Masks the value of `NAME=VALUE` if its name is a secret one; not that of `NAME=@FILE` and `NAME=<FILE`.
fn mask_assigned(value: &str, is_secret: impl Fn(&str) -> bool) -> String {
    match value.split_once('=') {
        Some((name, text)) if is_secret(name) && !text.starts_with(['@', '<']) => {
            format!("{name}={MASK}")
        }
        _ => value.into(),
    }
}

/// Masks the secrets of a text that may be JSON, a form or a URL. Any other text that names a secret is
/// masked as a whole.
fn mask_text(text: &str) -> String {
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
        _ if text.contains("://") => mask_url(text),
        _ => {
            let masked = mask_query(text);
            if masked == text && is_secret_name(text) {
                MASK.into()
            } else {
                masked
            }
        }
    }
}

fn mask_json(json: Value) -> Value {
    match json {
        Value::Object(members) => mask_members(members),
        Value::Array(items) => items.into_iter().map(mask_json).collect(),
        other => other,
    }
}

fn mask_members(members: Map<String, Value>) -> Value {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_each_kind_of_value_are_masked() {
        use ValuePrivacy::*;

        for (privacy, value, shown) in [
            (Public, "p99 < 1s", "p99 < 1s"),
            (Secret, "s3cret", "***"),
            (Secret, "@token.txt", "@token.txt"),
            (Login, "ann:s3:cret", "ann:***"),
            (Login, "s3cret", "***"),
            (Login, "@login.txt", "@login.txt"),
            (FileAndPassword, "a.pem", "a.pem"),
            (FileAndPassword, "a.pem:s3cret", "a.pem:***"),
            (Assigned, "audience=s3cret", "audience=***"),
            (NamedAssigned, "page=2", "page=2"),
            (NamedAssigned, "password=s3cret", "password=***"),
            (NamedAssigned, "session=@file", "session=@file"),
            (NamedAssigned, "/user/token=\"s3cret\"", "/user/token=***"),
            (Header, "Accept: */*", "Accept: */*"),
            (
                Header,
                "Authorization: Bearer s3cret",
                "Authorization: Bearer ***",
            ),
            (Header, "X-Api-Key:s3cret", "X-Api-Key:***"),
            (Header, "Accept;", "Accept;"),
            (Header, "X-Api-Key s3cret", "***"),
            (
                HeaderObject,
                r#"{"A":"b","X-Token":"s3cret"}"#,
                r#"{"A":"b","X-Token":"***"}"#,
            ),
            (
                HeaderObject,
                r#"{"Authorization":"Basic s3cret"}"#,
                r#"{"Authorization":"Basic ***"}"#,
            ),
            (Cookies, "id=s3cret; a=b", "id=***; a=***"),
            (Cookies, "s3cret", "***"),
            (
                Url,
                "http://ann:s3cret@a.test/?key=s3cret&q=1",
                "http://ann:***@a.test/?key=***&q=1",
            ),
            (Text, "hello", "hello"),
            (Text, "@body.json", "@body.json"),
            (Text, "name=ann&password=s3cret", "name=ann&password=***"),
            (Text, r#"{ "n": 1 }"#, r#"{ "n": 1 }"#),
            (
                Text,
                r#"[{"user":{"password":"s3cret","name":"ann","tokens":["s3cret"]}}]"#,
                r#"[{"user":{"name":"ann","password":"***","tokens":"***"}}]"#,
            ),
            (Text, "<password>s3cret</password>", "***"),
            (Text, "http://ann:s3cret@a.test/", "http://ann:***@a.test/"),
        ] {
            let masked = mask_value(privacy, value);
            assert_eq!(masked, shown, "{privacy:?} {value}");
            assert!(!masked.contains("s3cret"), "{value}");
        }
    }

    #[test]
    fn a_long_value_is_shortened() {
        let long = "ä".repeat(100_000);
        let shown = mask_value(ValuePrivacy::Text, &long);
        assert_eq!(shown.chars().count(), MAX_CHARS + 1);
        assert!(shown.ends_with("ä…"));
    }
}

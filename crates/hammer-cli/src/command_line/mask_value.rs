//! Masks for the values of flags.

use hammer_diagnostic::{is_secret_name, mask_header, mask_url};
use serde_json::Value;

use super::ValuePrivacy;
use super::mask_text::{MASK, mask_members, mask_text};

/// Most characters of a value that are shown.
const MAX_CHARS: usize = 1000;

/// Masks the secrets of a value, and shortens it. `value_name` is its name in the help, such as
/// `USER:PASSWORD`.
pub(super) fn mask_value(value_name: &str, privacy: ValuePrivacy, value: &str) -> String {
    let masked = match value_name.contains("@FILE") {
        true => mask_unless_file(privacy, value),
        false => mask_secrets(privacy, value),
    };
    match masked.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &masked[..end]),
        None => masked,
    }
}

/// Masks a value unless it names a file: `@FILE`, `NAME=@FILE` or `NAME=<FILE`.
fn mask_unless_file(privacy: ValuePrivacy, value: &str) -> String {
    let text = match privacy {
        ValuePrivacy::NamedAssigned => value.split_once('=').map_or("", |(_, text)| text),
        _ => value,
    };
    let is_file =
        text.starts_with('@') || privacy == ValuePrivacy::NamedAssigned && text.starts_with('<');
    match is_file {
        true => value.into(),
        false => mask_secrets(privacy, value),
    }
}

fn mask_secrets(privacy: ValuePrivacy, value: &str) -> String {
    match privacy {
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
        ValuePrivacy::Assigned => match value.split_once('=') {
            Some((name, _)) => format!("{name}={MASK}"),
            None => value.into(),
        },
        ValuePrivacy::NamedAssigned => match value.split_once('=') {
            Some((name, _)) if is_secret_name(name) => format!("{name}={MASK}"),
            Some((name, text)) => format!("{name}={}", mask_text(text)),
            None => mask_text(value),
        },
        ValuePrivacy::Header => match value.split_once(':') {
            Some((name, rest)) => {
                let text = rest.trim_start();
                let space = &rest[..rest.len() - text.len()];
                format!("{name}:{space}{}", mask_header_value(name, text))
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

/// Masks the value of a header by the name of the header, or else the secrets in the value.
fn mask_header_value(name: &str, text: &str) -> String {
    let masked = mask_header(name, text.as_bytes());
    if masked == text {
        mask_text(text)
    } else {
        masked
    }
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
            (Secret, "@s3cret", "***"),
            (Login, "ann:s3:cret", "ann:***"),
            (Login, "s3cret", "***"),
            (Login, "@s3:cret", "@s3:***"),
            (Login, "@s3cret", "***"),
            (FileAndPassword, "a.pem", "a.pem"),
            (FileAndPassword, "a.pem:s3cret", "a.pem:***"),
            (Assigned, "audience=s3cret", "audience=***"),
            (NamedAssigned, "page=2", "page=2"),
            (NamedAssigned, "password=s3cret", "password=***"),
            (NamedAssigned, "session=@s3cret", "session=***"),
            (
                NamedAssigned,
                r#"data={"password":"s3cret"}"#,
                r#"data={"password":"***"}"#,
            ),
            (
                NamedAssigned,
                r#"data={"password":"s3cret"};type=application/json"#,
                "data=***",
            ),
            (NamedAssigned, "a=b=c", "a=b=c"),
            (NamedAssigned, "/user/token=\"s3cret\"", "/user/token=***"),
            (Header, "Accept: */*", "Accept: */*"),
            (
                Header,
                "Authorization: Bearer s3cret",
                "Authorization: Bearer ***",
            ),
            (Header, "X-Api-Key:s3cret", "X-Api-Key:***"),
            (Header, "Accept;", "Accept;"),
            (
                Header,
                "Referer: http://u:s3cret@x/?token=s3cret",
                "Referer: http://u:***@x/?token=***",
            ),
            (
                Header,
                r#"X-Data: {"password":"s3cret"}"#,
                r#"X-Data: {"password":"***"}"#,
            ),
            (
                Header,
                "X-Form: a=b&password=s3cret",
                "X-Form: a=b&password=***",
            ),
            (Header, "Accept: text/html;q=0.9", "Accept: text/html;q=0.9"),
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
            (Text, "@token s3cret", "***"),
            (
                Text,
                "password=s3cret&next=https://a.test/",
                "password=***&next=https://a.test/",
            ),
            (
                Text,
                "next=https://u:s3cret@a.test/?token=s3cret&user[name]=ann",
                "next=https://u:***@a.test/?token=***&user[name]=ann",
            ),
            (Text, "password=s3&cret", "***"),
            (
                Text,
                r#"<e xmlns="http://x/"><password>s3cret</password></e>"#,
                "***",
            ),
            (
                Text,
                r#"<e xmlns="http://x/"/>"#,
                r#"<e xmlns="http://x/"/>"#,
            ),
            (
                Text,
                r#"{"password":"s3cret","url":"http://x","n":{seq}}"#,
                "***",
            ),
            (Text, r#"{"password":"s3cret","q":"a=b",}"#, "***"),
            (Text, "see http://ann:s3cret@a.test/ there", "***"),
            (Text, "see http://a.test/?key=s3cret there", "***"),
            (Text, r#"see "http://x/" <ftp://ann:s3cret@a.test>"#, "***"),
            (
                Text,
                "see http://a.test/b@c there",
                "see http://a.test/b@c there",
            ),
            (
                Text,
                r#"{"next":"http://u:s3cret@x/","body":"{\"password\":\"s3cret\"}"}"#,
                r#"{"body":"{\"password\":\"***\"}","next":"http://u:***@x/"}"#,
            ),
            (Text, r#"{"api_key":"s3cret"}"#, r#"{"api_key":"***"}"#),
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
            let masked = mask_value("VALUE", privacy, value);
            assert_eq!(masked, shown, "{privacy:?} {value}");
            assert!(!masked.contains("s3cret"), "{value}");
        }
    }

    #[test]
    fn names_of_files_are_shown_where_a_flag_reads_files() {
        use ValuePrivacy::*;

        for (name, privacy, value, shown) in [
            ("TOKEN|@FILE", Secret, "@token.txt", "@token.txt"),
            ("LOGIN|@FILE", Login, "@login.txt", "@login.txt"),
            ("TEXT|@FILE", Text, "@token.json", "@token.json"),
            ("TEXT|@FILE", Text, "<token>s3cret</token>", "***"),
            (
                "NAME=@FILE",
                NamedAssigned,
                "session=@file",
                "session=@file",
            ),
            (
                "NAME=@FILE",
                NamedAssigned,
                "session=<file",
                "session=<file",
            ),
            ("NAME=@FILE", NamedAssigned, "session=s3cret", "session=***"),
            ("NAME=@FILE", NamedAssigned, "@s3cret-token", "***"),
        ] {
            assert_eq!(mask_value(name, privacy, value), shown, "{name} {value}");
        }
    }

    /// Nested formats must not overflow the stack.
    #[test]
    fn a_value_of_many_parts_is_masked() {
        for part in ["a=", "a=b&", "[", "{\"a\":", "<a>http://", "a:"] {
            let value = part.repeat(50_000) + "password";
            for privacy in [ValuePrivacy::Text, ValuePrivacy::Header] {
                let shown = mask_value("VALUE", privacy, &value);
                assert!(!shown.contains("password"), "{privacy:?} {part}");
            }
        }
    }

    #[test]
    fn a_long_value_is_shortened() {
        let long = "ä".repeat(100_000);
        let shown = mask_value("VALUE", ValuePrivacy::Text, &long);
        assert_eq!(shown.chars().count(), MAX_CHARS + 1);
        assert!(shown.ends_with("ä…"));
    }
}

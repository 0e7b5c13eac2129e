use hammer_data::credential::SecretBytes;
use hammer_data::{Template, TemplateScope};
use std::borrow::Cow;

/// What stands in place of a secret.
const PLACEHOLDER: &[u8] = b"***";

/// Each way that a template writes a value.
const FILTER_TEMPLATES: [&str; 4] = [
    "{{env S}}",
    "{{env S | json}}",
    "{{env S | url}}",
    "{{env S | base64}}",
];

/// Hides secrets wherever they stand: as they are, as each filter of a template writes them, and as a
/// request line has them.
pub(super) struct SecretMask {
    /// The longest first.
    encodings: Vec<Vec<u8>>,
}

impl SecretMask {
    pub(super) fn new(secrets: &[SecretBytes]) -> Self {
        let mut encodings = vec![];
        for secret in secrets.iter().map(SecretBytes::expose) {
            // A token that is no text can be sent, but only as it is.
            encodings.push(secret.to_vec());
            let text = String::from_utf8_lossy(secret).into_owned();
            let words = TemplateScope::new().environment(move |_| Some(text.clone()));
            for written in FILTER_TEMPLATES {
                let template = Template::compile(written, &words).ok();
                let form = template.as_ref().and_then(Template::literal);
                let form = form.unwrap_or_default();
                encodings.extend([form.to_vec(), percent_encoded(form)]);
            }
        }
        encodings.retain(|form| !form.is_empty());
        encodings.sort_by_key(|form| std::cmp::Reverse(form.len()));
        encodings.dedup();
        Self { encodings }
    }

    /// The same bytes without secrets.
    pub(super) fn hide<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let mut shown = vec![];
        // Up to there it is in `shown`.
        let (mut behind, mut at) = (0, 0);
        while at < bytes.len() {
            let here = |form: &&Vec<u8>| bytes[at..].starts_with(form);
            match self.encodings.iter().find(here) {
                Some(form) => {
                    shown.extend_from_slice(&bytes[behind..at]);
                    shown.extend_from_slice(PLACEHOLDER);
                    at += form.len();
                    behind = at;
                }
                None => at += 1,
            }
        }
        if behind == 0 {
            return Cow::Borrowed(bytes);
        }
        shown.extend_from_slice(&bytes[behind..]);
        Cow::Owned(shown)
    }
}

/// The bytes, in percent where a request line has no room for them.
fn percent_encoded(bytes: &[u8]) -> Vec<u8> {
    let escaped = bytes.iter().flat_map(|byte| {
        let stays = byte.is_ascii_graphic() && !b"#\"<>`".contains(byte);
        match stays {
            true => vec![*byte],
            false => format!("%{byte:02X}").into_bytes(),
        }
    });
    escaped.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_in_each_form() {
        let mask = SecretMask::new(&[
            SecretBytes::new("a \"/b"),
            SecretBytes::new("a"),
            SecretBytes::new(""),
        ]);
        for (text, shown) in [
            ("", ""),
            ("x-y", "x-y"),
            ("x=a \"/b;", "x=***;"),
            ("a%20%22%2Fb", "***"),
            ("/a%20%22/b/", "/***/"),
            ("\"a \\\"/b\"", "\"***\""),
            ("YSAiL2I=", "***"),
            ("aba", "***b***"),
        ] {
            let hidden = mask.hide(text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&hidden), shown, "{text}");
        }
    }
}

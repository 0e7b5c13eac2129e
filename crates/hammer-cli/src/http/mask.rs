use hammer_data::credential::Secret;
use hammer_data::{Template, Words};
use std::borrow::Cow;

/// What stands in place of a secret.
const HIDDEN: &[u8] = b"***";

/// Each way that a template writes a value.
const WRITTEN: [&str; 4] = [
    "{{env S}}",
    "{{env S | json}}",
    "{{env S | url}}",
    "{{env S | base64}}",
];

/// Hides secrets wherever they stand: as they are, as each filter of a template writes them, and as a
/// request line has them.
pub(super) struct Mask {
    /// The longest first.
    forms: Vec<Vec<u8>>,
}

impl Mask {
    pub(super) fn new(secrets: &[Secret]) -> Self {
        let mut forms = vec![];
        for secret in secrets.iter().map(Secret::expose) {
            // A token that is no text can be sent, but only as it is.
            forms.push(secret.to_vec());
            let text = String::from_utf8_lossy(secret).into_owned();
            let words = Words::new().environment(move |_| Some(text.clone()));
            for written in WRITTEN {
                let template = Template::compile(written, &words).ok();
                let form = template.as_ref().and_then(Template::literal);
                let form = form.unwrap_or_default();
                forms.extend([form.to_vec(), in_request_line(form)]);
            }
        }
        forms.retain(|form| !form.is_empty());
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        Self { forms }
    }

    /// The same bytes without secrets.
    pub(super) fn hide<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let mut shown = vec![];
        // Up to there it is in `shown`.
        let (mut behind, mut at) = (0, 0);
        while at < bytes.len() {
            let here = |form: &&Vec<u8>| bytes[at..].starts_with(form);
            match self.forms.iter().find(here) {
                Some(form) => {
                    shown.extend_from_slice(&bytes[behind..at]);
                    shown.extend_from_slice(HIDDEN);
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
fn in_request_line(bytes: &[u8]) -> Vec<u8> {
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
        let mask = Mask::new(&[Secret::new("a \"/b"), Secret::new("a"), Secret::new("")]);
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

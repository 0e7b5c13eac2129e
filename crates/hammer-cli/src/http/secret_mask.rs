//! Masking of secrets in printed requests and responses.

use hammer_data::credential::SecretBytes;
use hammer_data::{Template, TemplateScope};
use std::borrow::Cow;

/// Replacement for a secret.
const PLACEHOLDER: &[u8] = b"***";

/// Templates that write a value with each filter.
const FILTER_TEMPLATES: [&str; 4] = [
    "{{env S}}",
    "{{env S | json}}",
    "{{env S | url}}",
    "{{env S | base64}}",
];

/// Masks secrets in every encoding: as is, as each template filter writes them, and
/// percent-encoded.
pub(super) struct SecretMask {
    /// Sorted by length, longest first.
    encodings: Vec<Vec<u8>>,
}

impl SecretMask {
    pub(super) fn new(secrets: &[SecretBytes]) -> Self {
        let mut encodings = vec![];
        for secret in secrets.iter().map(SecretBytes::expose) {
            // A token that is not valid UTF-8 can be sent, but not through a filter.
            encodings.push(secret.to_vec());
            let text = String::from_utf8_lossy(secret).into_owned();
            let scope = TemplateScope::new().environment(move |_| Some(text.clone()));
            for source in FILTER_TEMPLATES {
                let template = Template::compile(source, &scope).ok();
                let encoded = template.as_ref().and_then(Template::literal);
                let encoded = encoded.unwrap_or_default();
                encodings.extend([encoded.to_vec(), percent_encoded(encoded)]);
            }
        }
        encodings.retain(|encoded| !encoded.is_empty());
        encodings.sort_by_key(|encoded| std::cmp::Reverse(encoded.len()));
        encodings.dedup();
        Self { encodings }
    }

    /// Replaces all secrets in `bytes`.
    pub(super) fn hide<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let mut shown = vec![];
        // Bytes before `copied` are in `shown`.
        let (mut copied, mut at) = (0, 0);
        while at < bytes.len() {
            let starts_here = |encoded: &&Vec<u8>| bytes[at..].starts_with(encoded);
            match self.encodings.iter().find(starts_here) {
                Some(encoded) => {
                    shown.extend_from_slice(&bytes[copied..at]);
                    shown.extend_from_slice(PLACEHOLDER);
                    at += encoded.len();
                    copied = at;
                }
                None => at += 1,
            }
        }
        if copied == 0 {
            return Cow::Borrowed(bytes);
        }
        shown.extend_from_slice(&bytes[copied..]);
        Cow::Owned(shown)
    }
}

/// Percent-encodes bytes that a request line cannot contain.
fn percent_encoded(bytes: &[u8]) -> Vec<u8> {
    let escaped = bytes.iter().flat_map(|byte| {
        let allowed = byte.is_ascii_graphic() && !b"#\"<>`".contains(byte);
        match allowed {
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

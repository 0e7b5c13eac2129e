//! Texts of the builder, of which templates are made.

use hammer_data::{Template, TemplateError, Words};

use crate::Error;

/// What the texts of a hammer may use.
#[derive(Debug)]
pub(crate) struct Texts(Words);

impl Default for Texts {
    fn default() -> Self {
        Self::new(Words::new())
    }
}

impl Texts {
    /// With these words.
    pub(crate) fn new(words: Words) -> Self {
        Self(words.clients())
    }

    /// Whether there are tokens, as `{{token}}`.
    pub(crate) fn have_tokens(&self) -> bool {
        self.0.given_tokens().is_some()
    }

    pub(crate) fn into_words(self) -> Words {
        self.0
    }

    /// The template that `text` is, which is called `what` in messages.
    pub(crate) fn compile(&self, what: &str, text: &str) -> Result<Template, Error> {
        let compiled = Template::compile(text, &self.0);
        compiled.map_err(|error| Error::template(what, error))
    }

    /// The same, of a text that nobody is to see.
    pub(crate) fn compile_secret(&self, what: &str, text: &str) -> Result<Template, Error> {
        let compiled = Template::compile(text, &self.0).map_err(TemplateError::of_secret);
        compiled.map_err(|error| Error::template(what, error))
    }

    /// The same, of bytes that are sent as they are if they are no text.
    pub(crate) fn compile_bytes(&self, what: &str, bytes: &[u8]) -> Result<Template, Error> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.compile(what, text),
            Err(_) => Ok(Template::fixed(bytes)),
        }
    }

    /// A text of our own, whatever the words of others mean.
    pub(crate) fn own(text: &str) -> Result<Template, Error> {
        Self::default().compile("text", text)
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;
    use crate::ErrorKind;

    #[test]
    fn what_is_wrong_is_told_but_no_secret() {
        let texts = Texts::default();
        let place = |error: &Error| {
            assert_eq!(error.kind(), ErrorKind::Template);
            let source = error.source().expect("there is one");
            source
                .downcast_ref::<TemplateError>()
                .cloned()
                .expect("where it is wrong")
        };
        let error = texts.compile("topic", "a/{{clinet}}").expect_err("unknown");
        assert_eq!(error.to_string(), "the topic is no template");
        assert_eq!(place(&error).text(), Some("a/{{clinet}}"));
        assert_eq!(place(&error).right(), "client");
        let error = texts
            .compile_secret("password", "pa{{ss}}")
            .expect_err("unknown");
        assert_eq!(place(&error).text(), None);
        assert!(
            !format!("{error:?}{}", place(&error)).contains("ss}"),
            "{error:?}"
        );
    }

    #[test]
    fn braces_mean_nothing_where_there_are_no_templates() {
        let texts = Texts::new(Words::new().literal(true));
        let plain = texts.compile("topic", "a/{{x}}").expect("any text will do");
        assert_eq!(plain.literal(), Some(&b"a/{{x}}"[..]));
        assert_ne!(
            Texts::own("{{client}}").expect("ours").literal(),
            Some(&b"{{client}}"[..])
        );
        let bytes = Texts::default().compile_bytes("data", b"\xff{{x}}");
        assert_eq!(bytes.expect("no text").literal(), Some(&b"\xff{{x}}"[..]));
    }
}

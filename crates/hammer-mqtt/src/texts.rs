//! Texts of the builder, of which templates are made.

use hammer_data::{Template, TemplateError, Words};

use crate::{Error, ErrorKind};

/// What the texts of a hammer may use.
#[derive(Debug)]
pub(crate) struct Texts {
    words: Words,
    templates: bool,
}

impl Default for Texts {
    fn default() -> Self {
        Self::new(Words::new(), true)
    }
}

impl Texts {
    /// With these words; or, unless there are to be `templates`, none that mean anything.
    pub(crate) fn new(words: Words, templates: bool) -> Self {
        Self {
            words: words.clients(),
            templates,
        }
    }

    /// The same, with other words.
    pub(crate) fn with(self, words: Words) -> Self {
        Self::new(words, self.templates)
    }

    /// The same, with templates or without.
    pub(crate) fn templates(self, yes: bool) -> Self {
        Self {
            templates: yes,
            ..self
        }
    }

    /// The template that `text` is, which is called `what` in messages.
    pub(crate) fn compile(&self, what: &str, text: &str) -> Result<Template, Error> {
        self.try_compile(text).map_err(|error| {
            let message = format!("the {what} {text:?}: {error}");
            Error::new(ErrorKind::Template, message)
        })
    }

    /// The same, of a text that nobody is to see.
    pub(crate) fn compile_secret(&self, what: &str, text: &str) -> Result<Template, Error> {
        self.try_compile(text).map_err(|error| {
            let at = error.place().start;
            let message =
                format!("the {what} is no template at byte {at}; \\{{{{ stands for braces");
            Error::new(ErrorKind::Template, message)
        })
    }

    /// The same, of bytes that are sent as they are if they are no text.
    pub(crate) fn compile_bytes(&self, what: &str, bytes: &[u8]) -> Result<Template, Error> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.compile(what, text),
            Err(_) => Ok(Template::fixed(bytes)),
        }
    }

    /// A text of our own.
    pub(crate) fn own(text: &str) -> Result<Template, Error> {
        Self::default().compile("text", text)
    }

    fn try_compile(&self, text: &str) -> Result<Template, TemplateError> {
        if self.templates {
            Template::compile(text, &self.words)
        } else {
            Ok(Template::fixed(text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_but_no_secret() {
        let texts = Texts::default();
        let error = texts.compile("topic", "a/{{clinet}}").expect_err("unknown");
        assert_eq!(error.kind(), ErrorKind::Template);
        let told = error.to_string();
        assert!(
            told.contains("the topic \"a/{{clinet}}\": ") && told.contains("client"),
            "{told}"
        );
        let secret = texts
            .compile_secret("password", "pa{{ss}}")
            .expect_err("unknown");
        assert!(!secret.to_string().contains("ss}"), "{secret}");
    }

    #[test]
    fn braces_mean_nothing_where_there_are_no_templates() {
        let texts = Texts::default().templates(false);
        let plain = texts.compile("topic", "a/{{x}}").expect("any text will do");
        assert_eq!(plain.literal(), Some(&b"a/{{x}}"[..]));
        let bytes = Texts::default().compile_bytes("data", b"\xff{{x}}");
        assert_eq!(bytes.expect("no text").literal(), Some(&b"\xff{{x}}"[..]));
    }
}

//! Texts of the builder, of which templates are made.

use hammer_data::{Template, TemplateError, TemplateScope};

use crate::Error;

/// What the texts of a hammer may use.
#[derive(Debug)]
pub(crate) struct MqttTemplateCompiler(TemplateScope);

impl Default for MqttTemplateCompiler {
    fn default() -> Self {
        Self::new(TemplateScope::new())
    }
}

impl MqttTemplateCompiler {
    /// With these words.
    pub(crate) fn new(words: TemplateScope) -> Self {
        Self(words.with_clients())
    }

    /// Whether there are tokens, as `{{token}}`.
    pub(crate) fn has_tokens(&self) -> bool {
        self.0.tokens().is_some()
    }

    pub(crate) fn into_scope(self) -> TemplateScope {
        self.0
    }

    /// The template that `text` is, which is called `what` in messages.
    pub(crate) fn compile(&self, what: &str, text: &str) -> Result<Template, Error> {
        let compiled = Template::compile(text, &self.0);
        compiled.map_err(|error| Error::template(what, error))
    }

    /// The same, of a text that nobody is to see.
    pub(crate) fn compile_secret(&self, what: &str, text: &str) -> Result<Template, Error> {
        let compiled = Template::compile(text, &self.0).map_err(TemplateError::redacted);
        compiled.map_err(|error| Error::template(what, error))
    }

    /// The same, of bytes that are sent as they are if they are no text.
    pub(crate) fn compile_bytes(&self, what: &str, bytes: &[u8]) -> Result<Template, Error> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.compile(what, text),
            Err(_) => Ok(Template::from_literal(bytes)),
        }
    }

    /// A text of our own, whatever the words of others mean.
    pub(crate) fn compile_builtin(text: &str) -> Result<Template, Error> {
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
        let texts = MqttTemplateCompiler::default();
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
        assert_eq!(place(&error).expected(), "'client'");
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
        let texts = MqttTemplateCompiler::new(TemplateScope::new().literal(true));
        let plain = texts.compile("topic", "a/{{x}}").expect("any text will do");
        assert_eq!(plain.literal(), Some(&b"a/{{x}}"[..]));
        assert_ne!(
            MqttTemplateCompiler::compile_builtin("{{client}}")
                .expect("ours")
                .literal(),
            Some(&b"{{client}}"[..])
        );
        let bytes = MqttTemplateCompiler::default().compile_bytes("data", b"\xff{{x}}");
        assert_eq!(bytes.expect("no text").literal(), Some(&b"\xff{{x}}"[..]));
    }
}

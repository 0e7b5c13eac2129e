//! Compiles the texts of a builder to templates.

use hammer_data::{Template, TemplateScope};
use hammer_diagnostic::Diagnostic;

use crate::Error;

/// Compiles templates in the scope of a hammer.
#[derive(Debug)]
pub(crate) struct MqttTemplateCompiler(TemplateScope);

impl Default for MqttTemplateCompiler {
    fn default() -> Self {
        Self::new(TemplateScope::new())
    }
}

impl MqttTemplateCompiler {
    /// Makes a compiler for `scope` and the variables of clients.
    pub(crate) fn new(scope: TemplateScope) -> Self {
        Self(scope.with_clients())
    }

    /// Returns true if the scope has tokens (`{{token}}`).
    pub(crate) fn has_tokens(&self) -> bool {
        self.0.tokens().is_some()
    }

    pub(crate) fn into_scope(self) -> TemplateScope {
        self.0
    }

    /// Compiles `text`, which errors call `name`.
    pub(crate) fn compile(&self, name: &str, text: &str) -> Result<Template, Error> {
        let compiled = Template::compile(text, &self.0);
        compiled.map_err(|error| Error::template(name, error))
    }

    /// Compiles a secret, which errors do not show.
    pub(crate) fn compile_secret(&self, name: &str, text: &str) -> Result<Template, Error> {
        let compiled = Template::compile(text, &self.0).map_err(Diagnostic::redacted);
        compiled.map_err(|error| Error::template(name, error))
    }

    /// Compiles bytes. If they are not UTF-8, they become a literal.
    pub(crate) fn compile_bytes(&self, name: &str, bytes: &[u8]) -> Result<Template, Error> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.compile(name, text),
            Err(_) => Ok(Template::from_literal(bytes)),
        }
    }

    /// Compiles a text of this crate, in the default scope.
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
    fn errors_show_the_position_but_no_secret() {
        let compiler = MqttTemplateCompiler::default();
        let template_error = |error: &Error| {
            assert_eq!(error.kind(), ErrorKind::Template);
            let source = error.source().expect("a source");
            source
                .downcast_ref::<Diagnostic>()
                .cloned()
                .expect("a template error")
        };
        let error = compiler
            .compile("topic", "a/{{clinet}}")
            .expect_err("unknown");
        assert_eq!(error.to_string(), "the topic is not a valid template");
        assert_eq!(template_error(&error).input(), Some("a/{{clinet}}"));
        assert_eq!(template_error(&error).nearest(), Some("client"));
        let error = compiler
            .compile_secret("password", "pa{{ss}}")
            .expect_err("unknown");
        assert_eq!(template_error(&error).input(), None);
        assert!(
            !format!("{error:?}{}", template_error(&error)).contains("ss}"),
            "{error:?}"
        );
    }

    #[test]
    fn braces_are_literal_without_templates() {
        let compiler = MqttTemplateCompiler::new(TemplateScope::new().literal(true));
        let plain = compiler
            .compile("topic", "a/{{x}}")
            .expect("any text is valid");
        assert_eq!(plain.literal(), Some(&b"a/{{x}}"[..]));
        assert_ne!(
            MqttTemplateCompiler::compile_builtin("{{client}}")
                .expect("well formed")
                .literal(),
            Some(&b"{{client}}"[..])
        );
        let bytes = MqttTemplateCompiler::default().compile_bytes("data", b"\xff{{x}}");
        assert_eq!(
            bytes.expect("any bytes are valid").literal(),
            Some(&b"\xff{{x}}"[..])
        );
    }
}

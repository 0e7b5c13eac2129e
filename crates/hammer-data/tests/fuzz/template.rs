//! Properties of every text that is compiled as a template, for the fuzzer and the test of its corpus.

use std::sync::Arc;
use std::time::SystemTime;

use hammer_data::{
    Diagnostic, Feeder, FeederFormat, Template, TemplateContext, TemplatePart, TemplateScope,
    VariableValue, VariesBy,
};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// The maximum length of a template that is rendered: a text of eleven bytes may render to 16 MiB.
const MAX_RENDERED_BYTES: usize = 1 << 20;

/// The names that a text can use.
pub(crate) fn fuzz_scope() -> TemplateScope {
    let users = "id,name\n1,\"a \"\"b\"\"\"\n2,\u{f6}\n";
    let users = Feeder::read(users.as_bytes(), FeederFormat::Csv).expect("valid rows");
    let colors = Feeder::read(&b"red\ngreen\n"[..], FeederFormat::Lines).expect("valid rows");
    TemplateScope::new()
        .feeder("users", Arc::new(users))
        .feeder("colors", Arc::new(colors))
        .with_clients()
        .variable("cart", VariesBy::Slot, Some(6))
        .variable("answer", VariesBy::Hit, None)
        .environment(|name| (name == "KEY").then(|| "s3cr\"t".to_owned()))
}

/// Compiles `text`, and renders it if it is a template.
///
/// # Panics
///
/// If a property does not hold.
pub(crate) fn check(text: &str) {
    match Template::compile(text, &fuzz_scope()) {
        Ok(template) => check_rendered(&template),
        Err(error) => check_error(text, &error),
    }
}

/// Checks that an error has a position in the text, and is one printable line.
fn check_error(text: &str, error: &Diagnostic) {
    assert_eq!(error.input(), Some(text));
    assert!(
        error.found().is_some_and(|part| !part.is_empty()),
        "{error:?}"
    );
    assert!(!error.problem().is_empty() && error.expected().is_some());
    let message = error.to_string();
    assert!(message.chars().count() < 400, "{message}");
    assert!(!message.contains(char::is_control), "{message:?}");
}

struct FuzzContext(Xoshiro256PlusPlus);

impl TemplateContext for FuzzContext {
    type Rng = Xoshiro256PlusPlus;
    fn rng(&mut self) -> &mut Self::Rng {
        &mut self.0
    }
    fn hit(&self) -> u64 {
        u64::MAX
    }
    fn slot(&self) -> u64 {
        1
    }
    fn variable(&self, _: usize) -> VariableValue<'_> {
        VariableValue::Bytes(b"\x00\"\xff\\\n%")
    }
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }
}

/// Checks that equal seeds render equal bytes, that there are at most `max_bytes`, and that they contain
/// the literal parts in order.
fn check_rendered(template: &Template) {
    if template
        .max_bytes()
        .is_some_and(|max| max > MAX_RENDERED_BYTES)
    {
        return;
    }
    let render = || {
        let mut text = vec![];
        let mut context = FuzzContext(Xoshiro256PlusPlus::seed_from_u64(1));
        template
            .render(&mut context, &mut text)
            .expect("the rows are never used up");
        text
    };
    let text = render();
    assert_eq!(text, render());
    assert!(template.max_bytes().is_none_or(|max| text.len() <= max));
    if let Some(literal) = template.literal() {
        assert_eq!(text, literal);
    }
    let mut rest = &text[..];
    for part in template.parts() {
        match part {
            TemplatePart::Literal(bytes) => {
                let found = rest.windows(bytes.len()).position(|part| part == bytes);
                rest = &rest[found.expect("the literal part is there") + bytes.len()..];
            }
            TemplatePart::Variable { name, span } => {
                assert!(template.source()[span].contains(name), "{name}");
            }
        }
    }
}

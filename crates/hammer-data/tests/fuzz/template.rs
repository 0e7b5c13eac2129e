//! What has to be true of every text that is taken for a template. The fuzzer calls it, and the test
//! beside it.

use std::sync::Arc;
use std::time::SystemTime;

use hammer_data::{
    Feeder, FeederFormat, Template, TemplateContext, TemplateError, TemplatePart, TemplateScope,
    VariableValue, VariesBy,
};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// Longer texts are not rendered: a template may ask for 16 MiB with eleven bytes.
const MAX_RENDERED_BYTES: usize = 1 << 20;

/// The words that a text may use.
pub(crate) fn fuzz_scope() -> TemplateScope {
    let users = "id,name\n1,\"a \"\"b\"\"\"\n2,\u{f6}\n";
    let users = Feeder::read(users.as_bytes(), FeederFormat::Csv).expect("rows");
    let colours = Feeder::read(&b"red\ngreen\n"[..], FeederFormat::Lines).expect("rows");
    TemplateScope::new()
        .feeder("users", Arc::new(users))
        .feeder("colours", Arc::new(colours))
        .with_clients()
        .variable("cart", VariesBy::Slot, Some(6))
        .variable("answer", VariesBy::Hit, None)
        .environment(|name| (name == "KEY").then(|| "s3cr\"t".to_owned()))
}

/// Compiles `text`, and renders it if it is a template.
///
/// # Panics
///
/// If something is not as documented.
pub(crate) fn check(text: &str) {
    match Template::compile(text, &fuzz_scope()) {
        Ok(template) => check_rendered(&template),
        Err(error) => check_error(text, &error),
    }
}

/// An error is about a place in the text, and is one line that can be read.
fn check_error(text: &str, error: &TemplateError) {
    let place = error.span();
    assert!(
        text.get(place.clone())
            .is_some_and(|place| !place.is_empty()),
        "{place:?}"
    );
    assert!(!error.problem().is_empty() && !error.expected().is_empty());
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

/// The same seed renders the same bytes, as many as it says at most, and those that are fixed are
/// there in their order.
fn check_rendered(template: &Template) {
    if template
        .max_bytes()
        .is_some_and(|most| most > MAX_RENDERED_BYTES)
    {
        return;
    }
    let render = || {
        let mut text = vec![];
        let mut context = FuzzContext(Xoshiro256PlusPlus::seed_from_u64(1));
        template
            .render(&mut context, &mut text)
            .expect("rows do not end");
        text
    };
    let text = render();
    assert_eq!(text, render());
    assert!(template.max_bytes().is_none_or(|most| text.len() <= most));
    if let Some(literal) = template.literal() {
        assert_eq!(text, literal);
    }
    let mut rest = &text[..];
    for part in template.parts() {
        match part {
            TemplatePart::Literal(bytes) => {
                let found = rest.windows(bytes.len()).position(|part| part == bytes);
                rest = &rest[found.expect("fixed bytes are there") + bytes.len()..];
            }
            TemplatePart::Variable { name, span: place } => {
                assert!(template.source()[place].contains(name), "{name}");
            }
        }
    }
}

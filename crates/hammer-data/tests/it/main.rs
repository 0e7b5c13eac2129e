//! Tests of the public API.

mod credentials;
mod distributions;
mod feeders;
mod oauth;
mod seeds;
mod templates;

use std::io::Write as _;

use hammer_data::{HitContext, Template, TemplateScope};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use tempfile::NamedTempFile;

fn rng(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

fn hit_context(hit: u64, slot: usize) -> HitContext<Xoshiro256PlusPlus> {
    HitContext::new(hit, slot, rng(hit))
}

fn file(text: impl AsRef<[u8]>) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("created");
    file.write_all(text.as_ref()).expect("written");
    file
}

fn rendered(template: &Template, context: &mut HitContext<Xoshiro256PlusPlus>) -> String {
    let mut text = vec![];
    template.render(context, &mut text).expect("rendered");
    String::from_utf8(text).expect("the text is UTF-8")
}

fn compiled(text: &str, scope: &TemplateScope) -> Template {
    match Template::compile(text, scope) {
        Ok(template) => template,
        Err(error) => panic!("{text}: {error}"),
    }
}

//! Rendering allocates nothing in the steady state.
//!
//! The counting allocator counts for the whole program, so this is the only test of a separate program.

use std::alloc::System;
use std::io::Write as _;
use std::sync::Arc;

use hammer_data::credential::{
    CredentialError, FetchedToken, SecretBytes, TokenSource, TokenStore,
};
use hammer_data::{Feeder, FeederFormat, FeederOrder, HitContext, Template, TemplateScope};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

struct ConstantTokenSource;

impl TokenSource for ConstantTokenSource {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        Ok(FetchedToken::new(SecretBytes::new("t0ken")))
    }
}

#[test]
fn rendering_allocates_nothing() {
    let mut file = tempfile::NamedTempFile::new().expect("created");
    for row in 0..10_000 {
        let line = format!("{{\"id\":{row},\"name\":\"user {row}\"}}\n");
        file.write_all(line.as_bytes()).expect("written");
    }
    let on_disk = Feeder::open_streaming(file.path(), FeederFormat::JsonLines);
    let on_disk = on_disk.expect("valid rows").order(FeederOrder::Shuffled);
    let in_memory = Feeder::open(file.path(), FeederFormat::JsonLines).expect("valid rows");
    let tokens = TokenStore::new(vec![Box::new(ConstantTokenSource)]);
    tokens.blocking_ready().expect("fetched");
    let scope = TemplateScope::new()
        .with_tokens(Arc::new(tokens))
        .feeder("d", Arc::new(on_disk))
        .feeder("m", Arc::new(in_memory));
    let text = "{{uuid}}{{seq}}{{slot}}{{hit}}{{now}}{{now_ms}}{{rand -9 9}}{{pick a bc}}{{hex 40}}\
                {{zipf 1000 1.1}}{{normal -9 9 3}}{{exponential 30}}{{weighted a 9 bc 1}}\
                {{text 90}}{{regex '(a|b[c-e]{2,9})+'}}{{name}}{{name zh}}{{email | url}}{{ip}}\
                {{address fr | json}}{{d.id}}{{d.name | base64}}{{m.id}}{{m.name | json}}{{token}}";
    let template = Template::compile(text, &scope).expect("a valid template");
    let mut body = vec![];
    let mut render = |hits: std::ops::Range<u64>| {
        for hit in hits {
            let rng = Xoshiro256PlusPlus::seed_from_u64(hit);
            body.clear();
            template
                .render(&mut HitContext::new(hit, 0, rng), &mut body)
                .expect("rendered");
        }
    };
    // The buffers of the thread grow to their sizes.
    render(0..1_000);
    let region = Region::new(ALLOCATOR);
    render(1_000..21_000);
    let change = region.change();
    assert_eq!(change.allocations + change.reallocations, 0, "{change:?}");
}

//! To render allocates nothing in the steady state. In a program of its own, since the counting
//! allocator is that of a whole program, and the only test in it, since it counts whatever else runs.

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
fn to_render_allocates_nothing() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    for row in 0..10_000 {
        let line = format!("{{\"id\":{row},\"name\":\"user {row}\"}}\n");
        file.write_all(line.as_bytes()).expect("written");
    }
    let streamed = Feeder::open_streaming(file.path(), FeederFormat::JsonLines).expect("rows");
    let kept = Feeder::open(file.path(), FeederFormat::JsonLines).expect("rows");
    let tokens = TokenStore::new(vec![Box::new(ConstantTokenSource)]);
    tokens.blocking_ready().expect("a token");
    let words = TemplateScope::new()
        .with_tokens(Arc::new(tokens))
        .feeder("s", Arc::new(streamed.order(FeederOrder::Shuffled)))
        .feeder("k", Arc::new(kept));
    let text = "{{uuid}}{{seq}}{{slot}}{{hit}}{{now}}{{now_ms}}{{rand -9 9}}{{pick a bc}}{{hex 40}}\
                {{text 90}}{{regex '(a|b[c-e]{2,9})+'}}{{name}}{{name zh}}{{email | url}}{{ip}}\
                {{address fr | json}}{{s.id}}{{s.name | base64}}{{k.id}}{{k.name | json}}{{token}}";
    let template = Template::compile(text, &words).expect("a template");
    let mut body = vec![];
    let mut render = |hits: std::ops::Range<u64>| {
        for hit in hits {
            let rng = Xoshiro256PlusPlus::seed_from_u64(hit);
            body.clear();
            template
                .render(&mut HitContext::new(hit, 0, rng), &mut body)
                .expect("rows");
        }
    };
    // The buffers of the thread get their sizes.
    render(0..1_000);
    let region = Region::new(ALLOCATOR);
    render(1_000..21_000);
    let change = region.change();
    assert_eq!(change.allocations + change.reallocations, 0, "{change:?}");
}

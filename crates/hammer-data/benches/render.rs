//! What a hit pays for its values. The mark: a JSON body of 1 KiB with five variables in 1 µs.

use std::hint::black_box;
use std::io::Write as _;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use hammer_data::credential::{
    CredentialError, FetchedToken, SecretBytes, TokenSource, TokenStore,
};
use hammer_data::{Feeder, FeederFormat, FeederOrder, HitContext, Template, TemplateScope};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

fn body(words: &TemplateScope, variables: &str) -> Template {
    let padding = 1024 - variables.len();
    let text = format!("{{{variables}, \"padding\": \"{}\"}}", "x".repeat(padding));
    Template::compile(&text, words).expect("a template")
}

struct BenchTokenSource;

impl TokenSource for BenchTokenSource {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        Ok(FetchedToken::new(SecretBytes::new("t0ken".repeat(10))))
    }
}

fn bench(c: &mut Criterion) {
    let csv: String = (0..1_000_000)
        .map(|row| format!("{row},user {row}\n"))
        .collect();
    let csv = format!("id,name\n{csv}");
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(csv.as_bytes()).expect("written");
    let kept = Feeder::open(file.path(), FeederFormat::Csv).expect("rows");
    let streamed = Feeder::open_streaming(file.path(), FeederFormat::Csv).expect("rows");
    let shuffled = Feeder::open_streaming(file.path(), FeederFormat::Csv).expect("rows");
    let tokens = TokenStore::new(vec![Box::new(BenchTokenSource)]);
    tokens.blocking_ready().expect("a token");
    let words = TemplateScope::new()
        .with_tokens(Arc::new(tokens))
        .feeder("kept", Arc::new(kept))
        .feeder("streamed", Arc::new(streamed))
        .feeder("shuffled", Arc::new(shuffled.order(FeederOrder::Shuffled)));

    let five = r#""id": "{{uuid}}", "n": {{seq}}, "at": "{{now}}", "k": {{rand 1 1000000}}, "c": "{{pick red green blue}}""#;
    let feeds =
        |name: &str| format!(r#""id": {{{{{name}.id}}}}, "name": "{{{{{name}.name | json}}}}""#);
    let mut group = c.benchmark_group("render");
    for (name, template) in [
        ("a body of 1 KiB with five variables", body(&words, five)),
        ("a body of 1 KiB without", body(&words, r#""a": 1"#)),
        ("a row in memory", body(&words, &feeds("kept"))),
        ("a row of a file in turn", body(&words, &feeds("streamed"))),
        ("a row of a file shuffled", body(&words, &feeds("shuffled"))),
        (
            "a token",
            Template::compile("Bearer {{token}}", &words).expect("a template"),
        ),
        (
            "a name, an email address and a plate",
            body(
                &words,
                r#""{{name}} {{email}} {{regex "[A-Z]{3}[0-9]{4}"}}": 1"#,
            ),
        ),
    ] {
        let (mut text, mut hit) = (vec![], 0);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                // What a hit does: its randomness, and the text.
                let rng = Xoshiro256PlusPlus::seed_from_u64(hit);
                let mut moment = HitContext::new(hit, 0, rng);
                text.clear();
                template.render(&mut moment, &mut text).expect("rows");
                hit += 1;
                black_box(&text);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);

//! Time to render the values of a hit. The goal is 1 µs for a JSON body of 1 KiB with five variables.

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

fn body(scope: &TemplateScope, variables: &str) -> Template {
    let padding = 1024 - variables.len();
    let text = format!("{{{variables}, \"padding\": \"{}\"}}", "x".repeat(padding));
    Template::compile(&text, scope).expect("a valid template")
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
    let mut file = tempfile::NamedTempFile::new().expect("created");
    file.write_all(csv.as_bytes()).expect("written");
    let in_memory = Feeder::open(file.path(), FeederFormat::Csv).expect("valid rows");
    let on_disk = Feeder::open_streaming(file.path(), FeederFormat::Csv).expect("valid rows");
    let shuffled = Feeder::open_streaming(file.path(), FeederFormat::Csv).expect("valid rows");
    let tokens = TokenStore::new(vec![Box::new(BenchTokenSource)]);
    tokens.blocking_ready().expect("fetched");
    let scope = TemplateScope::new()
        .with_tokens(Arc::new(tokens))
        .feeder("memory", Arc::new(in_memory))
        .feeder("disk", Arc::new(on_disk))
        .feeder("shuffled", Arc::new(shuffled.order(FeederOrder::Shuffled)));

    let five = r#""id": "{{uuid}}", "n": {{seq}}, "at": "{{now}}", "k": {{rand 1 1000000}}, "c": "{{pick red green blue}}""#;
    let fields =
        |name: &str| format!(r#""id": {{{{{name}.id}}}}, "name": "{{{{{name}.name | json}}}}""#);
    let mut group = c.benchmark_group("render");
    for (name, template) in [
        ("a body of 1 KiB with five variables", body(&scope, five)),
        (
            "a body of 1 KiB without variables",
            body(&scope, r#""a": 1"#),
        ),
        ("a row in memory", body(&scope, &fields("memory"))),
        ("a row on disk in turn", body(&scope, &fields("disk"))),
        ("a row on disk shuffled", body(&scope, &fields("shuffled"))),
        (
            "a token",
            Template::compile("Bearer {{token}}", &scope).expect("a valid template"),
        ),
        (
            "a rank, a measurement, a gap and a weighted word",
            body(
                &scope,
                r#""{{weighted read 9 write 1}}": [{{zipf 1000000 1.1}}, {{normal 36.6 0.4 1}}, {{exponential 30}}]"#,
            ),
        ),
        (
            "a name, an email address and a plate",
            body(
                &scope,
                r#""{{name}} {{email}} {{regex "[A-Z]{3}[0-9]{4}"}}": 1"#,
            ),
        ),
    ] {
        let (mut text, mut hit) = (vec![], 0);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                // A hit seeds its random number generator and renders its text.
                let rng = Xoshiro256PlusPlus::seed_from_u64(hit);
                let mut context = HitContext::new(hit, 0, rng);
                text.clear();
                template.render(&mut context, &mut text).expect("rendered");
                hit += 1;
                black_box(&text);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);

//! Tokens that are renewed while hits are sent with them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hammer_core::{Rate, Report, Run, Schedule};
use hammer_data::credential::{
    CredentialError, CredentialErrorKind, FetchedToken, SecretBytes, TokenSource, TokenStore,
};
use hammer_http::{ContentCoding, ErrorKind, Http, HttpBuilder, TargetList, TemplateScope};

use crate::scripted_server::{ScriptedServer, response_bytes};

/// Gives `t1`, `t2` and so on, each for this long.
struct CountingTokenSource {
    next: u64,
    renew_every: Option<Duration>,
}

impl TokenSource for CountingTokenSource {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        self.next += 1;
        let token = FetchedToken::new(SecretBytes::new(format!("t{}", self.next)));
        Ok(match self.renew_every {
            Some(every) => token.refetch_after(every),
            None => token,
        })
    }
}

struct FailingTokenSource;

impl TokenSource for FailingTokenSource {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        Err(CredentialError::new(
            CredentialErrorKind::Refused,
            "nobody is let in",
        ))
    }
}

fn scope_with(source: impl TokenSource + 'static) -> TemplateScope {
    TemplateScope::new().with_tokens(Arc::new(TokenStore::new(vec![Box::new(source)])))
}

fn fixed_tokens() -> TemplateScope {
    scope_with(CountingTokenSource {
        next: 0,
        renew_every: None,
    })
}

fn run(http: HttpBuilder, hits: u64) -> Report {
    let schedule = Schedule::constant(Rate::per_second(500)).with_hit_count(hits);
    let run = Run::new(http.build().expect("is well formed"), schedule);
    let report = run.threads(2).max_in_flight(8).execute(|_| ());
    report.expect("is well formed")
}

fn authorizations(server: &ScriptedServer) -> Vec<String> {
    let heads = server.heads().into_iter();
    let value = |head: String| {
        let mut lines = head
            .lines()
            .filter_map(|line| line.strip_prefix("authorization: "));
        lines.next().unwrap_or("none").to_owned()
    };
    heads.map(value).collect()
}

/// What the verdict says of 401s.
fn bursts(report: &Report) -> Vec<&String> {
    let reasons = report.verdict.reasons.iter();
    reasons.filter(|reason| reason.contains("401")).collect()
}

#[test]
fn tokens_are_sent_where_they_are_named_or_as_credentials() {
    let server = ScriptedServer::answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    run(
        Http::builder(&server.url()).template_scope(fixed_tokens()),
        2,
    );
    let text = format!("GET {0}a\n\nGET {0}b\nX-A: b\n", server.url());
    let targets = || text.parse::<TargetList>().expect("is well formed");
    run(
        Http::builder_for_targets(targets()).template_scope(fixed_tokens()),
        2,
    );
    assert_eq!(authorizations(&server), ["Bearer t1"; 4]);

    let server = ScriptedServer::answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let url = server.url();
    run(
        Http::builder(&format!("{url}?{{{{token}}}}")).template_scope(fixed_tokens()),
        1,
    );
    run(
        Http::builder(&url)
            .template_scope(fixed_tokens())
            .header("X-A", "{{token}}")
            .user("a:b"),
        1,
    );
    run(
        Http::builder(&url)
            .template_scope(fixed_tokens())
            .cookie("a={{token}}")
            .keep_cookies(true),
        1,
    );
    run(
        Http::builder(&url)
            .template_scope(fixed_tokens())
            .body("{{token}}"),
        1,
    );
    assert_eq!(
        authorizations(&server),
        ["none", "Basic YTpi", "none", "none"]
    );
    assert!(server.heads()[0].starts_with("GET /?t1 "));

    let refused: [fn(HttpBuilder) -> HttpBuilder; 3] = [
        |http| http.user("a:b"),
        |http| http.header("Authorization", "a"),
        |http| {
            http.user("a:b")
                .aws_sigv4("aws:a:b".parse().expect("is well formed"))
        },
    ];
    for change in refused {
        let error = change(Http::builder("http://a/").template_scope(fixed_tokens())).build();
        let error = error.expect_err("there are two of them");
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert!(error.to_string().contains("{{token}}"), "{error}");
    }
}

#[test]
fn a_run_without_a_first_token_does_not_begin() {
    let server = ScriptedServer::answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let http = Http::builder(&server.url()).template_scope(scope_with(FailingTokenSource));
    let schedule = Schedule::constant(Rate::per_second(500)).with_hit_count(1);
    let run = Run::new(http.build().expect("is well formed"), schedule);
    let error = run.execute(|_| ()).expect_err("nobody is let in");
    let cause = std::error::Error::source(&error).expect("it says why");
    assert!(cause.to_string().contains("nobody is let in"), "{cause}");
    assert_eq!(server.heads().len(), 0);
}

#[test]
fn a_burst_of_401s_is_named() {
    let answered = Arc::new(AtomicU64::new(0));
    let refuses = move |from: u64, to: u64| {
        let answered = answered.clone();
        answered.store(0, Ordering::SeqCst);
        ScriptedServer::replying(move |_| {
            match (from..to).contains(&answered.fetch_add(1, Ordering::SeqCst)) {
                true => response_bytes("401 Unauthorized", &[], b""),
                false => response_bytes("200 OK", &[], b""),
            }
        })
    };
    type BuilderChange = fn(HttpBuilder) -> HttpBuilder;
    let ways: [BuilderChange; 2] = [|http| http, |http| http.follow_redirects(1)];
    for way in ways {
        let server = refuses(10, 40);
        let report = run(
            way(Http::builder(&server.url()).template_scope(fixed_tokens())),
            50,
        );
        let [doubt] = &bursts(&report)[..] else {
            panic!("{:?}", report.verdict)
        };
        assert!(doubt.starts_with("30 hits due from "), "{doubt}");
        assert!(
            doubt.contains("token number 1") && !doubt.contains("t1"),
            "{doubt}"
        );
    }
    // A few are no burst, and without tokens they are none of ours.
    let server = refuses(10, 14);
    let report = run(
        Http::builder(&server.url()).template_scope(fixed_tokens()),
        50,
    );
    assert_eq!(report.hits.rejected, 4);
    assert_eq!(bursts(&report).len(), 0);
    let server = refuses(10, 40);
    let report = run(
        Http::builder(&server.url()).template_scope(TemplateScope::new()),
        50,
    );
    assert_eq!(bursts(&report).len(), 0);
}

/// However a token is written, it is known which one a hit was sent with; and one that was sent with none
/// says nothing of any.
#[test]
fn a_burst_of_401s_is_of_the_token_that_was_sent() {
    let refuses = || ScriptedServer::replying(|_| response_bytes("401 Unauthorized", &[], b""));
    type BuilderChange = fn(HttpBuilder) -> HttpBuilder;
    let ways: [BuilderChange; 5] = [
        |http| http.user("u:{{token}}"),
        |http| http.header("X-A", "{{token | base64}}"),
        |http| http.body("{{token}}").compress(ContentCoding::Gzip),
        |http| http.cookie("a={{token | base64}}").keep_cookies(true),
        |http| http.user("u:{{token}}").follow_redirects(1),
    ];
    for (way, change) in ways.into_iter().enumerate() {
        let server = refuses();
        let report = run(
            change(Http::builder(&server.url()).template_scope(fixed_tokens())),
            20,
        );
        let [doubt] = &bursts(&report)[..] else {
            panic!("{way}: {:?}", report.verdict)
        };
        assert!(doubt.starts_with("20 hits due from "), "{doubt}");
        assert!(doubt.contains("token number 1, the first when"), "{doubt}");
    }
    // The second token is there before the first hit, and half of the hits have none.
    struct OneRenewalSource(CountingTokenSource);
    impl TokenSource for OneRenewalSource {
        fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
            let token = self.0.fetch()?;
            self.0.renew_every = None;
            Ok(token)
        }
    }
    let tokens = Arc::new(TokenStore::new(vec![Box::new(OneRenewalSource(
        CountingTokenSource {
            next: 0,
            renew_every: Some(Duration::from_millis(1)),
        },
    ))]));
    tokens.blocking_ready().expect("there is a token");
    while tokens.renewals().renewed == 0 {
        std::thread::yield_now();
    }
    let server = refuses();
    let text = format!(
        "GET {0}\n\nGET {0}\nX-A: {{{{token | base64}}}}\n",
        server.url()
    );
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("is well formed"));
    let report = run(
        http.template_scope(TemplateScope::new().with_tokens(tokens)),
        40,
    );
    assert_eq!(report.labels["401"], 40);
    let [doubt] = &bursts(&report)[..] else {
        panic!("{:?}", report.verdict)
    };
    assert!(doubt.starts_with("20 hits due from "), "{doubt}");
    assert!(doubt.contains("token number 2, the first when"), "{doubt}");
}

/// The target knows only the tokens that it has been told of, and forgets the one before the last.
#[test]
fn renewed_tokens_are_used_at_once() {
    let known = Arc::new(Mutex::new(0));
    struct PublishingTokenSource(CountingTokenSource, Arc<Mutex<u64>>);
    impl TokenSource for PublishingTokenSource {
        fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
            let token = self.0.fetch()?;
            *self.1.lock().expect("nobody panicked") = self.0.next;
            Ok(token)
        }
    }
    let told = known.clone();
    let server = ScriptedServer::replying(move |request| {
        let last = *told.lock().expect("nobody panicked");
        let given = request.header("authorization").unwrap_or_default();
        match [last, last - 1]
            .iter()
            .any(|number| given == format!("Bearer t{number}"))
        {
            true => response_bytes("200 OK", &[], b""),
            false => response_bytes("401 Unauthorized", &[], b""),
        }
    });
    let every = Duration::from_millis(50);
    let source = PublishingTokenSource(
        CountingTokenSource {
            next: 0,
            renew_every: Some(every),
        },
        known.clone(),
    );
    let report = run(
        Http::builder(&server.url()).template_scope(scope_with(source)),
        300,
    );
    assert_eq!(report.hits.ok, 300, "{:?}", report.labels);
    assert!(*known.lock().expect("nobody panicked") > 3);
    let sent: std::collections::BTreeSet<_> = authorizations(&server).into_iter().collect();
    assert!(sent.len() > 3, "{sent:?}");
}

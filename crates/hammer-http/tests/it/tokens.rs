//! Tokens that are renewed during a run.

use crate::BuilderChange;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hammer_core::{Rate, Report, Run, Schedule};
use hammer_data::credential::{
    CredentialError, CredentialErrorKind, FetchedToken, SecretBytes, TokenSource, TokenStore,
};
use hammer_http::{ContentCoding, ErrorKind, Http, HttpBuilder, TargetList, TemplateScope};

use crate::scripted_server::{ScriptedServer, response_bytes};

/// Returns `t1`, `t2` and so on, each for a fixed time.
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
            "access denied",
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
    let run = Run::new(http.build().expect("valid options"), schedule);
    let report = run.threads(2).max_in_flight(8).execute();
    report.expect("a finished run")
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

/// Returns the verdict reasons about 401.
fn bursts(report: &Report) -> Vec<&String> {
    let reasons = report.verdict.reasons.iter();
    reasons.filter(|reason| reason.contains("401")).collect()
}

#[test]
fn tokens_are_sent_where_named_or_as_credentials() {
    let server = ScriptedServer::answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    run(
        Http::builder(&server.url()).template_scope(fixed_tokens()),
        2,
    );
    let text = format!("GET {0}a\n\nGET {0}b\nX-A: b\n", server.url());
    let targets = || text.parse::<TargetList>().expect("valid input");
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

    let refused: [BuilderChange; 3] = [
        |http| http.user("a:b"),
        |http| http.header("Authorization", "a"),
        |http| {
            http.user("a:b")
                .aws_sigv4("aws:a:b".parse().expect("valid input"))
        },
    ];
    for change in refused {
        let error = change(Http::builder("http://a/").template_scope(fixed_tokens())).build();
        let error = error.expect_err("two credentials");
        assert_eq!(error.kind(), ErrorKind::Credentials);
        assert!(error.to_string().contains("{{token}}"), "{error}");
    }
}

#[test]
fn a_run_without_a_first_token_does_not_start() {
    let server = ScriptedServer::answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let http = Http::builder(&server.url()).template_scope(scope_with(FailingTokenSource));
    let schedule = Schedule::constant(Rate::per_second(500)).with_hit_count(1);
    let run = Run::new(http.build().expect("valid options"), schedule);
    let error = run.execute().expect_err("no token");
    let cause = std::error::Error::source(&error).expect("a cause");
    assert!(cause.to_string().contains("access denied"), "{cause}");
    assert_eq!(server.heads().len(), 0);
}

#[test]
fn a_burst_of_401_is_reported() {
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
    let changes: [BuilderChange; 2] = [|http| http, |http| http.follow_redirects(1)];
    for change in changes {
        let server = refuses(10, 40);
        let report = run(
            change(Http::builder(&server.url()).template_scope(fixed_tokens())),
            50,
        );
        let [reason] = &bursts(&report)[..] else {
            panic!("{:?}", report.verdict)
        };
        assert!(reason.starts_with("30 hits due from "), "{reason}");
        assert!(
            reason.contains("token number 1") && !reason.contains("t1"),
            "{reason}"
        );
    }
    // A few are not a burst, and without tokens the hammer does not report them.
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

#[test]
fn a_burst_of_401_names_the_token_that_was_sent() {
    let refuses = || ScriptedServer::replying(|_| response_bytes("401 Unauthorized", &[], b""));
    let changes: [BuilderChange; 5] = [
        |http| http.user("u:{{token}}"),
        |http| http.header("X-A", "{{token | base64}}"),
        |http| http.body("{{token}}").compress(ContentCoding::Gzip),
        |http| http.cookie("a={{token | base64}}").keep_cookies(true),
        |http| http.user("u:{{token}}").follow_redirects(1),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let server = refuses();
        let report = run(
            change(Http::builder(&server.url()).template_scope(fixed_tokens())),
            20,
        );
        let [reason] = &bursts(&report)[..] else {
            panic!("{index}: {:?}", report.verdict)
        };
        assert!(reason.starts_with("20 hits due from "), "{reason}");
        assert!(
            reason.contains("token number 1, the first when"),
            "{reason}"
        );
    }
    // The second token arrives before the first hit, and half of the hits send none.
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
    tokens.blocking_ready().expect("a token");
    while tokens.renewals().renewed == 0 {
        std::thread::yield_now();
    }
    let server = refuses();
    let text = format!(
        "GET {0}\n\nGET {0}\nX-A: {{{{token | base64}}}}\n",
        server.url()
    );
    let http = Http::builder_for_targets(text.parse::<TargetList>().expect("valid input"));
    let report = run(
        http.template_scope(TemplateScope::new().with_tokens(tokens)),
        40,
    );
    assert_eq!(report.labels["401"], 40);
    let [reason] = &bursts(&report)[..] else {
        panic!("{:?}", report.verdict)
    };
    assert!(reason.starts_with("20 hits due from "), "{reason}");
    assert!(
        reason.contains("token number 2, the first when"),
        "{reason}"
    );
}

/// The target accepts only the last two tokens.
#[test]
fn renewed_tokens_are_used_at_once() {
    let known = Arc::new(Mutex::new(0));
    struct PublishingTokenSource(CountingTokenSource, Arc<Mutex<u64>>);
    impl TokenSource for PublishingTokenSource {
        fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
            let token = self.0.fetch()?;
            *self.1.lock().expect("no thread panicked") = self.0.next;
            Ok(token)
        }
    }
    let issued = known.clone();
    let server = ScriptedServer::replying(move |request| {
        let last = *issued.lock().expect("no thread panicked");
        let sent = request.header("authorization").unwrap_or_default();
        match [last, last - 1]
            .iter()
            .any(|number| sent == format!("Bearer t{number}"))
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
    assert!(*known.lock().expect("no thread panicked") > 3);
    let sent: std::collections::BTreeSet<_> = authorizations(&server).into_iter().collect();
    assert!(sent.len() > 3, "{sent:?}");
}

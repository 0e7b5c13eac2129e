//! Credentials: sources of tokens, renewals, and secrecy.

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use hammer_data::credential::{
    CredentialError, CredentialErrorKind, FetchedToken, OAuthGrant, SecretBytes, SlotUsers,
    TokenCommand, TokenHttpResponse, TokenSource, TokenStore, UserLogin, WatchedTokenFile,
};
use hammer_data::{
    ExhaustedPolicy, FeedErrorKind, Feeder, FeederFormat, FeederOrder, TemplateScope, VariesBy,
};

use crate::{compiled, file, hit_context, rendered};

const MS: Duration = Duration::from_millis(1);

/// The time after which a test that hangs fails.
const TEST_TIMEOUT: Duration = Duration::from_secs(20);

/// A source that reports each fetch, and waits for its result.
struct ControlledTokenSource {
    fetches: mpsc::Sender<()>,
    results: mpsc::Receiver<Result<FetchedToken, CredentialError>>,
}

impl TokenSource for ControlledTokenSource {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        let over = || CredentialError::new(CredentialErrorKind::Failed, "the test is over");
        self.fetches.send(()).map_err(|_| over())?;
        self.results.recv().map_err(|_| over())?
    }
}

fn controlled_source() -> (
    ControlledTokenSource,
    mpsc::Receiver<()>,
    mpsc::Sender<Result<FetchedToken, CredentialError>>,
) {
    let ((fetches, fetched), (respond, results)) = (mpsc::channel(), mpsc::channel());
    (ControlledTokenSource { fetches, results }, fetched, respond)
}

/// Creates a store and waits for its first tokens.
pub(crate) fn started(sources: Vec<Box<dyn TokenSource>>) -> Result<TokenStore, CredentialError> {
    let tokens = TokenStore::new(sources);
    tokens.blocking_ready().map(|()| tokens)
}

/// Returns the current token of a slot.
pub(crate) fn token_bytes(tokens: &TokenStore, slot: usize) -> Vec<u8> {
    let token = tokens.current(&hit_context(0, slot)).expect("fetched");
    token.secret().expose().to_vec()
}

fn token(text: &str) -> FetchedToken {
    FetchedToken::new(SecretBytes::new(text))
}

fn refusal_error() -> CredentialError {
    CredentialError::new(CredentialErrorKind::Refused, "no more tokens")
}

#[test]
fn tokens_are_renewed_without_delaying_hits() {
    let (source, fetched, respond) = controlled_source();
    respond
        .send(Ok(token("one").with_lifetime(5 * MS)))
        .expect("the source runs");
    let tokens = started(vec![Box::new(source)]).expect("the first token");
    fetched.recv().expect("fetched at the start");

    // During a fetch, the last token stays in use.
    fetched.recv().expect("fetched again");
    assert_eq!(token_bytes(&tokens, 0), b"one");
    respond
        .send(Ok(token("two").with_lifetime(5 * MS)))
        .expect("the source runs");
    // When the third fetch begins, the second token is in use.
    fetched.recv().expect("fetched again");
    assert_eq!(token_bytes(&tokens, 0), b"two");
    let second = tokens.current(&hit_context(0, 0)).expect("fetched");
    assert_eq!(second.ordinal(), 2);
    assert_eq!(token_bytes(&tokens, 7), b"two");
    assert_eq!(tokens.renewals().renewed, 1);

    drop(tokens);
    drop(respond);
    assert!(fetched.recv().is_err(), "a dropped store fetches no tokens");
}

#[test]
fn a_failed_renewal_is_reported_and_retried() {
    let (source, fetched, respond) = controlled_source();
    respond
        .send(Ok(token("one").with_lifetime(5 * MS)))
        .expect("the source runs");
    let tokens = started(vec![Box::new(source)]).expect("the first token");
    fetched.recv().expect("fetched at the start");
    fetched.recv().expect("fetched again");
    respond.send(Err(refusal_error())).expect("the source runs");
    fetched.recv().expect("fetched after a failure");
    let renewals = tokens.renewals();
    assert_eq!((renewals.renewed, renewals.failed), (0, 1));
    assert_eq!(renewals.failure.as_deref(), Some("no more tokens"));
    assert_eq!(token_bytes(&tokens, 0), b"one", "the last token stays");
    let [warning] = &tokens.warnings()[..] else {
        panic!("expected one warning")
    };
    let reason = "1 token renewal failed because no more tokens; hits continued";
    assert!(warning.starts_with(reason), "{warning}");
    respond
        .send(Ok(token("two").with_lifetime(5 * MS)))
        .expect("the source runs");
    fetched.recv().expect("fetched again");
    assert_eq!(token_bytes(&tokens, 0), b"two");
}

/// A hammer waits in each worker, and templates insert the token from then on.
#[tokio::test]
async fn all_waiting_tasks_are_woken_by_the_first_tokens() {
    let (source, fetched, respond) = controlled_source();
    let tokens = Arc::new(TokenStore::new(vec![Box::new(source)]));
    let scope = TemplateScope::new().with_tokens(tokens.clone());
    let header = compiled("Bearer {{token}}", &scope);
    assert!(header.depends_on(VariesBy::Client) && header.literal().is_none());
    let early = header.render(&mut hit_context(0, 0), &mut vec![]);
    let early = early.expect_err("no token was fetched yet");
    assert_eq!(early.kind(), FeedErrorKind::NoToken, "{early}");
    assert!(fetched.try_recv().is_err(), "rendering does not fetch");

    let response = async {
        tokio::task::yield_now().await;
        respond.send(Ok(token("one"))).expect("the source runs");
    };
    let (first, second, ()) = tokio::join!(scope.ready(), scope.ready(), response);
    first.and(second).expect("fetched");
    assert_eq!(rendered(&header, &mut hit_context(7, 3)), "Bearer one");
    scope.ready().await.expect("fetched before");
    let fetches = fetched.try_iter().count();
    assert_eq!(fetches, 1, "one fetch for all waiting tasks");

    let (source, _fetched, respond) = controlled_source();
    respond.send(Err(refusal_error())).expect("the source runs");
    let scope = TemplateScope::new().with_tokens(Arc::new(TokenStore::new(vec![Box::new(source)])));
    let (first, second) = tokio::join!(scope.ready(), scope.ready());
    assert_eq!(
        [first, second].map(|error| error.expect_err("no token").kind()),
        [CredentialErrorKind::Refused; 2]
    );
    TemplateScope::new()
        .ready()
        .await
        .expect("nothing to wait for");
}

#[test]
fn hits_use_the_token_of_their_row_in_any_order() {
    let csv: String = (0..10).map(|row| format!("user-{row}\n")).collect();
    for (dimension, order) in [
        (VariesBy::Slot, FeederOrder::Sequential),
        (VariesBy::Slot, FeederOrder::Shuffled),
        (VariesBy::Hit, FeederOrder::Random),
    ] {
        let feeder = Feeder::read(csv.as_bytes(), FeederFormat::Lines).expect("valid rows");
        let feeder = Arc::new(feeder.with_row_per(dimension).order(order).seed(7));
        let sources = (0..10).map(|row| -> Box<dyn TokenSource> {
            Box::new(SingleTokenSource(format!("token of user-{row}")))
        });
        let tokens = TokenStore::new(sources.collect()).owned_by_rows(feeder.clone());
        tokens.blocking_ready().expect("fetched");
        let scope = TemplateScope::new().with_tokens(Arc::new(tokens));
        let text = compiled("{{users}}: {{token}}", &scope.feeder("users", feeder));
        assert!(text.depends_on(dimension));
        for n in 0..30 {
            let text = rendered(&text, &mut hit_context(n, n as usize));
            let (user, token) = text.split_once(": ").expect("a user and a token");
            let expected = format!("token of {user}");
            assert_eq!(token, expected, "{dimension:?} {order:?} {n}");
        }
    }
}

/// A source that always returns this token.
struct SingleTokenSource(String);

impl TokenSource for SingleTokenSource {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        Ok(token(&self.0))
    }
}

#[test]
fn a_missing_first_token_is_an_error() {
    let (source, _fetched, respond) = controlled_source();
    respond.send(Err(refusal_error())).expect("the source runs");
    let (other, _fetched, respond) = controlled_source();
    respond.send(Ok(token("one"))).expect("the source runs");
    let error = started(vec![Box::new(source), Box::new(other)]).expect_err("no token");
    assert_eq!(error.kind(), CredentialErrorKind::Refused);
}

struct PanickingTokenSource;

impl TokenSource for PanickingTokenSource {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        panic!("a source must not panic")
    }
}

#[test]
fn a_source_that_panics_is_an_error() {
    let error = started(vec![Box::new(PanickingTokenSource)]).expect_err("no token");
    assert!(error.to_string().contains("panicked"), "{error}");
}

#[test]
fn slots_use_many_sources_in_turn() {
    let sources = (0..100).map(|index| -> Box<dyn TokenSource> {
        let (source, fetched, respond) = controlled_source();
        respond
            .send(Ok(token(&format!("token {index}"))))
            .expect("the source runs");
        // The other ends of the channels stay open.
        std::mem::forget((fetched, respond));
        Box::new(source)
    });
    let tokens = started(sources.collect()).expect("fetched");
    for slot in [0, 7, 99, 100, 250] {
        let expected = format!("token {}", slot % 100);
        assert_eq!(token_bytes(&tokens, slot), expected.as_bytes());
    }
}

#[test]
fn a_file_is_watched() {
    let watched = file("one\n");
    let source = WatchedTokenFile::new(watched.path()).poll_interval(MS);
    let tokens = started(vec![Box::new(source)]).expect("a token");
    assert_eq!(token_bytes(&tokens, 0), b"one");
    std::fs::write(watched.path(), "two").expect("written");
    let deadline = Instant::now() + TEST_TIMEOUT;
    while token_bytes(&tokens, 0) == b"one" && Instant::now() < deadline {
        thread::yield_now();
    }
    assert_eq!(token_bytes(&tokens, 0), b"two");
    // Reading an unchanged file is not a renewal.
    assert_eq!(tokens.renewals().renewed, 1);

    let missing = WatchedTokenFile::new("no/such/token")
        .fetch()
        .expect_err("no file");
    assert!(missing.to_string().contains("no/such/token"), "{missing}");
}

#[cfg(unix)]
#[test]
fn commands_return_tokens_or_reasons() {
    let token = TokenCommand::new("printf '  t0ken\\n'")
        .fetch()
        .expect("fetched");
    let (source, _fetched, respond) = controlled_source();
    respond.send(Ok(token)).expect("the source runs");
    let tokens = started(vec![Box::new(source)]).expect("fetched");
    assert_eq!(token_bytes(&tokens, 0), b"t0ken");

    for (command, kind, message) in [
        (
            "echo hush; echo first >&2; echo no luck >&2; exit 3",
            CredentialErrorKind::Failed,
            "3: no luck",
        ),
        (
            "echo hush; exit 4",
            CredentialErrorKind::Failed,
            "4: empty standard error",
        ),
        (
            "true",
            CredentialErrorKind::Malformed,
            "expected a token from the token command, found nothing",
        ),
        (
            "echo hush; echo hush",
            CredentialErrorKind::Malformed,
            "several lines",
        ),
        ("no-such-command-at-all", CredentialErrorKind::Failed, "127"),
    ] {
        let error = TokenCommand::new(command).fetch().expect_err(command);
        assert_eq!(error.kind(), kind, "{command}: {error}");
        let shown = format!("{error} {error:?}");
        assert!(
            shown.contains(message) && !shown.contains("hush"),
            "{command}: {shown}"
        );
    }
}

/// The command and its child hold a connection, which closes when both are killed.
#[cfg(unix)]
#[test]
fn a_command_that_hangs_is_killed_with_its_children() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    // A killed command has already connected, or never will.
    listener.set_nonblocking(true).expect("an open socket");
    for command in [
        // A child that outlives the shell and keeps the connection open.
        format!("exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}; sleep 1000 & sleep 1000'"),
        // A command that closes its outputs and keeps running.
        format!("exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port} >&- 2>&-; sleep 1000'"),
    ] {
        let timeout = 1_000 * MS;
        let error = TokenCommand::new(command)
            .timeout(timeout)
            .fetch()
            .expect_err("the command hangs");
        assert_eq!(error.kind(), CredentialErrorKind::TimedOut, "{error}");
        let (mut connection, _) = listener.accept().expect("the command has connected");
        connection.set_nonblocking(false).expect("an open socket");
        connection
            .set_read_timeout(Some(TEST_TIMEOUT))
            .expect("an open socket");
        let mut rest = vec![];
        connection
            .read_to_end(&mut rest)
            .expect("closed by the end of all processes");
    }
}

#[cfg(unix)]
#[test]
fn a_command_does_not_outlive_its_store() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let command =
        format!("exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}; sleep 1000 & sleep 1000'");
    let command = TokenCommand::new(command).timeout(10 * TEST_TIMEOUT);
    let tokens = Arc::new(TokenStore::new(vec![Box::new(command)]));
    let waiting = tokens.ready();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let poll = std::pin::pin!(waiting).poll(&mut context);
    assert!(poll.is_pending(), "the command runs");
    let (mut connection, _) = listener.accept().expect("the command connects");
    drop(tokens);
    connection
        .set_read_timeout(Some(TEST_TIMEOUT))
        .expect("an open socket");
    connection
        .read_to_end(&mut vec![])
        .expect("closed by the end of all processes");
}

#[test]
fn each_slot_has_a_user_until_all_are_used() {
    let csv = "name,password\nada,hush\ngrace,hush2\n";
    let feeder = Feeder::read(csv.as_bytes(), FeederFormat::Csv).expect("valid rows");
    let feeder = Arc::new(
        feeder
            .with_row_per(VariesBy::Slot)
            .use_once(ExhaustedPolicy::EndRun),
    );
    let users = SlotUsers::new(feeder.clone(), "name", "password").expect("known columns");
    let names: Vec<String> = [0, 1]
        .map(|slot| users.get(slot).expect("a user").name)
        .into();
    assert_eq!(names, ["ada", "grace"]);
    let error = users.get(2).expect_err("two users, three slots");
    assert_eq!(error.kind(), CredentialErrorKind::TooFewUsers);
    let error = SlotUsers::new(feeder, "name", "pasword").expect_err("unknown column");
    let message = "unknown column 'pasword'; expected one of name, password";
    assert_eq!(error.to_string(), message);
}

#[test]
fn secrets_are_never_shown() {
    let csv = "name,password\nada,hush\n";
    let feeder = Feeder::read(csv.as_bytes(), FeederFormat::Csv).expect("valid rows");
    let feeder = Arc::new(feeder);
    let users = SlotUsers::new(feeder.clone(), "name", "password").expect("known columns");
    let user: UserLogin = users.get(0).expect("a user");
    let (source, _fetched, respond) = controlled_source();
    respond.send(Ok(token("hush"))).expect("the source runs");
    let tokens = started(vec![Box::new(source)]).expect("a token");
    let grant = OAuthGrant::Password {
        user: "ada".to_owned(),
        password: SecretBytes::new("hush"),
    };
    let response = TokenHttpResponse {
        status: 200,
        body: b"hush".to_vec(),
    };
    let secret = SecretBytes::new("hush");
    for shown in [
        format!("{secret:?} {secret}"),
        format!("{user:?}"),
        format!("{users:?}"),
        format!("{feeder:?}"),
        format!("{:?}", TemplateScope::new().feeder("users", feeder.clone())),
        format!("{tokens:?} {:?}", tokens.current(&hit_context(0, 0))),
        format!("{:?}", token("hush")),
        format!("{:?}", TokenCommand::new("echo hush")),
        format!("{grant:?}"),
        format!("{response:?}"),
    ] {
        // Neither as text nor as a list of bytes.
        assert!(
            !shown.contains("hush") && !shown.contains("104, 117, 115"),
            "{shown}"
        );
    }
}

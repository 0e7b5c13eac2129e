//! Credentials: where tokens come from, when they are renewed, and that nobody sees them.

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use hammer_data::credential::{
    CredentialError, CredentialErrorKind, FetchedToken, OAuthGrant, SecretBytes, SlotUsers,
    TokenCommand, TokenResponse, TokenSource, TokenStore, UserLogin, WatchedTokenFile,
};
use hammer_data::{
    ExhaustedPolicy, FeedErrorKind, Feeder, FeederFormat, FeederOrder, TemplateScope, VariesBy,
};

use crate::{compiled, file, hit_context, rendered};

const MS: Duration = Duration::from_millis(1);

/// So long a test waits for what comes at once, so that it fails and does not hang.
const TEST_TIMEOUT: Duration = Duration::from_secs(20);

/// A source that tells when it is asked, and waits until it is told what to say.
struct ControlledTokenSource {
    asked: mpsc::Sender<()>,
    replies: mpsc::Receiver<Result<FetchedToken, CredentialError>>,
}

impl TokenSource for ControlledTokenSource {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        let over = || CredentialError::new(CredentialErrorKind::Failed, "the test is over");
        self.asked.send(()).map_err(|_| over())?;
        self.replies.recv().map_err(|_| over())?
    }
}

fn controlled_source() -> (
    ControlledTokenSource,
    mpsc::Receiver<()>,
    mpsc::Sender<Result<FetchedToken, CredentialError>>,
) {
    let ((asked, was_asked), (tell, say)) = (mpsc::channel(), mpsc::channel());
    (
        ControlledTokenSource {
            asked,
            replies: say,
        },
        was_asked,
        tell,
    )
}

/// Tokens of these sources, when the first ones have come.
pub(crate) fn started(sources: Vec<Box<dyn TokenSource>>) -> Result<TokenStore, CredentialError> {
    let tokens = TokenStore::new(sources);
    tokens.blocking_ready().map(|()| tokens)
}

/// The token of a slot.
pub(crate) fn token_bytes(tokens: &TokenStore, slot: usize) -> Vec<u8> {
    let present = tokens.current(&hit_context(0, slot)).expect("a token");
    present.secret().expose().to_vec()
}

fn token(text: &str) -> FetchedToken {
    FetchedToken::new(SecretBytes::new(text))
}

fn refusal_error() -> CredentialError {
    CredentialError::new(CredentialErrorKind::Refused, "no more tokens")
}

#[test]
fn tokens_are_renewed_and_nobody_waits_for_it() {
    let (source, was_asked, tell) = controlled_source();
    tell.send(Ok(token("one").with_lifetime(5 * MS)))
        .expect("a source");
    let tokens = started(vec![Box::new(source)]).expect("the first token");
    was_asked.recv().expect("asked at the start");

    // While the source is being asked the last token goes on.
    was_asked.recv().expect("asked again");
    assert_eq!(token_bytes(&tokens, 0), b"one");
    tell.send(Ok(token("two").with_lifetime(5 * MS)))
        .expect("a source");
    // When it is asked for a third, the second is there.
    was_asked.recv().expect("asked again");
    assert_eq!(token_bytes(&tokens, 0), b"two");
    let second = tokens.current(&hit_context(0, 0)).expect("a token");
    assert_eq!(second.ordinal(), 2);
    assert_eq!(token_bytes(&tokens, 7), b"two");
    assert_eq!(tokens.renewals().renewed, 1);

    drop(tokens);
    drop(tell);
    assert!(
        was_asked.recv().is_err(),
        "nobody asks when nobody wants to know"
    );
}

#[test]
fn a_renewal_that_fails_is_told_and_tried_again() {
    let (source, was_asked, tell) = controlled_source();
    tell.send(Ok(token("one").with_lifetime(5 * MS)))
        .expect("a source");
    let tokens = started(vec![Box::new(source)]).expect("the first token");
    was_asked.recv().expect("asked at the start");
    was_asked.recv().expect("asked again");
    tell.send(Err(refusal_error())).expect("a source");
    was_asked.recv().expect("asked after a failure");
    let renewals = tokens.renewals();
    assert_eq!((renewals.renewed, renewals.failed), (0, 1));
    assert_eq!(renewals.failure.as_deref(), Some("no more tokens"));
    assert_eq!(token_bytes(&tokens, 0), b"one", "the last token goes on");
    let [doubt] = &tokens.warnings()[..] else {
        panic!("a doubt")
    };
    let why = "could not be renewed, once, at first because no more tokens";
    assert!(doubt.contains(why), "{doubt}");
    tell.send(Ok(token("two").with_lifetime(5 * MS)))
        .expect("a source");
    was_asked.recv().expect("asked again");
    assert_eq!(token_bytes(&tokens, 0), b"two");
}

/// A hammer waits in each of its workers, and templates have a token when it has come.
#[tokio::test]
async fn all_who_wait_for_the_first_tokens_hear_of_them() {
    let (source, was_asked, tell) = controlled_source();
    let tokens = Arc::new(TokenStore::new(vec![Box::new(source)]));
    let words = TemplateScope::new().with_tokens(tokens.clone());
    let header = compiled("Bearer {{token}}", &words);
    assert!(header.varies_by(VariesBy::Client) && header.literal().is_none());
    let early = header.render(&mut hit_context(0, 0), &mut vec![]);
    let early = early.expect_err("nobody has asked");
    assert_eq!(early.kind(), FeedErrorKind::NoToken, "{early}");
    assert!(was_asked.try_recv().is_err(), "nor is there a need to");

    let answer = async {
        tokio::task::yield_now().await;
        tell.send(Ok(token("one"))).expect("a source");
    };
    let (first, second, ()) = tokio::join!(words.ready(), words.ready(), answer);
    first.and(second).expect("a token");
    assert_eq!(rendered(&header, &mut hit_context(7, 3)), "Bearer one");
    words.ready().await.expect("a token, as before");
    let times = was_asked.try_iter().count();
    assert_eq!(times, 1, "for all that waited");

    let (source, _was_asked, tell) = controlled_source();
    tell.send(Err(refusal_error())).expect("a source");
    let words = TemplateScope::new().with_tokens(Arc::new(TokenStore::new(vec![Box::new(source)])));
    let (first, second) = tokio::join!(words.ready(), words.ready());
    assert_eq!(
        [first, second].map(|error| error.expect_err("none").kind()),
        [CredentialErrorKind::Refused; 2]
    );
    TemplateScope::new()
        .ready()
        .await
        .expect("nothing to wait for");
}

/// Who has a row of a feeder has the token of that row, in whatever order rows are used.
#[test]
fn tokens_belong_to_rows() {
    let csv: String = (0..10).map(|row| format!("user-{row}\n")).collect();
    for (per, order) in [
        (VariesBy::Slot, FeederOrder::Sequential),
        (VariesBy::Slot, FeederOrder::Shuffled),
        (VariesBy::Hit, FeederOrder::Random),
    ] {
        let feeder = Feeder::read(csv.as_bytes(), FeederFormat::Lines).expect("rows");
        let feeder = Arc::new(feeder.vary_by(per).order(order).seed(7));
        let sources = (0..10).map(|row| -> Box<dyn TokenSource> {
            Box::new(SingleTokenSource(format!("token of user-{row}")))
        });
        let tokens = TokenStore::new(sources.collect()).owned_by_rows(feeder.clone());
        tokens.blocking_ready().expect("tokens");
        let words = TemplateScope::new().with_tokens(Arc::new(tokens));
        let text = compiled("{{users}}: {{token}}", &words.feeder("users", feeder));
        assert!(text.varies_by(per));
        for n in 0..30 {
            let text = rendered(&text, &mut hit_context(n, n as usize));
            let (user, token) = text.split_once(": ").expect("both");
            assert_eq!(token, format!("token of {user}"), "{per:?} {order:?} {n}");
        }
    }
}

/// A source that has one token.
struct SingleTokenSource(String);

impl TokenSource for SingleTokenSource {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        Ok(token(&self.0))
    }
}

#[test]
fn without_a_first_token_nothing_begins() {
    let (source, _was_asked, tell) = controlled_source();
    tell.send(Err(refusal_error())).expect("a source");
    let (other, _was_asked, tell) = controlled_source();
    tell.send(Ok(token("one"))).expect("a source");
    let error = started(vec![Box::new(source), Box::new(other)]).expect_err("no token");
    assert_eq!(error.kind(), CredentialErrorKind::Refused);
}

struct PanickingTokenSource;

impl TokenSource for PanickingTokenSource {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        panic!("as sources should not")
    }
}

#[test]
fn a_source_that_panics_leaves_nobody_waiting() {
    let error = started(vec![Box::new(PanickingTokenSource)]).expect_err("no token");
    assert!(error.to_string().contains("panicked"), "{error}");
}

#[test]
fn slots_have_the_tokens_of_many_sources_in_turn() {
    let sources = (0..100).map(|index| -> Box<dyn TokenSource> {
        let (source, was_asked, tell) = controlled_source();
        tell.send(Ok(token(&format!("token {index}"))))
            .expect("a source");
        // Both ends stay.
        std::mem::forget((was_asked, tell));
        Box::new(source)
    });
    let tokens = started(sources.collect()).expect("tokens");
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
    let patience = Instant::now() + TEST_TIMEOUT;
    while token_bytes(&tokens, 0) == b"one" && Instant::now() < patience {
        thread::yield_now();
    }
    assert_eq!(token_bytes(&tokens, 0), b"two");
    // That it was read again and was the same is no renewal.
    assert_eq!(tokens.renewals().renewed, 1);

    let missing = WatchedTokenFile::new("no/such/token")
        .fetch()
        .expect_err("no file");
    assert!(missing.to_string().contains("no/such/token"), "{missing}");
}

#[cfg(unix)]
#[test]
fn commands_give_tokens_or_say_why_not() {
    let got = TokenCommand::new("printf '  t0ken\\n'")
        .fetch()
        .expect("a token");
    let (source, _was_asked, tell) = controlled_source();
    tell.send(Ok(got)).expect("a source");
    let tokens = started(vec![Box::new(source)]).expect("one");
    assert_eq!(token_bytes(&tokens, 0), b"t0ken");

    for (command, kind, told) in [
        (
            "echo hush; echo first >&2; echo no luck >&2; exit 3",
            CredentialErrorKind::Failed,
            "3: no luck",
        ),
        (
            "echo hush; exit 4",
            CredentialErrorKind::Failed,
            "it said nothing",
        ),
        ("true", CredentialErrorKind::Malformed, "gave nothing"),
        (
            "echo hush; echo hush",
            CredentialErrorKind::Malformed,
            "more than one line",
        ),
        ("no-such-command-at-all", CredentialErrorKind::Failed, "127"),
    ] {
        let error = TokenCommand::new(command).fetch().expect_err(command);
        assert_eq!(error.kind(), kind, "{command}: {error}");
        let shown = format!("{error} {error:?}");
        assert!(
            shown.contains(told) && !shown.contains("hush"),
            "{command}: {shown}"
        );
    }
}

/// A command that hangs is ended, and so is what it started: the pipe, which both have, is closed.
#[cfg(unix)]
#[test]
fn a_command_that_hangs_is_ended_with_all_that_it_started() {
    let lock = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = lock.local_addr().expect("bound").port();
    // Who was ended has connected, or never will.
    lock.set_nonblocking(true).expect("a socket");
    for command in [
        // A child that outlives the shell, and keeps a connection to us for as long as it lives.
        format!("exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}; sleep 1000 & sleep 1000'"),
        // Closes its outputs, and stays.
        format!("exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port} >&- 2>&-; sleep 1000'"),
    ] {
        let timeout = 1_000 * MS;
        let error = TokenCommand::new(command)
            .timeout(timeout)
            .fetch()
            .expect_err("hangs");
        assert_eq!(error.kind(), CredentialErrorKind::TimedOut, "{error}");
        let (mut connection, _) = lock.accept().expect("the command came so far");
        connection.set_nonblocking(false).expect("a socket");
        connection
            .set_read_timeout(Some(TEST_TIMEOUT))
            .expect("a socket");
        let mut rest = vec![];
        connection
            .read_to_end(&mut rest)
            .expect("closed, since nobody lives who has it");
    }
}

/// A command that runs when nobody wants its token any more is ended, with all that it started.
#[cfg(unix)]
#[test]
fn a_command_does_not_outlive_its_tokens() {
    let lock = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = lock.local_addr().expect("bound").port();
    let command =
        format!("exec bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}; sleep 1000 & sleep 1000'");
    let command = TokenCommand::new(command).timeout(10 * TEST_TIMEOUT);
    let tokens = Arc::new(TokenStore::new(vec![Box::new(command)]));
    let waiting = tokens.ready();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let poll = std::pin::pin!(waiting).poll(&mut context);
    assert!(poll.is_pending(), "it has begun");
    let (mut connection, _) = lock.accept().expect("the command came so far");
    drop(tokens);
    connection
        .set_read_timeout(Some(TEST_TIMEOUT))
        .expect("a socket");
    connection
        .read_to_end(&mut vec![])
        .expect("closed, since nobody lives who has it");
}

#[test]
fn each_slot_has_a_user_until_there_are_no_more() {
    let csv = "name,password\nada,hush\ngrace,hush2\n";
    let feeder = Feeder::read(csv.as_bytes(), FeederFormat::Csv).expect("rows");
    let feeder = Arc::new(
        feeder
            .vary_by(VariesBy::Slot)
            .use_once(ExhaustedPolicy::EndRun),
    );
    let users = SlotUsers::new(feeder.clone(), "name", "password").expect("columns");
    let names: Vec<String> = [0, 1].map(|slot| users.get(slot).expect("one").name).into();
    assert_eq!(names, ["ada", "grace"]);
    let none = users.get(2).expect_err("two users, three slots");
    assert_eq!(none.kind(), CredentialErrorKind::TooFewUsers);
    let wrong = SlotUsers::new(feeder, "name", "pasword").expect_err("no such column");
    assert!(wrong.to_string().contains("name, password"), "{wrong}");
}

#[test]
fn nobody_sees_a_secret() {
    let csv = "name,password\nada,hush\n";
    let feeder = Arc::new(Feeder::read(csv.as_bytes(), FeederFormat::Csv).expect("rows"));
    let users = SlotUsers::new(feeder.clone(), "name", "password").expect("columns");
    let user: UserLogin = users.get(0).expect("a user");
    let (source, _was_asked, tell) = controlled_source();
    tell.send(Ok(token("hush"))).expect("a source");
    let tokens = started(vec![Box::new(source)]).expect("a token");
    let grant = OAuthGrant::Password {
        user: "ada".to_owned(),
        password: SecretBytes::new("hush"),
    };
    let answer = TokenResponse {
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
        format!("{answer:?}"),
    ] {
        // As text, or as a list of bytes.
        assert!(
            !shown.contains("hush") && !shown.contains("104, 117, 115"),
            "{shown}"
        );
    }
}

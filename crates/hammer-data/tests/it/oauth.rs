//! Tokens of OAuth 2.0: what is asked for, and what is made of the answer.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use hammer_data::credential::{
    CredentialError, CredentialErrorKind, OAuthGrant, OAuthTokenSource, SecretBytes,
    TokenEndpointClient, TokenResponse, TokenSource,
};

use crate::credentials::{started, token_bytes};

/// An exchange over a socket, as bare as HTTP can be.
#[derive(Debug)]
struct SocketTokenClient(SocketAddr);

impl TokenEndpointClient for SocketTokenClient {
    fn post(
        &mut self,
        form: &SecretBytes,
        authorization: Option<&SecretBytes>,
    ) -> Result<TokenResponse, CredentialError> {
        let lost = |error: std::io::Error| {
            CredentialError::new(CredentialErrorKind::Failed, error.to_string())
        };
        let mut stream = TcpStream::connect(self.0).map_err(lost)?;
        let mut head = format!(
            "POST / HTTP/1.0\r\nContent-Length: {}\r\n",
            form.expose().len()
        );
        if let Some(value) = authorization {
            head += &format!(
                "Authorization: {}\r\n",
                String::from_utf8_lossy(value.expose())
            );
        }
        stream
            .write_all(format!("{head}\r\n").as_bytes())
            .map_err(lost)?;
        stream.write_all(form.expose()).map_err(lost)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).map_err(lost)?;
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        Ok(TokenResponse {
            status: head[9..12].parse().expect("a status"),
            body: body.as_bytes().to_vec(),
        })
    }
}

/// A token endpoint for one exchange, and the header and the form that it was sent.
fn endpoint(answer: &'static str) -> (SocketTokenClient, thread::JoinHandle<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let bare = SocketTokenClient(listener.local_addr().expect("bound"));
    let served = thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a client");
        let mut reader = BufReader::new(stream);
        let (mut authorization, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).expect("a line");
            match line.trim_end().split_once(": ") {
                Some(("Authorization", value)) => authorization = value.to_owned(),
                Some(("Content-Length", value)) => length = value.parse().expect("a length"),
                Some(_) => {}
                None if line.trim().is_empty() => break,
                None => {}
            }
        }
        let mut form = vec![0; length];
        reader.read_exact(&mut form).expect("a form");
        let mut stream = reader.into_inner();
        stream.write_all(answer.as_bytes()).expect("sent");
        (authorization, String::from_utf8(form).expect("text"))
    });
    (bare, served)
}

#[test]
fn oauth_asks_as_the_rfc_says() {
    let granted = "HTTP/1.0 200 OK\r\n\r\n{\"access_token\":\"t0ken\",\"token_type\":\"bearer\",\"expires_in\":5}";
    let (bare, served) = endpoint(granted);
    let source = OAuthTokenSource::new(bare, OAuthGrant::ClientCredentials)
        .client("my id", SecretBytes::new("s&cret"))
        .parameter("scope", "read write");
    assert!(!format!("{source:?}").contains("s&cret"));
    let tokens = started(vec![Box::new(source)]).expect("a token");
    assert_eq!(token_bytes(&tokens, 0), b"t0ken");
    let (authorization, form) = served.join().expect("served");
    // base64 of my%20id:s%26cret
    assert_eq!(authorization, "Basic bXklMjBpZDpzJTI2Y3JldA==");
    assert_eq!(form, "grant_type=client_credentials&scope=read%20write");

    let (bare, served) = endpoint(granted);
    let grant = OAuthGrant::Password {
        user: "ada@b".to_owned(),
        password: SecretBytes::new("p=1"),
    };
    let source = OAuthTokenSource::new(bare, grant)
        .client("id", SecretBytes::new("x"))
        .client_in_body();
    let tokens = started(vec![Box::new(source)]).expect("a token");
    assert_eq!(token_bytes(&tokens, 0), b"t0ken");
    let (authorization, form) = served.join().expect("served");
    assert_eq!(authorization, "");
    assert_eq!(
        form,
        "grant_type=password&username=ada%40b&password=p%3D1&client_id=id&client_secret=x"
    );
}

/// Where the answer tells no lifetime it is that of the source; a second token is asked for before its end.
#[test]
fn oauth_without_a_lifetime_has_that_of_the_source() {
    let silent = "HTTP/1.0 200 OK\r\n\r\n{\"access_token\":\"t0ken\"}";
    let (bare, served) = endpoint(silent);
    let mut source = OAuthTokenSource::new(bare, OAuthGrant::ClientCredentials);
    let token = source.fetch().expect("a token");
    served.join().expect("served");
    assert!(format!("{token:?}").contains("next: None"), "{token:?}");
    let (bare, served) = endpoint(silent);
    let mut source = OAuthTokenSource::new(bare, OAuthGrant::ClientCredentials)
        .lifetime(Duration::from_secs(10));
    let token = source.fetch().expect("a token");
    served.join().expect("served");
    assert!(format!("{token:?}").contains("next: Some(8s)"), "{token:?}");
}

#[test]
fn oauth_takes_lifetimes_as_they_are_written() {
    for (answer, next) in [
        (
            "HTTP/1.0 200 OK\r\n\r\n{\"access_token\":\"t\",\"expires_in\":\"10\"}",
            "Some(8s)",
        ),
        (
            "HTTP/1.0 200 OK\r\n\r\n{\"access_token\":\"t\",\"expires_in\":2.5}",
            "Some(2s)",
        ),
        (
            "HTTP/1.0 200 OK\r\n\r\n{\"access_token\":\"t\",\"expires_in\":null}",
            "None",
        ),
    ] {
        let (bare, served) = endpoint(answer);
        let token = OAuthTokenSource::new(bare, OAuthGrant::ClientCredentials).fetch();
        let token = token.expect("a token");
        served.join().expect("served");
        assert!(
            format!("{token:?}").contains(&format!("next: {next}")),
            "{token:?}"
        );
    }
}

#[test]
fn oauth_says_why_it_has_no_token() {
    for (answer, kind, told) in [
        (
            "HTTP/1.0 401 No\r\n\r\n{\"error\":\"invalid_client\",\"error_description\":\"who?\"}",
            CredentialErrorKind::Refused,
            "answered 401: invalid_client: who?",
        ),
        (
            "HTTP/1.0 503 No\r\n\r\nbusy",
            CredentialErrorKind::Refused,
            "answered 503",
        ),
        (
            "HTTP/1.0 200 OK\r\n\r\n{\"token\":\"t0ken\"}",
            CredentialErrorKind::Malformed,
            "without an access_token",
        ),
        (
            "HTTP/1.0 200 OK\r\n\r\n{\"access_token\":\"t0ken\",\"expires_in\":\"soon\"}",
            CredentialErrorKind::Malformed,
            "an expires_in that is no number",
        ),
        (
            "HTTP/1.0 200 OK\r\n\r\n{\"access_token\":\"t0ken\",\"token_type\":\"mac\"}",
            CredentialErrorKind::Malformed,
            "token_type other than bearer",
        ),
    ] {
        let (bare, served) = endpoint(answer);
        let error = OAuthTokenSource::new(bare, OAuthGrant::ClientCredentials)
            .fetch()
            .expect_err("none");
        served.join().expect("served");
        assert_eq!(error.kind(), kind);
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(told) && !shown.contains("t0ken"), "{shown}");
    }
}

/// Some endpoints repeat what they were sent.
#[test]
fn oauth_shows_no_secret_that_comes_back() {
    let (bare, served) = endpoint(
        "HTTP/1.0 400 No\r\n\r\n{\"error\":\"p w&/ password=p%20w%26%2F\",\"error_description\":\
         \"password=p+w%26%2F&client_secret=s%2Fcret s%2fcret s/cret\"}",
    );
    let grant = OAuthGrant::Password {
        user: "ada".to_owned(),
        password: SecretBytes::new("p w&/"),
    };
    let error = OAuthTokenSource::new(bare, grant)
        .client("id", SecretBytes::new("s/cret"))
        .client_in_body()
        .fetch()
        .expect_err("refused");
    served.join().expect("served");
    assert_eq!(
        error.to_string(),
        "the token endpoint answered 400: *** password=***: password=***&client_secret=*** *** ***, \
         for the user \"ada\""
    );
}

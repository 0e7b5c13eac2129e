//! Tokens of OAuth 2.0: requests, and responses.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use hammer_data::credential::{
    CredentialError, CredentialErrorKind, OAuthGrant, OAuthTokenSource, SecretBytes,
    TokenEndpointClient, TokenHttpResponse, TokenSource,
};

use crate::credentials::{started, token_bytes};

/// A minimal HTTP client.
#[derive(Debug)]
struct SocketTokenClient(SocketAddr);

impl TokenEndpointClient for SocketTokenClient {
    fn post(
        &mut self,
        form: &SecretBytes,
        authorization: Option<&SecretBytes>,
    ) -> Result<TokenHttpResponse, CredentialError> {
        let failed = |error: std::io::Error| {
            CredentialError::new(CredentialErrorKind::Failed, error.to_string())
        };
        let mut stream = TcpStream::connect(self.0).map_err(failed)?;
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
            .map_err(failed)?;
        stream.write_all(form.expose()).map_err(failed)?;
        let mut response = String::new();
        stream.read_to_string(&mut response).map_err(failed)?;
        let (head, body) = response.split_once("\r\n\r\n").expect("a response");
        Ok(TokenHttpResponse {
            status: head[9..12].parse().expect("a status"),
            body: body.as_bytes().to_vec(),
        })
    }
}

/// Starts a token endpoint for one exchange. Its thread returns the header `Authorization` and the form.
fn endpoint(response: &'static str) -> (SocketTokenClient, thread::JoinHandle<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let client = SocketTokenClient(listener.local_addr().expect("bound"));
    let server = thread::spawn(move || {
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
        stream.write_all(response.as_bytes()).expect("sent");
        (authorization, String::from_utf8(form).expect("UTF-8"))
    });
    (client, server)
}

#[test]
fn requests_follow_the_rfc() {
    let token_response = "HTTP/1.0 200 OK\r\n\r\n{\"access_token\":\"t0ken\",\"token_type\":\"bearer\",\"expires_in\":5}";
    let (client, server) = endpoint(token_response);
    let source = OAuthTokenSource::new(client, OAuthGrant::ClientCredentials)
        .client("my id", SecretBytes::new("s&cret"))
        .parameter("scope", "read write");
    assert!(!format!("{source:?}").contains("s&cret"));
    let tokens = started(vec![Box::new(source)]).expect("fetched");
    assert_eq!(token_bytes(&tokens, 0), b"t0ken");
    let (authorization, form) = server.join().expect("no panic");
    // base64 of my%20id:s%26cret
    assert_eq!(authorization, "Basic bXklMjBpZDpzJTI2Y3JldA==");
    assert_eq!(form, "grant_type=client_credentials&scope=read%20write");

    let (client, server) = endpoint(token_response);
    let grant = OAuthGrant::Password {
        user: "ada@b".to_owned(),
        password: SecretBytes::new("p=1"),
    };
    let source = OAuthTokenSource::new(client, grant)
        .client("id", SecretBytes::new("x"))
        .client_in_body();
    let tokens = started(vec![Box::new(source)]).expect("fetched");
    assert_eq!(token_bytes(&tokens, 0), b"t0ken");
    let (authorization, form) = server.join().expect("no panic");
    assert_eq!(authorization, "");
    assert_eq!(
        form,
        "grant_type=password&username=ada%40b&password=p%3D1&client_id=id&client_secret=x"
    );
}

#[test]
fn the_source_sets_the_lifetime_if_the_response_has_none() {
    let without_lifetime = "HTTP/1.0 200 OK\r\n\r\n{\"access_token\":\"t0ken\"}";
    let (client, server) = endpoint(without_lifetime);
    let mut source = OAuthTokenSource::new(client, OAuthGrant::ClientCredentials);
    let token = source.fetch().expect("a token");
    server.join().expect("no panic");
    assert!(
        format!("{token:?}").contains("refetch_after: None"),
        "{token:?}"
    );
    let (client, server) = endpoint(without_lifetime);
    let mut source = OAuthTokenSource::new(client, OAuthGrant::ClientCredentials)
        .lifetime(Duration::from_secs(10));
    let token = source.fetch().expect("a token");
    server.join().expect("no panic");
    assert!(
        format!("{token:?}").contains("refetch_after: Some(8s)"),
        "{token:?}"
    );
}

#[test]
fn lifetimes_can_be_numbers_or_strings() {
    for (response, refetch_after) in [
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
        let (client, server) = endpoint(response);
        let token = OAuthTokenSource::new(client, OAuthGrant::ClientCredentials).fetch();
        let token = token.expect("a token");
        server.join().expect("no panic");
        assert!(
            format!("{token:?}").contains(&format!("refetch_after: {refetch_after}")),
            "{token:?}"
        );
    }
}

#[test]
fn errors_name_the_reason_without_secrets() {
    for (response, kind, message) in [
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
            "an expires_in that is not a number",
        ),
        (
            "HTTP/1.0 200 OK\r\n\r\n{\"access_token\":\"t0ken\",\"token_type\":\"mac\"}",
            CredentialErrorKind::Malformed,
            "token_type other than bearer",
        ),
    ] {
        let (client, server) = endpoint(response);
        let error = OAuthTokenSource::new(client, OAuthGrant::ClientCredentials)
            .fetch()
            .expect_err("no token");
        server.join().expect("no panic");
        assert_eq!(error.kind(), kind);
        let shown = format!("{error} {error:?}");
        assert!(
            shown.contains(message) && !shown.contains("t0ken"),
            "{shown}"
        );
    }
}

#[test]
fn secrets_that_an_endpoint_repeats_are_redacted() {
    let (client, server) = endpoint(
        "HTTP/1.0 400 No\r\n\r\n{\"error\":\"p w&/ password=p%20w%26%2F\",\"error_description\":\
         \"password=p+w%26%2F&client_secret=s%2Fcret s%2fcret s/cret\"}",
    );
    let grant = OAuthGrant::Password {
        user: "ada".to_owned(),
        password: SecretBytes::new("p w&/"),
    };
    let error = OAuthTokenSource::new(client, grant)
        .client("id", SecretBytes::new("s/cret"))
        .client_in_body()
        .fetch()
        .expect_err("refused");
    server.join().expect("no panic");
    assert_eq!(
        error.to_string(),
        "the token endpoint answered 400: *** password=***: password=***&client_secret=*** *** ***, \
         for user 'ada'"
    );
}

//! AWS Signature Version 4.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use hammer_diagnostic::{chain, shortened};
use http::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue};

use crate::request::header::remove_headers;
use crate::request::prepared::RequestHead;
use crate::{Error, ErrorKind};

/// The scope of a signature: `aws:amz:REGION:SERVICE`, as in curl, or `aws:REGION:SERVICE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureScope {
    region: String,
    service: String,
}

impl FromStr for SignatureScope {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let error = |problem: String| {
            let expected = "a scope such as aws:amz:eu-central-1:execute-api";
            let message = format!(
                "malformed signature scope {text:?}: {problem}; expected {expected}",
                text = shortened(text)
            );
            Err(Error::new(ErrorKind::Credentials, message))
        };
        let parts: Vec<&str> = text.split(':').collect();
        let (region, service) = match parts[..] {
            ["aws", "amz", region, service] => (region, service),
            ["aws", "amz" | "", _] | ["aws", _] | ["aws"] => {
                return error("missing region or service".into());
            }
            ["aws", region, service] => (region, service),
            [provider, ..] => {
                return error(format!(
                    "unknown provider {provider:?}",
                    provider = shortened(provider)
                ));
            }
            [] => return error("empty scope".into()),
        };
        let is_word =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_word(region) || !is_word(service) {
            return error("invalid region or service".into());
        }
        Ok(Self {
            region: region.to_owned(),
            service: service.to_owned(),
        })
    }
}

/// Signs requests with the time at which they are sent.
pub(crate) struct RequestSigner {
    identity: Identity,
    scope: SignatureScope,
    settings: SigningSettings,
}

impl RequestSigner {
    pub(crate) fn new(
        key: &str,
        secret: &str,
        token: Option<String>,
        scope: SignatureScope,
    ) -> Self {
        let mut settings = SigningSettings::default();
        // S3 does not normalize paths, and requires the hash of the body as a header.
        if scope.service.starts_with("s3") {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        // Proxies change these headers.
        if let Some(excluded) = &mut settings.excluded_headers {
            excluded.extend(["connection".into(), "proxy-authorization".into()]);
        }
        Self {
            identity: Credentials::new(key, secret, token, None, "given").into(),
            scope,
            settings,
        }
    }

    /// Signs the request with the time `now`, in place of any earlier signature.
    ///
    /// # Errors
    ///
    /// If a header is not ASCII.
    pub(crate) fn sign(
        &self,
        scheme: &str,
        head: &mut RequestHead,
        body: &[u8],
        now: SystemTime,
    ) -> Result<(), Error> {
        let signed_headers = self
            .signing_headers(scheme, head, body, now)
            .map_err(|message| {
                Error::new(
                    ErrorKind::Credentials,
                    format!("the request cannot be signed: {message}"),
                )
            })?;
        remove_headers(&mut head.headers, |name| *name == AUTHORIZATION);
        for (name, value, is_sensitive) in signed_headers {
            let mut value = HeaderValue::from_str(&value).map_err(|cause| {
                Error::new(ErrorKind::Credentials, "the key cannot be sent in a header")
                    .with_source(cause)
            })?;
            value.set_sensitive(is_sensitive || name == AUTHORIZATION.as_str());
            head.headers.insert(HeaderName::from_static(name), value);
        }
        Ok(())
    }

    fn signing_headers(
        &self,
        scheme: &str,
        head: &RequestHead,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Vec<(&'static str, String, bool)>, String> {
        let mut headers = Vec::with_capacity(head.headers.len());
        for (name, value) in &head.headers {
            let text = value
                .to_str()
                .map_err(|_| format!("the header {name} is not ASCII"))?;
            headers.push((name.as_str(), text));
        }
        let host = headers.iter().find(|(name, _)| *name == HOST.as_str());
        let host = host.map_or("", |(_, host)| host);
        let path = str::from_utf8(head.path_and_query()).map_err(|_| "the target is not ASCII")?;
        let uri = format!("{scheme}://{host}{path}");
        let request = SignableRequest::new(
            head.method.as_str(),
            uri,
            headers.into_iter(),
            SignableBody::Bytes(body),
        );
        let request = request.map_err(|error| chain(&error))?;
        let params = v4::SigningParams::builder()
            .identity(&self.identity)
            .region(&self.scope.region)
            .name(&self.scope.service)
            .time(now)
            .settings(self.settings.clone())
            .build()
            .map_err(|error| chain(&error))?;
        let signed = sign(request, &params.into()).map_err(|error| chain(&error))?;
        let (headers, _) = signed.into_parts().0.into_parts();
        let headers = headers.into_iter();
        Ok(headers
            .map(|header| (header.name(), header.value().to_owned(), header.sensitive()))
            .collect())
    }
}

impl fmt::Debug for RequestSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestSigner")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use http::Request;

    use super::*;

    /// 30 August 2015, 12:36:00 UTC.
    const NOW: Duration = Duration::from_secs(1_440_938_160);
    const KEY: &str = "AKIDEXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const TOKEN: &str = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";

    fn scope(text: &str) -> SignatureScope {
        text.parse().expect("the scope is valid")
    }

    fn head_of(request: Request<()>) -> RequestHead {
        let (head, ()) = request.into_parts();
        RequestHead {
            method: head.method,
            target: head.uri.to_string().into(),
            headers: head.headers,
        }
    }

    /// Signs a request to example.amazonaws.com and returns its head.
    fn signed(
        signer: &RequestSigner,
        line: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> RequestHead {
        let (method, path) = line
            .split_once(' ')
            .expect("the line has a method and a path");
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("host", "example.amazonaws.com");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut head = head_of(request.body(()).expect("the request is valid"));
        let result = signer.sign("https", &mut head, body.as_bytes(), UNIX_EPOCH + NOW);
        result.expect("all headers are ASCII");
        head
    }

    /// Vectors of the test suite that AWS publishes, with their names there.
    #[test]
    fn signatures_match_the_published_vectors() {
        let form = ("content-type", "application/x-www-form-urlencoded");
        type SigningVector<'a> = (
            &'a str,
            &'a str,
            &'a [(&'a str, &'a str)],
            &'a str,
            &'a str,
            &'a str,
        );
        let table: [SigningVector<'_>; 9] = [
            (
                "get-vanilla",
                "GET /",
                &[],
                "",
                "host;x-amz-date",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                "get-vanilla-query-order-key-case",
                "GET /?Param2=value2&Param1=value1",
                &[],
                "",
                "host;x-amz-date",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
            (
                "get-slash-normalized",
                "GET //",
                &[],
                "",
                "host;x-amz-date",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                "get-slash-pointless-dot-normalized",
                "GET /./example",
                &[],
                "",
                "host;x-amz-date",
                "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5",
            ),
            (
                "get-relative-normalized",
                "GET /example/..",
                &[],
                "",
                "host;x-amz-date",
                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
            ),
            (
                "post-vanilla",
                "POST /",
                &[],
                "",
                "host;x-amz-date",
                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            ),
            (
                "post-header-key-sort",
                "POST /",
                &[("my-header1", "value1")],
                "",
                "host;my-header1;x-amz-date",
                "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
            ),
            (
                "post-header-value-case",
                "POST /",
                &[("my-header1", "VALUE1")],
                "",
                "host;my-header1;x-amz-date",
                "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d",
            ),
            (
                "post-x-www-form-urlencoded, without the hash of the body",
                "POST /",
                &[form, ("content-length", "13")],
                "Param1=value1",
                "content-length;content-type;host;x-amz-date",
                "",
            ),
        ];
        let signer = RequestSigner::new(KEY, SECRET, None, scope("aws:amz:us-east-1:service"));
        for (name, line, headers, body, names, signature) in table {
            let head = signed(&signer, line, headers, body);
            assert_eq!(head.headers["x-amz-date"], "20150830T123600Z", "{name}");
            let authorization = head.headers[AUTHORIZATION]
                .to_str()
                .expect("the header is text");
            let expected = format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders={names}, Signature={signature}"
            );
            assert!(
                authorization.starts_with(&expected),
                "{name}: {authorization}"
            );
            assert!(head.headers[AUTHORIZATION].is_sensitive());
        }
    }

    /// The published vector get-vanilla-with-session-token.
    #[test]
    fn a_session_token_is_signed_too() {
        let scope = scope("aws:us-east-1:service");
        let signer = RequestSigner::new(KEY, SECRET, Some(TOKEN.to_owned()), scope);
        let head = signed(&signer, "GET /", &[], "");
        assert_eq!(head.headers["x-amz-security-token"], TOKEN);
        assert!(head.headers["x-amz-security-token"].is_sensitive());
        let authorization = head.headers[AUTHORIZATION]
            .to_str()
            .expect("the header is text");
        let signature = "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8";
        assert!(authorization.ends_with(signature), "{authorization}");
    }

    /// The example of the S3 manual, "Authenticating Requests: Using the Authorization Header".
    #[test]
    fn requests_to_s3_carry_the_hash_of_the_body() {
        let scope = scope("aws:amz:us-east-1:s3");
        let signer = RequestSigner::new(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            None,
            scope,
        );
        let request = Request::builder()
            .uri("/test.txt")
            .header("host", "examplebucket.s3.amazonaws.com")
            .header("range", "bytes=0-9")
            .body(())
            .expect("the request is valid");
        let mut head = head_of(request);
        let time = UNIX_EPOCH + Duration::from_secs(1_369_353_600);
        signer
            .sign("https", &mut head, b"", time)
            .expect("all headers are ASCII");
        let authorization = head.headers[AUTHORIZATION]
            .to_str()
            .expect("the header is text");
        let signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
        assert!(authorization.ends_with(signature), "{authorization}");
        assert_eq!(
            head.headers["x-amz-content-sha256"],
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    /// A vector of the crate aws-sigv4: paths that are already encoded are encoded again.
    #[test]
    fn paths_are_encoded_twice_except_for_s3() {
        let scope = scope("aws:us-east-2:lambda");
        let signer = RequestSigner::new(KEY, SECRET, None, scope);
        let request = Request::builder()
            .method("POST")
            .uri(
                "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-west-2%3A892717189312%3A\
                 function%3Amy-rusty-fun/invocations",
            )
            .header("host", "lambda.us-east-2.amazonaws.com")
            .body(())
            .expect("the request is valid");
        let mut head = head_of(request);
        let time = UNIX_EPOCH + Duration::from_secs(1_620_747_645);
        let result = signer.sign("https", &mut head, b"", time);
        result.expect("all headers are ASCII");
        let authorization = head.headers[AUTHORIZATION]
            .to_str()
            .expect("the header is text");
        let signature = "4b93abbcc68be32bd64c18e2c71150660ab4c29bbd6c32a383a7517a88fc1804";
        assert!(authorization.ends_with(signature), "{authorization}");
    }

    #[test]
    fn a_second_signature_replaces_the_first() {
        let signer = RequestSigner::new(KEY, SECRET, None, scope("aws:us-east-1:service"));
        let mut head = signed(&signer, "GET /", &[], "");
        let first = head.headers.clone();
        signer
            .sign("https", &mut head, b"", UNIX_EPOCH + NOW)
            .expect("all headers are ASCII");
        assert_eq!(head.headers, first);
    }

    #[test]
    fn errors_name_what_was_expected() {
        assert_eq!(scope("aws:amz:r:s"), scope("aws:r:s"));
        for (text, fragment) in [
            ("", "unknown provider \"\""),
            ("aws", "missing region or service"),
            ("aws:amz", "missing region or service"),
            ("aws:amz:r", "missing region or service"),
            ("goog:r:s", "unknown provider \"goog\""),
            ("aws::s", "missing region or service"),
            ("aws:amz:r:", "invalid region or service"),
            ("aws:amz:r:s:t", "unknown provider"),
        ] {
            let error = text.parse::<SignatureScope>().expect_err(text);
            assert!(error.to_string().contains(fragment), "{text}: {error}");
            assert!(
                error
                    .to_string()
                    .contains("aws:amz:eu-central-1:execute-api"),
                "{error}"
            );
        }
    }
}

//! HTTP client for OAuth 2.0 token endpoints.

use std::time::Duration;

use hammer_core::{Run, Schedule};
use hammer_data::credential::{
    CredentialError, CredentialErrorKind, SecretBytes, TokenEndpointClient, TokenHttpResponse,
};
use hammer_diagnostic::chain;
use hammer_http::{ExchangeRecorder, Http, mask_url};

use crate::NetworkArgs;

/// A token endpoint. Each request is a run of one hit, with the network options of the hammer.
#[derive(Debug, Clone)]
pub(super) struct TokenEndpoint {
    pub(super) url: String,
    pub(super) network: NetworkArgs,
    pub(super) timeout: Duration,
}

impl TokenEndpointClient for TokenEndpoint {
    fn post(
        &mut self,
        form: &SecretBytes,
        authorization: Option<&SecretBytes>,
    ) -> Result<TokenHttpResponse, CredentialError> {
        let failed = |reason: &str| {
            let message = format!(
                "the token endpoint {} did not respond: {reason}",
                mask_url(&self.url)
            );
            CredentialError::new(CredentialErrorKind::Failed, message)
        };
        let recorder = ExchangeRecorder::new();
        let mut http = Http::builder(&self.url)
            .method("POST")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .body(form.expose().to_vec())
            .record(recorder.clone());
        if let Some(value) = authorization {
            http = http.header("Authorization", &String::from_utf8_lossy(value.expose()));
        }
        let http = self.network.clone().apply(http).build();
        let http = http.map_err(|error| failed(&chain(&error)))?;
        let report = Run::new(http, Schedule::closed_loop().with_hit_count(1))
            .max_in_flight(1)
            .threads(1)
            .timeout(self.timeout)
            .execute()
            .map_err(|error| failed(&chain(&error)))?;
        let response = recorder
            .take_exchanges()
            .pop()
            .and_then(|exchange| exchange.response);
        match response.filter(|response| response.complete) {
            Some(response) => Ok(TokenHttpResponse {
                status: response.status,
                body: response.decoded_body.unwrap_or(response.body),
            }),
            None => {
                let failures: Vec<_> = report.failures.keys().map(String::as_str).collect();
                Err(failed(&failures.join(", ").replace('_', " ")))
            }
        }
    }
}

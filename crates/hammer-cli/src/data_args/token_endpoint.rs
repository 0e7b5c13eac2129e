//! HTTP client for OAuth 2.0 token endpoints.

use std::time::Duration;

use hammer_core::SingleHit;
use hammer_data::credential::{
    CredentialError, CredentialErrorKind, SecretBytes, TokenEndpointClient, TokenHttpResponse,
};
use hammer_diagnostic::chain;
use hammer_http::{ExchangeRecorder, Http, mask_url};

use crate::NetworkArgs;

/// A token endpoint. Each request is a single hit, with the network options of the hammer.
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
        let hit = SingleHit::new(&http).timeout(self.timeout).execute();
        let hit = hit.map_err(|error| failed(&chain(&error)))?;
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
                let name = hit.label.map_or_else(String::new, |name| name.to_string());
                Err(failed(&name.replace('_', " ")))
            }
        }
    }
}

use std::time::Duration;

use hammer_core::{Run, Schedule};
use hammer_data::credential::{Answer, CredentialError, CredentialErrorKind, Exchange, Secret};
use hammer_http::{Http, Tape, masked};

use crate::NetworkArgs;
use crate::error::chain;

/// A token endpoint, which is asked with a hit of its own, over the network that hits go over.
#[derive(Debug, Clone)]
pub(super) struct TokenEndpoint {
    pub(super) url: String,
    pub(super) network: NetworkArgs,
    pub(super) timeout: Duration,
}

impl Exchange for TokenEndpoint {
    fn post(
        &mut self,
        form: &Secret,
        authorization: Option<&Secret>,
    ) -> Result<Answer, CredentialError> {
        let failed = |why: &str| {
            let message = format!(
                "the token endpoint {} gave no answer: {why}",
                masked(&self.url)
            );
            CredentialError::new(CredentialErrorKind::Failed, message)
        };
        let tape = Tape::new();
        let mut http = Http::builder(&self.url)
            .method("POST")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Accept", "application/json")
            .body(form.expose().to_vec())
            .record(tape.clone());
        if let Some(value) = authorization {
            http = http.header("Authorization", &String::from_utf8_lossy(value.expose()));
        }
        let http = self.network.clone().apply(http).build();
        let http = http.map_err(|error| failed(&chain(&error)))?;
        let report = Run::new(http, Schedule::max().hits(1))
            .max_in_flight(1)
            .threads(1)
            .timeout(self.timeout)
            .execute(|_| ())
            .map_err(|error| failed(&chain(&error)))?;
        let answer = tape.take().pop().and_then(|exchange| exchange.answer);
        match answer.filter(|answer| answer.whole) {
            Some(answer) => Ok(Answer {
                status: answer.status,
                body: answer.decoded.unwrap_or(answer.body),
            }),
            None => {
                let failures: Vec<_> = report.failures.keys().map(String::as_str).collect();
                Err(failed(&failures.join(", ").replace('_', " ")))
            }
        }
    }
}

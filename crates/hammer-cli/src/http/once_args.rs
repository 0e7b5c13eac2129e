//! Flags for `--once`: one hit instead of a load.

use clap::Args;
use hammer_data::TemplateScope;
use hammer_data::credential::SecretBytes;
use hammer_http::{ExchangeRecorder, Http, HttpBuilder, mask_url};

use super::hit_transcript::HitTranscript;
use super::secret_mask::SecretMask;
use crate::{HitDescriber, SingleHitRenderer};

/// Maximum number of bytes of a body in the description of a hit.
const MAX_BODY_BYTES: usize = 100;

/// Flags for one hit instead of a load.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "HTTP")]
#[group(skip)]
pub(super) struct SingleHitArgs {
    /// Send one hit and print its requests and responses
    #[arg(long)]
    once: bool,
    /// Do not mask secrets in the output of --once
    #[arg(long, requires = "once")]
    show_secrets: bool,
    /// Records the hit.
    #[arg(skip)]
    recorder: Option<ExchangeRecorder>,
    /// Remembers the secrets of hits that are only described.
    #[arg(skip)]
    described: Option<ExchangeRecorder>,
}

impl SingleHitArgs {
    /// Returns the renderer of the hit if `--once` is given.
    pub(super) fn once_renderer(&mut self) -> Option<SingleHitRenderer> {
        if !self.once {
            return None;
        }
        let recorder = self.recorder.insert(ExchangeRecorder::new()).clone();
        let show_secrets = self.show_secrets;
        Some(Box::new(move |hit| {
            let exchanges = recorder.take_exchanges();
            let transcript = HitTranscript {
                exchanges: &exchanges,
                hit,
                mask: (!show_secrets).then(|| SecretMask::new(&recorder.hidden_secrets())),
            };
            transcript.to_string()
        }))
    }

    /// Returns the description of hits that are not sent, without the values of `{{env NAME}}`.
    pub(super) fn hit_describer(&mut self) -> HitDescriber<Http> {
        let recorder = self.described.insert(ExchangeRecorder::new()).clone();
        Box::new(move |http, hit| {
            let request = http.unsent_request(hit).ok()?;
            let mask = SecretMask::new(&recorder.hidden_secrets());
            let url = mask.hide(request.url.as_bytes());
            let url = mask_url(&String::from_utf8_lossy(&url));
            let body = mask.hide(&request.body);
            let body = str::from_utf8(&body[..body.len().min(MAX_BODY_BYTES)]).unwrap_or_default();
            let text = format!("{} {url}   {body}", request.method);
            Some(text.trim_end().to_owned())
        })
    }

    /// Adds the values of `{{env NAME}}` in `scope` to the recorder's secrets.
    pub(super) fn record_secrets(&self, scope: TemplateScope) -> TemplateScope {
        let recorder = self.recorder.as_ref().or(self.described.as_ref());
        let Some(recorder) = recorder.cloned() else {
            return scope;
        };
        scope.environment(move |name| {
            let value = std::env::var(name).ok()?;
            recorder.hide_secret(SecretBytes::new(&value));
            Some(value)
        })
    }

    pub(super) fn apply(self, http: HttpBuilder) -> HttpBuilder {
        match self.recorder {
            Some(recorder) => http.record(recorder),
            None => http,
        }
    }
}

//! Flags for `--once`: one hit instead of a load.

use clap::Args;
use hammer_data::TemplateScope;
use hammer_data::credential::SecretBytes;
use hammer_http::{ExchangeRecorder, HttpBuilder};

use super::hit_transcript::HitTranscript;
use super::secret_mask::SecretMask;
use crate::SingleHitRenderer;

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

    /// Adds the values of `{{env NAME}}` in `scope` to the recorder's secrets.
    pub(super) fn record_secrets(&self, scope: TemplateScope) -> TemplateScope {
        let Some(recorder) = self.recorder.clone() else {
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

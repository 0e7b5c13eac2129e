use clap::Args;
use hammer_data::TemplateScope;
use hammer_data::credential::SecretBytes;
use hammer_http::{ExchangeRecorder, HttpBuilder};

use super::hit_transcript::HitTranscript;
use super::secret_mask::SecretMask;
use crate::OnceRenderer;

/// A look at one hit.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "HTTP")]
#[group(skip)]
pub(super) struct OnceArgs {
    /// Send one hit, and print what was sent and what came
    #[arg(long)]
    once: bool,
    /// Print secrets too
    #[arg(long, requires = "once")]
    show_secrets: bool,
    /// What the hit is recorded on.
    #[arg(skip)]
    recorder: Option<ExchangeRecorder>,
}

impl OnceArgs {
    /// What tells of the hit, if one is asked for.
    pub(super) fn once_renderer(&mut self) -> Option<OnceRenderer> {
        if !self.once {
            return None;
        }
        let tape = self.recorder.insert(ExchangeRecorder::new()).clone();
        let show_secrets = self.show_secrets;
        Some(Box::new(move |report| {
            let exchanges = tape.take_exchanges();
            let transcript = HitTranscript {
                exchanges: &exchanges,
                report,
                mask: (!show_secrets).then(|| SecretMask::new(&tape.hidden_secrets())),
            };
            transcript.to_string()
        }))
    }

    /// The same words, of which the values of `{{env NAME}}` are known to the tape as secrets.
    pub(super) fn record_secrets(&self, words: TemplateScope) -> TemplateScope {
        let Some(tape) = self.recorder.clone() else {
            return words;
        };
        words.environment(move |name| {
            let value = std::env::var(name).ok()?;
            tape.hide_secret(SecretBytes::new(&value));
            Some(value)
        })
    }

    pub(super) fn apply(self, http: HttpBuilder) -> HttpBuilder {
        match self.recorder {
            Some(tape) => http.record(tape),
            None => http,
        }
    }
}

use clap::Args;
use hammer_data::Words;
use hammer_data::credential::Secret;
use hammer_http::{HttpBuilder, Tape};

use super::mask::Mask;
use super::transcript::Transcript;
use crate::Once;

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
    tape: Option<Tape>,
}

impl OnceArgs {
    /// What tells of the hit, if one is asked for.
    pub(super) fn once(&mut self) -> Option<Once> {
        if !self.once {
            return None;
        }
        let tape = self.tape.insert(Tape::new()).clone();
        let show_secrets = self.show_secrets;
        Some(Box::new(move |report| {
            let exchanges = tape.take();
            let transcript = Transcript {
                exchanges: &exchanges,
                report,
                mask: (!show_secrets).then(|| Mask::new(&tape.secrets())),
            };
            transcript.to_string()
        }))
    }

    /// The same words, of which the values of `{{env NAME}}` are known to the tape as secrets.
    pub(super) fn watch(&self, words: Words) -> Words {
        let Some(tape) = self.tape.clone() else {
            return words;
        };
        words.environment(move |name| {
            let value = std::env::var(name).ok()?;
            tape.hide(Secret::new(&value));
            Some(value)
        })
    }

    pub(super) fn apply(self, http: HttpBuilder) -> HttpBuilder {
        match self.tape {
            Some(tape) => http.record(tape),
            None => http,
        }
    }
}

use std::cell::Cell;

use hammer_core::rand_xoshiro::Xoshiro256PlusPlus;
use hammer_core::{Failure, Hit};
use hammer_data::credential::CurrentToken;
use hammer_data::{FeedErrorKind, Template, TemplateContext, VariableValue};

use crate::{ExchangeRecorder, failures};

/// A hit, as the texts of its request see it.
pub(crate) struct RenderContext<'h> {
    hit: &'h Hit,
    rng: Xoshiro256PlusPlus,
    /// What the slot has captured, by the order in which the captures were given.
    captured: &'h [Option<Vec<u8>>],
    value_missing: Cell<bool>,
    /// The ordinal of the last token that was rendered.
    token_ordinal: Option<u64>,
    recorder: Option<&'h ExchangeRecorder>,
}

impl<'h> RenderContext<'h> {
    /// With the hit's own randomness, as far as it is not used up.
    pub(crate) fn new(
        hit: &'h Hit,
        rng: Xoshiro256PlusPlus,
        captured: &'h [Option<Vec<u8>>],
    ) -> Self {
        Self {
            hit,
            rng,
            captured,
            value_missing: Cell::new(false),
            token_ordinal: None,
            recorder: None,
        }
    }

    /// One that is recorded, if there is a tape.
    pub(crate) fn with_recorder(mut self, recorder: Option<&'h ExchangeRecorder>) -> Self {
        self.recorder = recorder;
        self
    }

    /// Appends a text of this hit.
    pub(super) fn render(&mut self, text: &Template, to: &mut Vec<u8>) -> Result<(), Failure> {
        text.render(self, to).map_err(|error| match error.kind() {
            FeedErrorKind::Exhausted => failures::ROWS_EXHAUSTED,
            FeedErrorKind::NoToken => failures::NO_TOKEN,
            _ => {
                tracing::debug!(%error, "no row");
                failures::ROW_UNREADABLE
            }
        })
    }

    /// A text of this hit, alone.
    pub(crate) fn render_to_string(&mut self, text: &Template) -> Result<String, Failure> {
        let mut bytes = vec![];
        self.render(text, &mut bytes)?;
        self.check_missing_values()?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The ordinal of the token that the texts so far had in them, in whatever form; none if they had
    /// none.
    pub(crate) fn token_ordinal(&self) -> Option<u64> {
        self.token_ordinal
    }

    /// # Errors
    ///
    /// If a value was asked for that the slot does not have.
    pub(super) fn check_missing_values(&self) -> Result<(), Failure> {
        if self.value_missing.get() {
            return Err(failures::VALUE_MISSING);
        }
        Ok(())
    }
}

impl TemplateContext for RenderContext<'_> {
    type Rng = Xoshiro256PlusPlus;

    fn rng(&mut self) -> &mut Self::Rng {
        &mut self.rng
    }

    fn hit(&self) -> u64 {
        self.hit.number()
    }

    fn slot(&self) -> u64 {
        self.hit.slot().index() as u64
    }

    fn on_token_used(&mut self, token: &CurrentToken) {
        self.token_ordinal = Some(token.ordinal());
        if let Some(tape) = self.recorder {
            tape.hide_secret(token.secret().clone());
        }
    }

    fn variable(&self, index: usize) -> VariableValue<'_> {
        let value = self.captured.get(index).and_then(Option::as_deref);
        self.value_missing
            .set(self.value_missing.get() || value.is_none());
        VariableValue::Bytes(value.unwrap_or_default())
    }
}

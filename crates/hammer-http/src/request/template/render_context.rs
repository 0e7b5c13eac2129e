//! The values of a hit that its templates can use.

use std::cell::Cell;

use hammer_core::rand_xoshiro::Xoshiro256PlusPlus;
use hammer_core::{Failure, Hit};
use hammer_data::credential::CurrentToken;
use hammer_data::{FeedErrorKind, Template, TemplateContext, VariableValue};

use crate::{ExchangeRecorder, failures};

/// The values that the templates of a hit can use.
pub(crate) struct RenderContext<'h> {
    hit: &'h Hit,
    rng: Xoshiro256PlusPlus,
    /// The values captured by the slot, in the order of the captures.
    captured: &'h [Option<Vec<u8>>],
    value_missing: Cell<bool>,
    /// The ordinal of the last token that was rendered.
    token_ordinal: Option<u64>,
    recorder: Option<&'h ExchangeRecorder>,
}

impl<'h> RenderContext<'h> {
    /// Creates the context of a hit with the rest of its randomness.
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

    /// Sets the recorder that learns the secrets of rendered tokens.
    pub(crate) fn with_recorder(mut self, recorder: Option<&'h ExchangeRecorder>) -> Self {
        self.recorder = recorder;
        self
    }

    /// Renders a template and appends it to `output`.
    pub(super) fn render(
        &mut self,
        template: &Template,
        output: &mut Vec<u8>,
    ) -> Result<(), Failure> {
        template
            .render(self, output)
            .map_err(|error| match error.kind() {
                FeedErrorKind::Exhausted => failures::ROWS_EXHAUSTED,
                FeedErrorKind::NoToken => failures::NO_TOKEN,
                _ => {
                    tracing::debug!(%error, "no row of a feeder");
                    failures::ROW_UNREADABLE
                }
            })
    }

    /// Renders a single template.
    pub(crate) fn render_to_string(&mut self, template: &Template) -> Result<String, Failure> {
        let mut bytes = vec![];
        self.render(template, &mut bytes)?;
        self.check_missing_values()?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The ordinal of the token in the templates rendered so far, if any.
    pub(crate) fn token_ordinal(&self) -> Option<u64> {
        self.token_ordinal
    }

    /// Fails if a template has used a value that the slot has not captured.
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
        if let Some(recorder) = self.recorder {
            recorder.hide_secret(token.secret().clone());
        }
    }

    fn variable(&self, index: usize) -> VariableValue<'_> {
        let value = self.captured.get(index).and_then(Option::as_deref);
        self.value_missing
            .set(self.value_missing.get() || value.is_none());
        VariableValue::Bytes(value.unwrap_or_default())
    }
}

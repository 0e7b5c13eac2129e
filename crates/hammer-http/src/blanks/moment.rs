use std::cell::Cell;

use hammer_core::rand_xoshiro::Xoshiro256PlusPlus;
use hammer_core::{Failure, Hit};
use hammer_data::credential::Present;
use hammer_data::{Context, FeedErrorKind, Template, Value};

use crate::{Tape, fault};

/// A hit, as the texts of its request see it.
pub(crate) struct Moment<'h> {
    hit: &'h Hit,
    rng: Xoshiro256PlusPlus,
    /// What the slot has captured, by the order in which the captures were given.
    values: &'h [Option<Vec<u8>>],
    missing: Cell<bool>,
    /// The ordinal of the last token that was rendered.
    token: Option<u64>,
    tape: Option<&'h Tape>,
}

impl<'h> Moment<'h> {
    /// With the hit's own randomness, as far as it is not used up.
    pub(crate) fn new(
        hit: &'h Hit,
        rng: Xoshiro256PlusPlus,
        values: &'h [Option<Vec<u8>>],
    ) -> Self {
        Self {
            hit,
            rng,
            values,
            missing: Cell::new(false),
            token: None,
            tape: None,
        }
    }

    /// One that is recorded, if there is a tape.
    pub(crate) fn recorded(mut self, tape: Option<&'h Tape>) -> Self {
        self.tape = tape;
        self
    }

    /// Appends a text of this hit.
    pub(super) fn render(&mut self, text: &Template, to: &mut Vec<u8>) -> Result<(), Failure> {
        text.render(self, to).map_err(|error| match error.kind() {
            FeedErrorKind::Gone => fault::ROWS_GONE,
            FeedErrorKind::NoToken => fault::NO_TOKEN,
            _ => {
                tracing::debug!(%error, "no row");
                fault::ROW_UNREADABLE
            }
        })
    }

    /// A text of this hit, alone.
    pub(crate) fn text(&mut self, text: &Template) -> Result<String, Failure> {
        let mut bytes = vec![];
        self.render(text, &mut bytes)?;
        self.nothing_missing()?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The ordinal of the token that the texts so far had in them, in whatever form; none if they had
    /// none.
    pub(crate) fn token(&self) -> Option<u64> {
        self.token
    }

    /// # Errors
    ///
    /// If a value was asked for that the slot does not have.
    pub(super) fn nothing_missing(&self) -> Result<(), Failure> {
        if self.missing.get() {
            return Err(fault::VALUE_MISSING);
        }
        Ok(())
    }
}

impl Context for Moment<'_> {
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

    fn used_token(&mut self, token: &Present) {
        self.token = Some(token.ordinal());
        if let Some(tape) = self.tape {
            tape.hide(token.secret().clone());
        }
    }

    fn variable(&self, index: usize) -> Value<'_> {
        let value = self.values.get(index).and_then(Option::as_deref);
        self.missing.set(self.missing.get() || value.is_none());
        Value::Bytes(value.unwrap_or_default())
    }
}

//! Properties of a hit that templates can insert.

use std::time::SystemTime;

use rand_xoshiro::rand_core::Rng;

use crate::credential::CurrentToken;

/// The value of a variable that the hammer defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableValue<'a> {
    /// A number, written in decimal.
    Number(u64),
    /// Bytes, written unchanged.
    Bytes(&'a [u8]),
}

/// The properties of a hit that its templates can insert.
///
/// Use one context for all templates of a hit. They share its random number generator, so two headers
/// with `{{uuid}}` get different UUIDs. [`HitContext`] is enough unless a hammer defines its own
/// variables.
pub trait TemplateContext {
    /// The random number generator.
    type Rng: Rng;

    /// Returns the generator, whose seed depends only on the seed of the run and the number of the hit.
    fn rng(&mut self) -> &mut Self::Rng;

    /// Returns the number of the hit in the schedule, from 0.
    fn hit(&self) -> u64;

    /// Returns the number of the slot that runs the hit, from 0.
    fn slot(&self) -> u64;

    /// Returns the number of the client that sends the hit, from 0. By default, each slot is a client.
    fn client(&self) -> u64 {
        self.slot()
    }

    /// Returns the value of `{{seq}}`: by default, the number of the hit.
    fn seq(&self) -> u64 {
        self.hit()
    }

    /// Returns the value of the variable with this index, in the order of the calls of
    /// [`TemplateScope::variable`](crate::TemplateScope::variable), from 0.
    fn variable(&self, index: usize) -> VariableValue<'_> {
        let _ = index;
        VariableValue::Bytes(b"")
    }

    /// Called after `{{token}}` was rendered as `token`.
    fn on_token_used(&mut self, token: &CurrentToken) {
        let _ = token;
    }

    /// Returns the time for `{{now}}` and `{{now_ms}}`.
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// A [`TemplateContext`] without variables of its own.
///
/// ```
/// use hammer_data::{HitContext, Template, TemplateScope};
/// use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
///
/// let template = Template::compile("hit {{hit}} in slot {{slot}}", &TemplateScope::new())?;
/// // In a hammer: HitContext::new(hit.number(), hit.slot().index(), hit.rng())
/// let mut context = HitContext::new(7, 3, Xoshiro256PlusPlus::seed_from_u64(1));
/// let mut text = vec![];
/// template.render(&mut context, &mut text)?;
/// assert_eq!(text, b"hit 7 in slot 3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct HitContext<R> {
    hit: u64,
    slot: u64,
    client: u64,
    seq: u64,
    rng: R,
}

impl<R: Rng> HitContext<R> {
    /// Creates the context of the hit with this number, in this slot, with its random number generator.
    pub fn new(hit: u64, slot: usize, rng: R) -> Self {
        let slot = slot as u64;
        Self {
            hit,
            slot,
            client: slot,
            seq: hit,
            rng,
        }
    }

    /// Sets the number of the client and the sequence number of the hit for this client, both from 0.
    #[must_use]
    pub fn with_client(mut self, client: u64, seq: u64) -> Self {
        (self.client, self.seq) = (client, seq);
        self
    }
}

impl<R: Rng> TemplateContext for HitContext<R> {
    type Rng = R;

    fn rng(&mut self) -> &mut R {
        &mut self.rng
    }

    fn hit(&self) -> u64 {
        self.hit
    }

    fn slot(&self) -> u64 {
        self.slot
    }

    fn client(&self) -> u64 {
        self.client
    }

    fn seq(&self) -> u64 {
        self.seq
    }
}

use std::time::SystemTime;

use rand_xoshiro::rand_core::Rng;

use crate::credential::CurrentToken;

/// What a variable of the embedder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariableValue<'a> {
    /// A number, written in decimal.
    Number(u64),
    /// Bytes, written as they are.
    Bytes(&'a [u8]),
}

/// What a hammer knows of a hit while it renders templates for it.
///
/// One context lives as long as its hit: its randomness goes on from template to template, so that
/// two headers with `{{uuid}}` have two of them. [`HitContext`] is enough unless a hammer has variables
/// of its own.
pub trait TemplateContext {
    /// The generator that all chance comes from.
    type Rng: Rng;

    /// Randomness that depends on the seed of the run and the number of the hit alone.
    fn rng(&mut self) -> &mut Self::Rng;

    /// The number of the hit in the schedule, from 0.
    fn hit(&self) -> u64;

    /// The number of the slot that it runs in, from 0.
    fn slot(&self) -> u64;

    /// The number of the client that sends it, from 0; a slot is one unless a hammer knows better.
    fn client(&self) -> u64 {
        self.slot()
    }

    /// What `{{seq}}` stands for: the number of the hit unless a hammer counts otherwise.
    fn seq(&self) -> u64 {
        self.hit()
    }

    /// What the variable stands for that was the `index`-th to be given to
    /// [`TemplateScope::variable`](crate::TemplateScope::variable), from 0.
    fn variable(&self, index: usize) -> VariableValue<'_> {
        let _ = index;
        VariableValue::Bytes(b"")
    }

    /// `{{token}}` was rendered, and stood for this one.
    fn on_token_used(&mut self, token: &CurrentToken) {
        let _ = token;
    }

    /// What `{{now}}` and `{{now_ms}}` stand for.
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// A hit, as templates see it.
///
/// ```
/// use hammer_data::{HitContext, Template, TemplateScope};
/// use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng};
///
/// let template = Template::compile("hit {{hit}} in slot {{slot}}", &TemplateScope::new())?;
/// // In a hammer: HitContext::new(hit.number(), hit.slot().index(), hit.rng())
/// let mut moment = HitContext::new(7, 3, Xoshiro256PlusPlus::seed_from_u64(1));
/// let mut text = vec![];
/// template.render(&mut moment, &mut text)?;
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
    /// The hit of this number in this slot, with its randomness.
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

    /// Sent by this client, the `seq`-th of its own, both from 0.
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

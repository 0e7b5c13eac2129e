//! What templates are rendered for: the message of a hit, or a client that connects.

use hammer_core::rand_xoshiro::Xoshiro256PlusPlus;
use hammer_core::rand_xoshiro::rand_core::SeedableRng;
use hammer_core::{Failure, Hit, Slot};
use hammer_data::{FeedError, Template};

use crate::failures;

pub(crate) type MqttRenderContext = hammer_data::HitContext<Xoshiro256PlusPlus>;

/// The message of `hit`, the `seq`-th of its client.
pub(crate) fn for_message(hit: &Hit, client: u64, seq: u64) -> MqttRenderContext {
    for_hit(hit).with_client(client, seq)
}

/// A hit that is a connection.
pub(crate) fn for_connection(hit: &Hit, client: u64) -> MqttRenderContext {
    for_hit(hit).with_client(client, hit.number())
}

fn for_hit(hit: &Hit) -> MqttRenderContext {
    MqttRenderContext::new(hit.number(), hit.slot().index(), hit.rng())
}

/// A client, whose values are the same each time that it connects: there hit, slot and seq are its number.
pub(crate) fn for_client(client: u64, slot: &Slot) -> MqttRenderContext {
    let place = usize::try_from(client).unwrap_or(usize::MAX);
    MqttRenderContext::new(client, place, slot.rng(client))
}

/// A moment for a look at what a template may say.
pub(crate) fn sample_context() -> MqttRenderContext {
    MqttRenderContext::new(0, 0, Xoshiro256PlusPlus::seed_from_u64(1))
}

/// The text of `template` at this moment.
pub(crate) fn render_text(
    template: &Template,
    moment: &mut MqttRenderContext,
) -> Result<String, Failure> {
    let mut bytes = vec![];
    template
        .render(moment, &mut bytes)
        .map_err(no_value_failure)?;
    String::from_utf8(bytes).map_err(|_| failures::NO_VALUE)
}

/// The failure of a hit for which a feeder has nothing.
pub(crate) fn no_value_failure(error: FeedError) -> Failure {
    tracing::debug!(%error, "no value");
    failures::NO_VALUE
}

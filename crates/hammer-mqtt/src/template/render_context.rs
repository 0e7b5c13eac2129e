//! The contexts of templates: the message of a hit, or a client that connects.

use hammer_core::rand_xoshiro::Xoshiro256PlusPlus;
use hammer_core::rand_xoshiro::rand_core::SeedableRng;
use hammer_core::{Failure, Hit, Slot};
use hammer_data::{FeedError, Template};

use crate::failures;

pub(crate) type MqttRenderContext = hammer_data::HitContext<Xoshiro256PlusPlus>;

/// Returns the context of the message of `hit`, number `seq` of its client.
pub(crate) fn for_message(hit: &Hit, client: u64, seq: u64) -> MqttRenderContext {
    for_hit(hit).with_client(client, seq)
}

/// Returns the context of a hit that is a connection.
pub(crate) fn for_connection(hit: &Hit, client: u64) -> MqttRenderContext {
    for_hit(hit).with_client(client, hit.number())
}

fn for_hit(hit: &Hit) -> MqttRenderContext {
    MqttRenderContext::new(hit.number(), hit.slot().index(), hit.rng())
}

/// Returns the context of a client, which is the same for each of its connections: hit, slot and
/// seq are the number of the client.
pub(crate) fn for_client(client: u64, slot: &Slot) -> MqttRenderContext {
    let index = usize::try_from(client).unwrap_or(usize::MAX);
    MqttRenderContext::new(client, index, slot.rng(client))
}

/// Returns a context for rendering a sample of a template.
pub(crate) fn sample_context() -> MqttRenderContext {
    MqttRenderContext::new(0, 0, Xoshiro256PlusPlus::seed_from_u64(1))
}

/// Renders `template` to a string.
pub(crate) fn render_text(
    template: &Template,
    context: &mut MqttRenderContext,
) -> Result<String, Failure> {
    let mut bytes = vec![];
    template
        .render(context, &mut bytes)
        .map_err(no_value_failure)?;
    String::from_utf8(bytes).map_err(|_| failures::NO_VALUE)
}

/// Returns the failure of a hit for which a feeder has no value.
pub(crate) fn no_value_failure(error: FeedError) -> Failure {
    tracing::debug!(%error, "no value");
    failures::NO_VALUE
}

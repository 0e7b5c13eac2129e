//! Hits that are subscriptions.

use hammer_core::{Failure, Hit};

use super::{BrokerConnection, InFlightPacket};
use crate::config::MqttConfig;
use crate::connection::unsupported_setting::UnsupportedSetting;
use crate::failures;
use crate::load::hit_waiter::HitPromise;
use crate::load::message_sequence::MessageSequence;
use crate::packet::received::AckKind;
use crate::packet::subscribe;
use crate::template::render_context;

impl BrokerConnection {
    /// Appends a SUBSCRIBE, unless the broker must refuse it.
    pub(super) fn queue_subscribe(
        &mut self,
        config: &MqttConfig,
        sequence: &mut MessageSequence,
        hit: &Hit,
        mut promise: HitPromise,
    ) -> Result<(), Failure> {
        let mut context = render_context::for_message(hit, self.client, sequence.next);
        sequence.advance(hit);
        let filter = render_context::render_text(&config.filter, &mut context)?;
        if !subscribe::is_valid_filter(&filter) {
            return Err(failures::INVALID_TOPIC);
        }
        let size = subscribe::size(self.version, &filter);
        let unsupported = UnsupportedSetting::of_subscription(&self.limits, &filter, size);
        if let Some(unsupported) = unsupported {
            return Err(unsupported.failure());
        }
        promise.sent = size as u32;
        let entry = InFlightPacket {
            promise,
            awaits: AckKind::Suback,
            ended: false,
            is_measured: !hit.is_warm_up(),
            end: self.bytes_queued + size as u64,
            last_packet: None,
        };
        let id = self
            .in_flight
            .allocate(entry)
            .ok_or(failures::WINDOW_FULL)?;
        let packet = subscribe::encode(self.version, id, &filter, config.message.qos);
        self.append(&packet.unwrap_or_default());
        Ok(())
    }
}

//! The settings of the load that hold on one connection.

use crate::client::ClientRole;
use crate::config::{MqttCompletionEvent, MqttConfig};
use crate::connection::broker_connection::MqttAction;
use crate::connection::unsupported_setting::UnsupportedSetting;
use crate::packet::connack::BrokerLimits;
use crate::packet::{Qos, subscribe};

/// The settings of the load that hold on one connection, within the limits of the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ConnectionTerms {
    pub(crate) qos: Qos,
    pub(crate) retain: bool,
    pub(crate) use_topic_alias: bool,
    /// True to send messages in flight again when the session resumes.
    pub(crate) resend: bool,
    /// True if a message is done when the socket takes its bytes.
    pub(crate) complete_when_sent: bool,
}

impl ConnectionTerms {
    /// Compares the load with the limits of the broker. Returns the terms without the settings that
    /// the broker does not support, and these settings.
    pub(crate) fn within(
        limits: &BrokerLimits,
        config: &MqttConfig,
        role: ClientRole,
    ) -> (Self, Vec<UnsupportedSetting>) {
        let mut terms = Self::unlimited(config);
        let mut unsupported = vec![];
        match (role, &config.delivery) {
            (ClientRole::Subscriber(_), Some(delivery)) => {
                unsupported.extend(subscription(limits, config, &delivery.filter));
            }
            _ if config.action == MqttAction::Publish => {
                terms.limit(limits, config, &mut unsupported)
            }
            // A filter with variables is checked when it is sent.
            _ if config.action == MqttAction::Subscribe => {
                let filter = config.filter.literal();
                let filter = filter.and_then(|bytes| std::str::from_utf8(bytes).ok());
                unsupported.extend(filter.and_then(|text| subscription(limits, config, text)));
            }
            _ => {}
        }
        (terms, unsupported)
    }

    /// The terms of a broker without limits.
    fn unlimited(config: &MqttConfig) -> Self {
        Self {
            qos: config.message.qos,
            retain: config.message.retain,
            use_topic_alias: config.use_topic_alias,
            resend: config.resend,
            complete_when_sent: config.completion == MqttCompletionEvent::Sent,
        }
    }

    /// Removes what the broker does not allow for messages, and adds it to `unsupported`.
    fn limit(
        &mut self,
        limits: &BrokerLimits,
        config: &MqttConfig,
        unsupported: &mut Vec<UnsupportedSetting>,
    ) {
        if self.qos > limits.maximum_qos {
            let allowed = limits.maximum_qos;
            let found = self.qos;
            unsupported.push(UnsupportedSetting::Qos { allowed, found });
            self.qos = allowed;
        }
        if self.retain && !limits.retain_available {
            unsupported.push(UnsupportedSetting::Retain);
            self.retain = false;
        }
        if self.use_topic_alias && limits.topic_alias_maximum == 0 {
            unsupported.push(UnsupportedSetting::TopicAlias);
            self.use_topic_alias = false;
        }
        if self.resend && limits.session_expiry == Some(0) {
            unsupported.push(UnsupportedSetting::Resend);
            self.resend = false;
        }
        let header = match config.delivery {
            Some(_) => crate::load::delivery::DELIVERY_HEADER_BYTES,
            None => 0,
        };
        let smallest = config.message.min_packet_size(self.qos, header);
        unsupported.extend(UnsupportedSetting::of_packet_size(limits, smallest));
        // Nothing acknowledges a message at QoS 0.
        self.complete_when_sent |=
            config.completion == MqttCompletionEvent::Ack && self.qos == Qos::AtMostOnce;
    }
}

/// Returns the reason that the broker must refuse a subscription to `filter`, if it must.
fn subscription(
    limits: &BrokerLimits,
    config: &MqttConfig,
    filter: &str,
) -> Option<UnsupportedSetting> {
    let size = subscribe::size(config.identity.connect.version, filter);
    UnsupportedSetting::of_subscription(limits, filter, size)
}

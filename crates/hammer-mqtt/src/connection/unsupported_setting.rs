//! Settings of the load that the broker's CONNACK rules out.

use std::fmt;

use hammer_core::Failure;

use crate::packet::Qos;
use crate::packet::connack::BrokerLimits;

/// A setting of the load that the broker's CONNACK rules out (MQTT 5.0, section 3.2.2.3).
///
/// The display is a phrase that names the setting in backquotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UnsupportedSetting {
    Qos { allowed: Qos, found: Qos },
    Retain,
    TopicAlias,
    Resend,
    PacketSize { allowed: usize, found: usize },
    Wildcard { filter: String },
    SharedSubscription { filter: String },
}

impl UnsupportedSetting {
    /// Returns the first reason that the broker must refuse a subscription to `filter`, whose packet
    /// has `size` bytes.
    pub(crate) fn of_subscription(
        limits: &BrokerLimits,
        filter: &str,
        size: usize,
    ) -> Option<Self> {
        let owned = || filter.to_owned();
        if !limits.shared_subscriptions && filter.starts_with("$share/") {
            return Some(Self::SharedSubscription { filter: owned() });
        }
        if !limits.wildcard_subscriptions && filter.contains(['+', '#']) {
            return Some(Self::Wildcard { filter: owned() });
        }
        Self::of_packet_size(limits, size)
    }

    /// Returns the reason that the broker must refuse a packet of `size` bytes, if it must.
    pub(crate) fn of_packet_size(limits: &BrokerLimits, size: usize) -> Option<Self> {
        let allowed = limits.max_packet_size;
        let found = size;
        (found > allowed).then_some(Self::PacketSize { allowed, found })
    }

    /// Returns the value of the fact about a connection that does without the setting, or `None` if
    /// the load has no meaning without it.
    pub(crate) fn downgrade(&self) -> Option<&'static str> {
        match self {
            Self::Qos { allowed, .. } => Some(match allowed {
                Qos::AtMostOnce => "qos_0",
                _ => "qos_1",
            }),
            Self::Retain => Some("no_retain"),
            Self::TopicAlias => Some("no_topic_alias"),
            Self::Resend => Some("no_resend"),
            Self::PacketSize { .. } | Self::Wildcard { .. } | Self::SharedSubscription { .. } => {
                None
            }
        }
    }

    /// Returns the failure of a client, or of a hit, whose packets the broker must refuse.
    pub(crate) fn failure(&self) -> Failure {
        match self {
            Self::Qos { .. } => Failure::new("qos_not_supported")
                .with_advice("the broker's CONNACK allows only a lower `qos`; nothing was sent"),
            Self::Retain => Failure::new("retain_not_supported")
                .with_advice("the broker's CONNACK does not allow `retain`; nothing was sent"),
            Self::TopicAlias => Failure::new("topic_alias_not_supported")
                .with_advice("the broker's CONNACK does not allow `topic_alias`; nothing was sent"),
            Self::Resend => Failure::new("session_not_kept").with_advice(
                "the broker's CONNACK ends sessions with their connection, so that `resend` has no \
                 effect; nothing was sent",
            ),
            Self::PacketSize { .. } => crate::failures::PACKET_TOO_LARGE,
            Self::Wildcard { .. } => Failure::new("wildcard_subscriptions_not_supported")
                .with_advice("the broker's CONNACK does not allow + and # in a `filter`"),
            Self::SharedSubscription { .. } => Failure::new("shared_subscriptions_not_supported")
                .with_advice("the broker's CONNACK does not allow a `share_group`"),
        }
    }
}

impl fmt::Display for UnsupportedSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Qos { allowed, found } => write!(
                f,
                "expected at most `qos` {}, found {}",
                allowed.bits(),
                found.bits()
            ),
            Self::Retain => f.write_str("expected messages without `retain`"),
            Self::TopicAlias => f.write_str("expected messages without `topic_alias`"),
            Self::Resend => f.write_str(
                "expected no `resend`, since the broker ends each session with its connection",
            ),
            Self::PacketSize { allowed, found } => write!(
                f,
                "expected packets of at most {allowed} bytes, found at least {found}"
            ),
            Self::Wildcard { filter } => {
                write!(f, "expected a `filter` without + and #, found {filter:?}")
            }
            Self::SharedSubscription { filter } => {
                write!(f, "expected no shared subscription, found {filter:?}")
            }
        }
    }
}

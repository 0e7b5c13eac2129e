//! The SUBSCRIBE packet.

use bytes::BytesMut;
use rumqttc::mqttbytes::v4;
use rumqttc::v5::mqttbytes::v5;

use super::{MqttVersion, Qos, varint_len};

/// Encodes a SUBSCRIBE to `filter`.
pub(crate) fn encode(version: MqttVersion, id: u16, filter: &str, qos: Qos) -> Option<Vec<u8>> {
    let mut bytes = BytesMut::new();
    let written = match version {
        MqttVersion::V3 => {
            let mut subscribe = v4::Subscribe::new(filter, qos.v4());
            subscribe.pkid = id;
            subscribe.write(&mut bytes).is_ok()
        }
        MqttVersion::V5 => {
            let mut subscribe = v5::Subscribe::new(v5::Filter::new(filter, qos.v5()), None);
            subscribe.pkid = id;
            subscribe.write(&mut bytes).is_ok()
        }
    };
    written.then(|| bytes.to_vec())
}

/// Returns the size of a SUBSCRIBE to `filter`, in bytes.
pub(crate) fn size(version: MqttVersion, filter: &str) -> usize {
    // The id, the length of the properties in version 5, the filter after its length, and the QoS.
    let properties = usize::from(version == MqttVersion::V5);
    let remaining = 2 + properties + 2 + filter.len() + 1;
    1 + varint_len(remaining) + remaining
}

/// Returns true if a text is a valid topic filter (MQTT 5.0, section 4.7.1).
pub(crate) fn is_valid_filter(text: &str) -> bool {
    text.len() <= super::MAX_STRING_BYTES && !text.contains('\0') && rumqttc::valid_filter(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rumqttc_decodes_a_subscribe() {
        let three = encode(MqttVersion::V3, 7, "a/+", Qos::AtLeastOnce).expect("it fits");
        let read = v4::Packet::read(&mut BytesMut::from(&three[..]), 1_000).expect("valid MQTT");
        let v4::Packet::Subscribe(read) = read else {
            panic!("{read:?}")
        };
        assert_eq!((read.pkid, &*read.filters[0].path), (7, "a/+"));
        let five = encode(MqttVersion::V5, 8, "$share/g/#", Qos::ExactlyOnce).expect("it fits");
        let read = v5::Packet::read(&mut BytesMut::from(&five[..]), None).expect("valid MQTT");
        let v5::Packet::Subscribe(read) = read else {
            panic!("{read:?}")
        };
        assert_eq!((read.pkid, &*read.filters[0].path), (8, "$share/g/#"));
        let sizes = [
            size(MqttVersion::V3, "a/+"),
            size(MqttVersion::V5, "$share/g/#"),
        ];
        assert_eq!(sizes, [three.len(), five.len()]);
    }

    #[test]
    fn valid_and_invalid_filters() {
        for (text, valid) in [
            ("a", true),
            ("a/+/b", true),
            ("#", true),
            ("$share/g/a/#", true),
            ("", false),
            ("a/#/b", false),
            ("a+/b", false),
            ("a\0", false),
        ] {
            assert_eq!(is_valid_filter(text), valid, "{text:?}");
        }
    }
}

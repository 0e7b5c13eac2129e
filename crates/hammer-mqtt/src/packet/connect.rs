//! The CONNECT packet.

use bytes::{Bytes, BytesMut};
use hammer_net::SecretString;
use rumqttc::mqttbytes::v4;
use rumqttc::v5::mqttbytes::v5;

use super::{MqttVersion, Qos};

/// The fields of a CONNECT packet except the client id.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConnectPacket {
    pub(crate) version: MqttVersion,
    pub(crate) clean_start: bool,
    pub(crate) keep_alive: u16,
    /// The session expiry in seconds, in version 5.
    pub(crate) session_expiry: Option<u32>,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<SecretString>,
    pub(crate) will: Option<WillMessage>,
    /// The largest packet that the client accepts, in bytes, which version 5 sends to the broker.
    pub(crate) max_packet_size: u32,
}

/// The message that the broker publishes when the client is lost.
#[derive(Debug, Clone)]
pub(crate) struct WillMessage {
    pub(crate) topic: String,
    pub(crate) payload: Vec<u8>,
    pub(crate) qos: Qos,
    pub(crate) retain: bool,
}

impl ConnectPacket {
    /// Encodes the packet for a client id. `resuming` overrides a clean start. Returns `None` if a
    /// string is too long for MQTT.
    pub(crate) fn encode(&self, id: &str, resuming: bool) -> Option<Vec<u8>> {
        let mut bytes = BytesMut::new();
        let clean = self.clean_start && !resuming;
        let written = match self.version {
            MqttVersion::V3 => self.to_v3(id, clean).write(&mut bytes).is_ok(),
            MqttVersion::V5 => {
                let (connect, will, login) = self.to_v5(id, clean);
                connect.write(&will, &login, &mut bytes).is_ok()
            }
        };
        written.then(|| bytes.to_vec())
    }

    fn to_v3(&self, id: &str, clean: bool) -> v4::Connect {
        let mut connect = v4::Connect::new(id);
        connect.clean_session = clean;
        connect.keep_alive = self.keep_alive;
        connect.last_will = self.will.as_ref().map(|will| v4::LastWill {
            topic: will.topic.clone(),
            message: Bytes::from(will.payload.clone()),
            qos: will.qos.v4(),
            retain: will.retain,
        });
        connect.login = self
            .login()
            .map(|(user, password)| v4::Login::new(user, password));
        connect
    }

    fn to_v5(
        &self,
        id: &str,
        clean: bool,
    ) -> (v5::Connect, Option<v5::LastWill>, Option<v5::Login>) {
        let properties = v5::ConnectProperties {
            session_expiry_interval: self.session_expiry,
            receive_maximum: None,
            max_packet_size: Some(self.max_packet_size),
            topic_alias_max: None,
            request_response_info: None,
            request_problem_info: None,
            user_properties: vec![],
            authentication_method: None,
            authentication_data: None,
        };
        let connect = v5::Connect {
            keep_alive: self.keep_alive,
            client_id: id.to_owned(),
            clean_start: clean,
            properties: Some(properties),
        };
        let will = self.will.as_ref().map(|will| v5::LastWill {
            topic: Bytes::from(will.topic.clone()),
            message: Bytes::from(will.payload.clone()),
            qos: will.qos.v5(),
            retain: will.retain,
            properties: None,
        });
        let login = self
            .login()
            .map(|(user, password)| v5::Login::new(user, password));
        (connect, will, login)
    }

    fn login(&self) -> Option<(String, String)> {
        let password = self
            .password
            .as_ref()
            .map(|SecretString(text)| text.clone());
        let user = self.user.clone();
        (user.is_some() || password.is_some())
            .then(|| (user.unwrap_or_default(), password.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_fields_round_trip() {
        let packet = ConnectPacket {
            version: MqttVersion::V3,
            clean_start: true,
            keep_alive: 30,
            session_expiry: Some(60),
            user: Some("u".into()),
            password: Some(SecretString("p".into())),
            will: Some(WillMessage {
                topic: "w".into(),
                payload: b"gone".to_vec(),
                qos: Qos::AtLeastOnce,
                retain: true,
            }),
            max_packet_size: 2_000_000,
        };
        let mut three = BytesMut::from(&packet.encode("c1", false).expect("it fits")[..]);
        let read = v4::Packet::read(&mut three, 1_000).expect("valid MQTT");
        let v4::Packet::Connect(read) = read else {
            panic!("{read:?}")
        };
        assert_eq!(
            (&*read.client_id, read.keep_alive, read.clean_session),
            ("c1", 30, true)
        );
        let will = read.last_will.expect("set");
        assert_eq!(
            (&*will.topic, &will.message[..], will.retain),
            ("w", &b"gone"[..], true)
        );
        let login = read.login.expect("set");
        assert_eq!((&*login.username, &*login.password), ("u", "p"));

        let packet = ConnectPacket {
            version: MqttVersion::V5,
            ..packet
        };
        let mut five = BytesMut::from(&packet.encode("c2", true).expect("it fits")[..]);
        let read = v5::Packet::read(&mut five, None).expect("valid MQTT");
        let v5::Packet::Connect(read, Some(will), Some(login)) = read else {
            panic!("{read:?}")
        };
        assert_eq!(
            (&*read.client_id, read.keep_alive, read.clean_start),
            ("c2", 30, false)
        );
        let found = read.properties.expect("set");
        assert_eq!(found.session_expiry_interval, Some(60));
        assert_eq!(found.max_packet_size, Some(2_000_000));
        assert_eq!((&will.topic[..], &*login.username), (&b"w"[..], "u"));
    }
}

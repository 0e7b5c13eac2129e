//! Packets that the standard forbids are failures by name.

use hammer_core::{Rate, Run, Schedule, StopHandle};
use hammer_mqtt::{Mqtt, MqttMode, MqttVersion, Qos};

use crate::scripted_broker::ScriptedBroker;
use crate::{execute, ms, refusal, run, until_stopped};

#[test]
fn a_connack_with_a_forbidden_property_is_a_protocol_error() {
    for (properties, section) in [
        // Receive maximum 0, maximum packet size 0, maximum QoS 2, and a property twice.
        (&[0x21, 0, 0][..], "3.2.2.3.3"),
        (&[0x27, 0, 0, 0, 0], "3.2.2.3.6"),
        (&[0x24, 2], "3.2.2.3.4"),
        (&[0x25, 2], "3.2.2.3.5"),
        (&[0x28, 2], "3.2.2.3.11"),
        (&[0x16, 0, 0], "3.2.2.3.18"),
        (&[0x21, 0, 9, 0x21, 0, 9], "2.2.2.2"),
    ] {
        let broker = ScriptedBroker::with_script(move |peer| {
            peer.accept_with(properties);
            peer.respond_until_closed();
        });
        let mqtt = || {
            Mqtt::builder(&broker.url())
                .version(MqttVersion::V5)
                .qos(Qos::AtLeastOnce)
        };
        let reason = refusal(mqtt().build().expect("well formed"));
        let named = reason.contains("broker_protocol_error") && reason.contains(section);
        assert!(named, "{properties:x?}: {reason}");
        assert_eq!(broker.published().len(), 0);
        let connect_load = mqtt().mode(MqttMode::Connect).build();
        let report = run(connect_load.expect("well formed"), 3);
        assert_eq!(report.failures["broker_protocol_error"], 3);
    }
}

#[test]
fn a_session_that_the_client_did_not_ask_for_is_a_protocol_error() {
    for version in [MqttVersion::V3, MqttVersion::V5] {
        let broker = ScriptedBroker::with_script(|peer| {
            peer.accept_session(true, &[]);
            peer.respond_until_closed();
        });
        let mqtt = Mqtt::builder(&broker.url()).version(version);
        let reason = refusal(mqtt.build().expect("well formed"));
        assert!(reason.contains("broker_protocol_error"), "{reason}");
    }
}

#[test]
fn a_forbidden_message_ends_its_connection() {
    for (packet, failure) in [
        // QoS 3; the packet id 0; the topic alias 0; no topic.
        (&b"\x36\x06\0\x01a\0\x01\0"[..], "malformed_packet"),
        (b"\x32\x06\0\x01a\0\0\0", "broker_protocol_error"),
        (b"\x30\x07\0\x01a\x03\x23\0\0", "broker_protocol_error"),
        (b"\x30\x03\0\0\0", "broker_protocol_error"),
    ] {
        let stop = StopHandle::new();
        let stopper = stop.clone();
        let broker = ScriptedBroker::answering(move |peer, received| {
            if received.is_publish() && peer.number == 0 {
                peer.send(packet);
                peer.ignore();
                stopper.drain();
                return false;
            }
            peer.respond(&received)
        });
        let mqtt = Mqtt::builder(&broker.url())
            .version(MqttVersion::V5)
            .qos(Qos::AtLeastOnce);
        let run = Run::new(mqtt.build().expect("well formed"), until_stopped(100));
        let report = execute(run.threads(1).stop(stop).drain(ms(5_000)));
        assert_eq!(report.facts["lost_by"][failure], 1, "{packet:x?}");
    }
}

#[test]
fn reserved_flags_of_an_acknowledgment_are_malformed() {
    let broker = ScriptedBroker::answering(|peer, received| {
        if received.is_publish() && peer.number == 0 {
            return peer.acknowledge(0x41, received.id());
        }
        peer.respond(&received)
    });
    let mqtt = Mqtt::builder(&broker.url()).qos(Qos::AtLeastOnce);
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(1);
    let run = Run::new(mqtt.build().expect("well formed"), schedule).threads(1);
    assert_eq!(execute(run).failures["malformed_packet"], 1);
}

//! Brokers that speak only one version of MQTT.

use hammer_mqtt::{ConfigureNetwork, Mqtt, MqttBuilder, MqttMode, MqttVersion};

use crate::scripted_broker::{BrokerPeer, ScriptGate, ScriptedBroker};
use crate::{ms, refusal, run};

const VERSIONS: [(MqttVersion, &str); 2] = [
    (MqttVersion::V5, "`version(V3)`"),
    (MqttVersion::V3, "`version(V5)`"),
];

/// Checks that the failure of a client names the other version.
fn assert_named(builder: impl Fn() -> MqttBuilder, failure: &str, other: &str) {
    let reason = refusal(builder().build().expect("well formed"));
    let names_both = reason.contains(failure) && reason.contains(other);
    assert!(names_both, "expected {failure} and {other}: {reason}");
    let connect_load = builder().mode(MqttMode::Connect).build();
    let report = run(connect_load.expect("well formed"), 3);
    let by_label = report.labels.get(failure).copied().unwrap_or(0);
    let by_failure = report.failures.get(failure).copied().unwrap_or(0);
    assert_eq!(by_label + by_failure, 3, "{:?}", report.failures);
}

fn assert_answer_is_named(
    answer: impl Fn(&mut BrokerPeer, u8) + Clone + Send + Sync + 'static,
    failure: &str,
) {
    for (version, other) in VERSIONS {
        let answer = answer.clone();
        let broker = ScriptedBroker::with_script(move |peer| {
            let connect = peer.read_packet().expect("a CONNECT");
            answer(peer, connect.body[6]);
        });
        let builder = || {
            Mqtt::builder(&broker.url())
                .version(version)
                .connect_timeout(ms(200))
        };
        assert_named(builder, failure, other);
    }
}

#[test]
fn a_broker_that_closes_after_connect_may_need_the_other_version() {
    assert_answer_is_named(|_, _| (), "closed_before_connack");
}

#[test]
fn a_broker_that_refuses_the_version_needs_the_other() {
    // In the format of 3.1.1 and of 5.0.
    let answers = [&[0x20, 2, 0, 1][..], &[0x20, 3, 0, 0x84, 0]];
    for bytes in answers {
        let answer = move |peer: &mut BrokerPeer, _| {
            peer.send(bytes);
            peer.hang_up();
        };
        assert_answer_is_named(answer, "unsupported_protocol_version");
    }
}

#[test]
fn a_broker_that_answers_in_the_other_version_needs_it() {
    let answer = |peer: &mut BrokerPeer, level: u8| {
        match level {
            5 => peer.send(&[0x20, 2, 0, 0]),
            _ => peer.send(&[0x20, 3, 0, 0, 0]),
        };
        peer.ignore();
    };
    assert_answer_is_named(answer, "unsupported_protocol_version");
}

#[test]
fn a_broker_that_never_answers_a_connect_of_version_5_may_need_the_other() {
    let broker = ScriptedBroker::with_script(|peer| peer.ignore());
    let builder = || {
        Mqtt::builder(&broker.url())
            .version(MqttVersion::V5)
            .connect_timeout(ms(100))
    };
    assert_named(builder, "connack_timeout", "`version(V3)`");
}

#[test]
fn a_broker_that_accepted_a_client_does_not_need_the_other_version() {
    for (version, _) in VERSIONS {
        let accepted = ScriptGate::default();
        let broker = ScriptedBroker::with_script(move |peer| {
            if peer.number == 0 {
                peer.accept();
                accepted.open();
                return peer.respond_until_closed();
            }
            peer.read_packet();
            accepted.wait();
        });
        let mqtt = Mqtt::builder(&broker.url())
            .version(version)
            .clients(4)
            .connect_rate(50.0);
        let reason = refusal(mqtt.build().expect("well formed"));
        assert!(reason.contains("may limit its connections"), "{reason}");
        assert!(!reason.contains("`version"), "{reason}");
    }
}

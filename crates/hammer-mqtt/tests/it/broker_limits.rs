//! Limits of the broker in CONNACK: nothing that the broker must refuse is sent.

use std::sync::atomic::{AtomicU64, Ordering};

use hammer_core::{Rate, Run, Schedule};
use hammer_mqtt::{
    Mqtt, MqttBuilder, MqttCompletionEvent, MqttMode, MqttPayload, MqttVersion, Qos,
};

use crate::mosquitto_server::MosquittoServer;
use crate::scripted_broker::ScriptedBroker;
use crate::{execute, ms, refusal, run};

/// Starts a broker with properties in its CONNACK.
fn broker_with(properties: &'static [u8]) -> ScriptedBroker {
    ScriptedBroker::with_script(move |peer| {
        peer.accept_with(properties);
        peer.respond_until_closed();
    })
}

fn version_5(url: &str) -> MqttBuilder {
    Mqtt::builder(url).version(MqttVersion::V5)
}

type Configure = fn(MqttBuilder) -> MqttBuilder;

const MAX_QOS_1: &[u8] = &[0x24, 1];
const MAX_QOS_0: &[u8] = &[0x24, 0];
const NO_RETAIN: &[u8] = &[0x25, 0];
const NO_WILDCARDS: &[u8] = &[0x28, 0];
const NO_SHARING: &[u8] = &[0x2a, 0];
const MAX_PACKET_30: &[u8] = &[0x27, 0, 0, 0, 30];
const NO_SESSION: &[u8] = &[0x11, 0, 0, 0, 0];

#[test]
fn a_load_that_the_broker_must_refuse_does_not_start() {
    let delivery: Configure = |mqtt| mqtt.completion(MqttCompletionEvent::Delivery);
    let resending: Configure = |mqtt| mqtt.qos(Qos::AtLeastOnce).session_expiry(60).resend(true);
    let subscribing: Configure = |mqtt| mqtt.mode(MqttMode::Subscribe);
    let table: [(&[u8], Configure, &str); 12] = [
        (
            MAX_QOS_1,
            |mqtt| mqtt.qos(Qos::ExactlyOnce),
            "at most `qos` 1, found 2",
        ),
        (
            MAX_QOS_0,
            |mqtt| mqtt.qos(Qos::AtLeastOnce),
            "at most `qos` 0, found 1",
        ),
        (NO_RETAIN, |mqtt| mqtt.retain(true), "without `retain`"),
        (&[], |mqtt| mqtt.topic_alias(true), "without `topic_alias`"),
        (NO_SESSION, resending, "no `resend`"),
        (
            MAX_PACKET_30,
            |mqtt| mqtt.payload(MqttPayload::Size(100)),
            "at most 30 bytes, found at least 112",
        ),
        (NO_WILDCARDS, delivery, "without + and #"),
        (
            NO_WILDCARDS,
            |mqtt| mqtt.mode(MqttMode::Subscribe).filter("a/#"),
            "without + and #",
        ),
        (
            NO_SHARING,
            |mqtt| {
                mqtt.completion(MqttCompletionEvent::Delivery)
                    .share_group("g")
            },
            "no shared subscription",
        ),
        (
            NO_SHARING,
            |mqtt| mqtt.mode(MqttMode::Subscribe).filter("$share/g/a"),
            "no shared subscription",
        ),
        (
            MAX_PACKET_30,
            |mqtt| {
                mqtt.mode(MqttMode::Subscribe)
                    .filter("a/topic/of/30/bytes/at/least/00")
            },
            "at most 30 bytes",
        ),
        (
            MAX_PACKET_30,
            |mqtt| {
                mqtt.completion(MqttCompletionEvent::Delivery)
                    .topic("a/topic/of/30/bytes/at/least/00")
            },
            "at most 30 bytes",
        ),
    ];
    for (properties, configure, reason) in table {
        let broker = broker_with(properties);
        let mqtt = configure(version_5(&broker.url()).clients(20));
        let found = refusal(mqtt.build().expect("well formed"));
        assert!(found.contains(reason), "expected {reason}: {found}");
        let sent: Vec<u8> = broker
            .packets()
            .iter()
            .map(|packet| packet.kind())
            .collect();
        let refused = sent.iter().any(|kind| matches!(kind, 3 | 8));
        assert!(!refused, "{reason}: {sent:?}");
        assert!(broker.connections() <= 21, "no client tries again");
        // The broker allows subscriptions at any QoS, and other kinds of hits.
        let mqtt = version_5(&broker.url()).qos(Qos::ExactlyOnce).retain(true);
        let report = run(mqtt.mode(MqttMode::Ping).build().expect("well formed"), 3);
        assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
    }
    let broker = broker_with(MAX_QOS_0);
    let mqtt = subscribing(version_5(&broker.url()).qos(Qos::ExactlyOnce));
    let report = run(mqtt.build().expect("well formed"), 3);
    assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
}

#[test]
fn all_limits_are_reported_at_once() {
    let broker = broker_with(&[0x24, 1, 0x25, 0]);
    let mqtt = version_5(&broker.url()).qos(Qos::ExactlyOnce).retain(true);
    let reason = refusal(mqtt.build().expect("well formed"));
    for part in ["`qos` 1", "`retain`", "try `downgrade`"] {
        assert!(reason.contains(part), "expected {part}: {reason}");
    }
}

#[test]
fn a_downgraded_load_sends_what_the_broker_allows() {
    for (properties, qos, label, fact) in [
        (MAX_QOS_1, Qos::ExactlyOnce, "puback", "qos_1"),
        (MAX_QOS_0, Qos::ExactlyOnce, "sent", "qos_0"),
        (NO_RETAIN, Qos::AtLeastOnce, "puback", "no_retain"),
        (&[], Qos::AtLeastOnce, "puback", "no_topic_alias"),
    ] {
        let broker = broker_with(properties);
        let mqtt = version_5(&broker.url())
            .qos(qos)
            .retain(true)
            .topic_alias(true)
            .downgrade(true)
            .clients(2);
        let report = run(mqtt.build().expect("well formed"), 10);
        assert_eq!(report.labels[label], 10, "{:?}", report.failures);
        assert_eq!(report.facts["downgraded"][fact], 2, "{:?}", report.facts);
        let published = broker.published();
        assert_eq!(published.len(), 10);
        let flags = |first_byte: u8| (first_byte >> 1 & 3, first_byte & 1);
        let allowed = match (label, fact) {
            ("sent", _) => (0, 1),
            (_, "no_retain") => (1, 0),
            _ => (1, 1),
        };
        let mut found = published.iter().map(|packet| flags(packet.first_byte));
        assert!(found.all(|found| found == allowed), "{published:?}");
        if label == "sent" {
            assert_eq!(
                report.phases_us["fence"].count, 1,
                "the fence confirms them"
            );
        }
    }
}

#[test]
fn a_downgrade_does_not_help_where_the_load_would_lose_its_meaning() {
    for (properties, mqtt) in [
        (MAX_PACKET_30, MqttPayload::Size(100)),
        (NO_WILDCARDS, MqttPayload::Size(40)),
    ] {
        let broker = broker_with(properties);
        let mqtt = version_5(&broker.url())
            .payload(mqtt)
            .completion(MqttCompletionEvent::Delivery)
            .downgrade(true);
        let reason = refusal(mqtt.build().expect("well formed"));
        assert!(!reason.contains("downgrade"), "{reason}");
    }
}

#[test]
fn hits_that_exceed_a_limit_by_their_values_are_not_sent() {
    for (properties, filter, failure) in [
        (
            NO_WILDCARDS,
            "a/{{pick + +}}",
            "wildcard_subscriptions_not_supported",
        ),
        (
            NO_SHARING,
            "$share/{{pick g g}}/a",
            "shared_subscriptions_not_supported",
        ),
        (MAX_PACKET_30, "a/{{text 40}}", "packet_too_large"),
    ] {
        let broker = broker_with(properties);
        let mqtt = version_5(&broker.url())
            .mode(MqttMode::Subscribe)
            .filter(filter);
        let report = run(mqtt.build().expect("well formed"), 3);
        assert_eq!(report.failures[failure], 3, "{:?}", report.failures);
        assert!(broker.packets().iter().all(|packet| packet.kind() != 8));
    }
}

#[test]
fn a_client_whose_broker_lowers_its_limits_sends_nothing_more() {
    // The limit holds from the second connection on.
    let broker = ScriptedBroker::with_script(|peer| {
        if peer.number > 0 {
            peer.accept_with(MAX_QOS_1);
            return peer.respond_until_closed();
        }
        peer.accept();
        let Some(packet) = peer.read_packet() else {
            return;
        };
        peer.respond(&packet);
    });
    let mqtt = version_5(&broker.url()).qos(Qos::ExactlyOnce);
    let schedule = Schedule::constant(Rate::per_second(50)).with_duration(ms(600));
    let run = Run::new(mqtt.build().expect("well formed"), schedule).threads(1);
    let report = execute(run.timeout(ms(5_000)));
    assert!(report.facts["not_opened"]["qos_not_supported"] >= 1);
    let later = broker.published();
    assert!(
        later.iter().all(|packet| packet.connection == 0),
        "{later:?}"
    );
}

#[test]
fn the_client_id_that_the_broker_assigned_is_used_again() {
    let assigned = AtomicU64::new(0);
    let broker = ScriptedBroker::with_script(move |peer| {
        let number = assigned.fetch_add(1, Ordering::SeqCst);
        let id = [0x12, 0, 2, b'a', b'0' + number as u8];
        peer.accept_with(&id[..]);
        while let Some(packet) = peer.read_packet() {
            if peer.number < 2 || !peer.respond(&packet) {
                return;
            }
        }
    });
    let mqtt = version_5(&broker.url())
        .qos(Qos::AtLeastOnce)
        .client_id("")
        .clients(2);
    let schedule = Schedule::constant(Rate::per_second(50)).with_duration(ms(1_000));
    let run = Run::new(mqtt.build().expect("well formed"), schedule).threads(1);
    execute(run.timeout(ms(5_000)));
    let connects = broker.packets();
    let connects = connects.iter().filter(|packet| packet.kind() == 1);
    // The id comes after 10 bytes and the properties, which begin with their length.
    let id = |body: &[u8]| {
        let at = 11 + usize::from(body[10]);
        body[at + 2..].to_vec()
    };
    let mut ids: Vec<_> = connects.map(|packet| id(&packet.body)).take(4).collect();
    ids.sort();
    assert_eq!(ids, [&b""[..], b"", b"a0", b"a1"]);
}

#[test]
fn limits_of_mosquitto_are_honored() {
    for (config, configure, reason) in [
        (
            "max_qos 1",
            (|mqtt| mqtt.qos(Qos::ExactlyOnce)) as Configure,
            "at most `qos` 1, found 2",
        ),
        (
            "retain_available false",
            |mqtt| mqtt.retain(true),
            "without `retain`",
        ),
        (
            "max_topic_alias 0",
            |mqtt| mqtt.topic_alias(true),
            "without `topic_alias`",
        ),
    ] {
        let config = format!("allow_anonymous true\n{config}");
        let Some(broker) = MosquittoServer::start(&config) else {
            return;
        };
        let mqtt = || configure(version_5(&broker.url()).clients(5).qos(Qos::AtLeastOnce));
        let found = refusal(mqtt().build().expect("well formed"));
        assert!(found.contains(reason), "expected {reason}: {found}");
        let report = run(mqtt().downgrade(true).build().expect("well formed"), 50);
        assert_eq!(report.hits.ok, 50, "{:?}", report.failures);
        assert_eq!(report.counts["connections_lost"], 0);
    }
}

#[test]
fn a_will_that_mosquitto_must_refuse_is_named() {
    for (config, retain, setting) in [
        ("max_qos 0", false, "`will_qos`"),
        ("retain_available false", true, "`will_retain`"),
    ] {
        let config = format!("allow_anonymous true\n{config}");
        let Some(broker) = MosquittoServer::start(&config) else {
            return;
        };
        let mqtt = version_5(&broker.url()).will("w", "gone", Qos::AtLeastOnce, retain);
        let found = refusal(mqtt.build().expect("well formed"));
        assert!(found.contains(setting), "expected {setting}: {found}");
    }
}

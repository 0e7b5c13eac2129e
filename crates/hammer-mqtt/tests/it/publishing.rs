//! Messages, pings, subscriptions and connections as hits.

use std::collections::BTreeSet;

use hammer_core::testing::check_conformance;
use hammer_core::{Rate, Run, RunEvent, Schedule};
use hammer_mqtt::{Mqtt, MqttMode, MqttPayload, MqttVersion, Qos};

use crate::scripted_broker::{BrokerPeer, ScriptedBroker};
use crate::{execute, execute_with_events, ms, run};

#[test]
fn mqtt_conforms_to_the_hammer_contract() {
    let broker = ScriptedBroker::answering(|peer, packet| peer.respond(&packet));
    let mqtt = Mqtt::builder(&broker.url())
        .qos(Qos::AtLeastOnce)
        .build()
        .expect("well formed");
    check_conformance(mqtt).expect("conforming");
}

#[test]
fn a_hit_ends_with_the_last_acknowledgment_of_its_qos() {
    for (version, qos, label, phase) in [
        (MqttVersion::V3, Qos::AtMostOnce, "sent", None),
        (MqttVersion::V3, Qos::AtLeastOnce, "puback", None),
        (MqttVersion::V3, Qos::ExactlyOnce, "pubcomp", Some("pubrec")),
        (MqttVersion::V5, Qos::AtMostOnce, "sent", None),
        (MqttVersion::V5, Qos::AtLeastOnce, "puback", None),
        (MqttVersion::V5, Qos::ExactlyOnce, "pubcomp", Some("pubrec")),
    ] {
        let broker = ScriptedBroker::answering(|peer, packet| peer.respond(&packet));
        let mqtt = Mqtt::builder(&broker.url()).version(version).qos(qos);
        let report = run(mqtt.build().expect("well formed"), 40);
        assert_eq!(report.hits.ok, 40, "{:?}", report.failures);
        assert_eq!(report.labels[label], 40);
        assert_eq!(broker.published().len(), 40);
        if let Some(phase) = phase {
            assert_eq!(report.phases_us[phase].count, 40);
        }
        assert_eq!(
            broker.packets().last().map(|last| last.first_byte),
            Some(0xe0),
            "expected DISCONNECT last"
        );
        assert_eq!(report.counts["connections_opened"], 1);
        assert_eq!(report.counts["connections_lost"], 0);
    }
}

#[test]
fn hits_use_the_clients_in_turn() {
    let broker = ScriptedBroker::answering(|peer, packet| peer.respond(&packet));
    let mqtt = Mqtt::builder(&broker.url())
        .clients(4)
        .client_id("c{{client}}")
        .topic("t/{{client}}/{{seq}}")
        .payload(MqttPayload::Template("{{hit}}".into()))
        .qos(Qos::AtLeastOnce);
    let schedule = Schedule::constant(Rate::per_second(400)).with_hit_count(40);
    let report = execute(Run::new(mqtt.build().expect("well formed"), schedule).threads(2));
    assert_eq!(report.hits.ok, 40, "{:?}", report.failures);
    assert_eq!(broker.connections(), 4);
    let topics: BTreeSet<_> = broker
        .published()
        .iter()
        .map(|packet| packet.topic().to_vec())
        .collect();
    let expected = (0..4).flat_map(|client| (0..10).map(move |seq| (client, seq)));
    let expected = expected
        .map(|(client, seq)| format!("t/{client}/{seq}").into_bytes())
        .collect();
    assert_eq!(topics, expected);
    for packet in broker.published() {
        let (topic, payload) = packet.body[2..].split_at(packet.topic().len());
        let topic = String::from_utf8_lossy(topic).into_owned();
        let mut parts = topic
            .split('/')
            .skip(1)
            .map(|part| part.parse::<u64>().expect("a number"));
        let (client, seq) = (parts.next().expect("two"), parts.next().expect("two"));
        let hit = (client + 4 * seq).to_string();
        assert_eq!(
            &payload[2..],
            hit.as_bytes(),
            "hit k uses client k modulo 4"
        );
    }
}

#[test]
fn acknowledgments_match_their_hits_in_any_order() {
    // The first of each four messages is acknowledged after the fourth.
    let broker = ScriptedBroker::with_script(|peer| {
        peer.accept();
        let mut held = None;
        while let Some(packet) = peer.read_packet() {
            match packet.is_publish().then(|| packet.id() % 4) {
                Some(1) => held = Some(packet),
                Some(0) => {
                    peer.respond(&packet);
                    peer.respond(&held.take().expect("the first message"));
                }
                _ if !peer.respond(&packet) => return,
                _ => {}
            }
        }
    });
    let mqtt = Mqtt::builder(&broker.url())
        .qos(Qos::AtLeastOnce)
        .build()
        .expect("well formed");
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(40);
    let mut slow = BTreeSet::new();
    let report = execute_with_events(
        Run::new(mqtt, schedule).threads(1).log_hits(true),
        |event| {
            if let RunEvent::Hits(hits) = event {
                // The fourth is due 15 ms after the first, so it cannot be sent earlier.
                let waited = hits.iter().filter(|hit| hit.response >= Some(ms(15)));
                slow.extend(waited.map(|hit| hit.number));
            }
        },
    );
    assert_eq!(report.hits.ok, 40, "{:?}", report.failures);
    let firsts: BTreeSet<u64> = (0..40).step_by(4).collect();
    assert!(slow.is_superset(&firsts), "{slow:?}");
}

#[test]
fn unexpected_acknowledgments_are_counted_and_ignored() {
    let broker = ScriptedBroker::answering(|peer, packet| {
        if packet.is_publish() {
            peer.acknowledge(0x40, packet.id());
            peer.acknowledge(0x40, packet.id());
            peer.acknowledge(0x40, 60_000);
            peer.acknowledge(0x70, packet.id());
            return true;
        }
        peer.respond(&packet)
    });
    let mqtt = Mqtt::builder(&broker.url())
        .qos(Qos::AtLeastOnce)
        .build()
        .expect("well formed");
    let report = run(mqtt, 20);
    assert_eq!((report.hits.ok, report.labels["puback"]), (20, 20));
    let unknown = report.counts["unknown_answers"];
    // The last ones may come after the end of the run.
    assert!((57..=60).contains(&unknown), "{unknown}");
}

#[test]
fn ids_wrap_after_65_535() {
    let broker = ScriptedBroker::answering(|peer, packet| peer.respond(&packet));
    let mqtt = Mqtt::builder(&broker.url())
        .qos(Qos::AtLeastOnce)
        .build()
        .expect("well formed");
    let schedule = Schedule::closed_loop().with_hit_count(66_000);
    let report = execute(Run::new(mqtt, schedule).threads(1).max_in_flight(64));
    assert_eq!(report.hits.ok, 66_000, "{:?}", report.failures);
    let ids: Vec<u16> = broker
        .published()
        .iter()
        .map(|packet| packet.id())
        .collect();
    assert_eq!((ids[0], ids[65_534], ids[65_535]), (1, 65_535, 1));
}

/// Acknowledges the messages of a connection only in groups of `max_held`.
fn hold(peer: &mut BrokerPeer, max_held: usize) {
    let mut held = vec![];
    while let Some(packet) = peer.read_packet() {
        if !packet.is_publish() {
            if !peer.respond(&packet) {
                return;
            }
            continue;
        }
        held.push(packet.id());
        assert!(
            held.len() <= max_held,
            "{} messages exceed the receive maximum",
            held.len()
        );
        if held.len() == max_held {
            held.drain(..)
                .for_each(|id| assert!(peer.acknowledge(0x40, id)));
        }
    }
}

#[test]
fn the_receive_maximum_is_respected_and_waits_are_measured() {
    for (properties, max_held) in [(&[0x21, 0, 1][..], 1), (&[0x21, 0, 3], 3)] {
        let broker = ScriptedBroker::with_script(move |peer| {
            peer.accept_with(properties);
            hold(peer, max_held);
        });
        let mqtt = Mqtt::builder(&broker.url())
            .version(MqttVersion::V5)
            .qos(Qos::AtLeastOnce);
        let schedule = Schedule::closed_loop().with_hit_count(30);
        let run = Run::new(mqtt.build().expect("well formed"), schedule).threads(1);
        let report = execute(run.max_in_flight(10));
        assert_eq!(report.hits.ok, 30, "{:?}", report.failures);
        assert_eq!(report.facts["receive_max"][&max_held.to_string()], 1);
        assert_eq!(
            report.counts["window_waits"],
            report.phases_us["window"].count
        );
        assert!(
            report.phases_us["window"].count >= 20,
            "{:?}",
            report.phases_us
        );
    }
}

#[test]
fn a_full_window_is_a_failure_without_waiting() {
    let broker = ScriptedBroker::with_script(|peer| {
        peer.accept();
        peer.ignore();
    });
    let mqtt = Mqtt::builder(&broker.url())
        .qos(Qos::AtLeastOnce)
        .window(2)
        .wait_for_window(false);
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(40);
    let run = Run::new(mqtt.build().expect("well formed"), schedule);
    let report = execute(run.threads(1).timeout(ms(100)).drain(ms(20_000)));
    // Two unacknowledged messages fill the window, even after their hits timed out.
    assert_eq!(report.hits.timed_out, 2);
    assert_eq!(report.failures["window_full"], 38);
    // The latencies exclude these hits because of a limit of the hammer's own.
    let mut reasons = report.verdict.reasons.iter();
    assert!(reasons.any(|reason| reason.starts_with("38 hits failed because the `window`")));
}

#[test]
fn pings_and_subscriptions_are_hits() {
    for (mode, label, kind) in [
        (MqttMode::Ping, "pingresp", 12),
        (MqttMode::Subscribe, "suback", 8),
    ] {
        let broker = ScriptedBroker::answering(|peer, packet| peer.respond(&packet));
        let mqtt = Mqtt::builder(&broker.url())
            .mode(mode)
            .filter("a/{{seq}}/+");
        let report = run(mqtt.build().expect("well formed"), 20);
        assert_eq!(report.labels[label], 20, "{:?}", report.failures);
        let packets = broker.packets();
        assert_eq!(
            packets
                .iter()
                .filter(|packet| packet.kind() == kind)
                .count(),
            20
        );
    }
}

#[test]
fn connect_mode_opens_and_closes_a_connection_per_hit() {
    let broker = ScriptedBroker::answering(|peer, packet| peer.respond(&packet));
    let mqtt = Mqtt::builder(&broker.url())
        .mode(MqttMode::Connect)
        .build()
        .expect("well formed");
    let report = run(mqtt, 20);
    assert_eq!(report.labels["connack"], 20, "{:?}", report.failures);
    assert_eq!(
        (broker.connections(), report.phases_us["connack"].count),
        (20, 20)
    );
    assert_eq!(report.counts["connections_opened"], 20);
    let connect = broker.packets()[0].body.len() as u64 + 2;
    let bytes = (report.bytes.sent, report.bytes.received);
    // Sent: CONNECT and DISCONNECT. Received: CONNACK.
    assert_eq!(bytes, (20 * (connect + 2), 20 * 4));
    let disconnects = broker
        .packets()
        .iter()
        .filter(|packet| packet.kind() == 14)
        .count();
    assert_eq!(disconnects, 20);
}

#[test]
fn a_topic_is_sent_once_per_connection_with_an_alias() {
    for (properties, aliased) in [(&[0x22, 0, 5][..], true), (&[], false)] {
        let broker = ScriptedBroker::with_script(move |peer| {
            peer.accept_with(properties);
            peer.respond_until_closed();
        });
        let mqtt = Mqtt::builder(&broker.url())
            .version(MqttVersion::V5)
            .topic("a/long/topic")
            .topic_alias(true)
            .downgrade(!aliased);
        let report = run(mqtt.build().expect("well formed"), 10);
        assert_eq!(report.hits.ok, 10, "{:?}", report.failures);
        let topics: Vec<usize> = broker
            .published()
            .iter()
            .map(|packet| packet.topic().len())
            .collect();
        assert_eq!(topics[0], 12);
        assert_eq!(
            topics[1..].iter().all(|length| *length == 0),
            aliased,
            "{topics:?}"
        );
    }
}

#[test]
fn an_acknowledgment_of_a_lower_qos_is_accepted() {
    let broker = ScriptedBroker::answering(|peer, packet| match packet.kind() {
        3 => peer.acknowledge(0x40, packet.id()),
        _ => peer.respond(&packet),
    });
    let mqtt = Mqtt::builder(&broker.url()).qos(Qos::ExactlyOnce).window(1);
    let report = run(mqtt.build().expect("well formed"), 10);
    assert_eq!(report.labels["puback"], 10, "{:?}", report.failures);
}

//! Brokers that send without an end.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hammer_core::{Rate, Report, Run, Schedule, StopHandle};
use hammer_mqtt::{Mqtt, MqttBuilder, MqttCompletionEvent, MqttMode, MqttPayload, Qos};

use crate::scripted_broker::{BrokerPeer, ScriptedBroker};
use crate::{execute, ms, until_stopped};

/// Repeats `packet` until the client closes the connection.
fn flood(peer: &mut BrokerPeer, packet: &[u8]) {
    let packets = packet.repeat(64 * 1024 / packet.len());
    while peer.stream.write_all(&packets).is_ok() {}
}

/// Starts a broker whose first connection floods the client with `packet` after a message.
fn flooding_broker(packet: &'static [u8]) -> ScriptedBroker {
    ScriptedBroker::answering(move |peer, received| {
        if received.is_publish() && peer.number == 0 {
            flood(peer, packet);
            return false;
        }
        peer.respond(&received)
    })
}

fn run_briefly(mqtt: MqttBuilder) -> Report {
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(100);
    let run = Run::new(mqtt.build().expect("well formed"), schedule).threads(1);
    execute(run.timeout(ms(2_000)).drain(ms(20_000)))
}

#[test]
fn packets_that_nothing_asked_for_end_the_connection() {
    for (packet, counter) in [
        (&b"\xd0\x00"[..], "unknown_answers"),
        (b"\x40\x02\xff\x00", "unknown_answers"),
        (b"\x50\x02\xff\x00", "unknown_answers"),
        (b"\x70\x02\xff\x00", "unknown_answers"),
        (b"\x90\x03\xff\x00\x00", "unknown_answers"),
        (b"\xb0\x02\xff\x00", "unknown_answers"),
        (b"\x62\x02\xff\x00", "unknown_answers"),
        (b"\x30\x03\x00\x01a", "foreign_messages"),
        (b"\x32\x05\x00\x01a\x00\x01", "foreign_messages"),
        (b"\x34\x05\x00\x01a\x00\x01", "foreign_messages"),
    ] {
        let broker = flooding_broker(packet);
        let report = run_briefly(Mqtt::builder(&broker.url()).qos(Qos::AtLeastOnce));
        assert!(report.failures["mqtt_flood"] >= 1, "{packet:x?}");
        assert_eq!(report.facts["lost_by"]["mqtt_flood"], 1, "{packet:x?}");
        assert_eq!(report.hits.timed_out, 0, "{packet:x?}");
        assert!(report.hits.ok > 0, "the next connection has no flood");
        let counted = report.counts[counter];
        assert!(
            (10_000..10_100).contains(&counted),
            "{packet:x?}: {counted}"
        );
    }
}

#[test]
fn repeated_receipts_of_a_message_end_the_connection() {
    // Each PUBREC is answered, so the answers must be limited too.
    let broker = ScriptedBroker::answering(|peer, received| {
        if received.is_publish() && peer.number == 0 {
            let [high, low] = received.id().to_be_bytes();
            flood(peer, &[0x50, 2, high, low]);
            return false;
        }
        peer.respond(&received)
    });
    let report = run_briefly(Mqtt::builder(&broker.url()).qos(Qos::ExactlyOnce));
    assert_eq!(report.facts["lost_by"]["mqtt_flood"], 1);
    assert!(report.hits.ok > 0, "{:?}", report.failures);
}

#[test]
fn a_broker_that_does_not_read_acknowledgments_loses_its_connection() {
    for packet in [
        &b"\x32\x05\x00\x01a\x00\x01"[..],
        b"\x34\x05\x00\x01a\x00\x01",
    ] {
        let stop = StopHandle::new();
        let stopper = stop.clone();
        let broker = flooding_subscriber(packet, move || stopper.drain());
        let run = Run::new(measuring_delivery(&broker), until_stopped(100)).threads(1);
        let report = execute(run.timeout(ms(1_000)).drain(ms(2_000)).stop(stop));
        assert_eq!(report.facts["lost_by"]["unread_answers"], 1);
    }
}

#[test]
fn a_publisher_in_a_kept_session_does_not_queue_answers_without_end() {
    // The broker may send messages of the session, which are not a flood, but it reads no answer.
    for packet in [
        &b"\x32\x05\x00\x01a\x00\x01"[..],
        b"\x34\x05\x00\x01a\x00\x01",
    ] {
        let stop = StopHandle::new();
        let stopper = stop.clone();
        let flooded = Arc::new(AtomicU64::new(0));
        let sent = flooded.clone();
        let broker = ScriptedBroker::with_script(move |peer| {
            peer.accept_session(true, &[]);
            if peer.number > 0 {
                return peer.respond_until_closed();
            }
            let packets = packet.repeat(8_192);
            while peer.stream.write_all(&packets).is_ok() {
                sent.fetch_add(8_192, Ordering::SeqCst);
            }
            stopper.drain();
        });
        let mqtt = Mqtt::builder(&broker.url())
            .qos(Qos::AtLeastOnce)
            .clean_start(false)
            .client_id("kept");
        let run = Run::new(mqtt.build().expect("well formed"), until_stopped(10)).threads(1);
        let report = execute(run.timeout(ms(2_000)).drain(ms(5_000)).stop(stop));
        assert_eq!(report.facts["lost_by"]["unread_answers"], 1);
        // Each message has an answer of 4 bytes. The sockets hold some more.
        let answers = 4 * flooded.load(Ordering::SeqCst);
        assert!(answers < 64 * 1024 * 1024, "{answers}");
    }
}

#[test]
fn pings_that_are_never_answered_are_bounded() {
    let pings = Arc::new(AtomicU64::new(0));
    let counted = pings.clone();
    let broker = ScriptedBroker::with_script(move |peer| {
        peer.accept();
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = peer.stream.read(&mut bytes) {
            let found = bytes[..read].iter().filter(|byte| **byte == 0xc0);
            counted.fetch_add(found.count() as u64, Ordering::SeqCst);
        }
    });
    let mqtt = Mqtt::builder(&broker.url())
        .mode(MqttMode::Ping)
        .keep_alive(0);
    let schedule = Schedule::constant(Rate::per_second(50_000)).with_hit_count(70_000);
    let run = Run::new(mqtt.build().expect("well formed"), schedule).threads(1);
    let run = run.max_in_flight(80_000).timeout(ms(3_000));
    let report = execute(run.drain(ms(10_000)));
    let pings = pings.load(Ordering::SeqCst);
    assert!((1..=65_535).contains(&pings), "{pings}");
    assert_eq!(report.hits.ok, 0);
}

#[test]
fn a_subscriber_without_a_pause_leaves_time_for_hits_and_timeouts() {
    let broker = flooding_subscriber(b"\x30\x03\x00\x01a", || ());
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(100);
    let run = Run::new(measuring_delivery(&broker), schedule).threads(1);
    let report = execute(run.timeout(ms(100)).drain(ms(500)));
    // The messages are acknowledged, but not delivered.
    assert_eq!(report.hits.timed_out, 100, "{:?}", report.failures);
    assert!(report.counts["foreign_messages"] > 100_000);
    let mut reasons = report.verdict.reasons.iter();
    assert!(reasons.any(|reason| reason.contains("that are not of this run")));
    let late = &report.generator.schedule_late_us;
    assert!(late.p99 < 1_000_000.0, "{late:?}");
}

/// Starts a broker that floods its first subscriber with `packet`, and calls `lost` when the client
/// has closed that connection.
fn flooding_subscriber(
    packet: &'static [u8],
    lost: impl Fn() + Send + Sync + 'static,
) -> ScriptedBroker {
    ScriptedBroker::answering(move |peer, received| {
        let answered = peer.respond(&received);
        if received.kind() == 8 && peer.number == 0 {
            flood(peer, packet);
            lost();
            return false;
        }
        answered
    })
}

fn measuring_delivery(broker: &ScriptedBroker) -> Mqtt {
    let mqtt = Mqtt::builder(&broker.url())
        .qos(Qos::AtLeastOnce)
        .payload(MqttPayload::Size(40))
        .completion(MqttCompletionEvent::Delivery);
    mqtt.build().expect("well formed")
}

#[test]
fn a_flood_before_the_subscription_is_a_failure() {
    for packet in [&b"\xd0\x00"[..], b"\x30\x03\x00\x01a"] {
        let broker = ScriptedBroker::with_script(move |peer| {
            peer.accept();
            flood(peer, packet);
        });
        let mqtt = measuring_delivery(&broker);
        let error = Run::new(mqtt, Schedule::closed_loop().with_hit_count(1)).execute();
        let error = error.expect_err("no client can subscribe");
        let cause = std::error::Error::source(&error).expect("a source");
        assert!(cause.to_string().contains("mqtt_flood"), "{cause}");
    }
}

#[test]
fn a_flood_after_the_disconnect_is_a_failure() {
    let broker = ScriptedBroker::answering(|peer, received| {
        if received.kind() == 14 {
            flood(peer, b"\xd0\x00");
        }
        true
    });
    let mqtt = Mqtt::builder(&broker.url()).mode(MqttMode::Connect);
    let report = run_briefly(mqtt);
    assert_eq!(report.failures["mqtt_flood"], 100);
}

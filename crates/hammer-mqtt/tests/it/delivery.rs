//! Deliveries to subscribers, and the counts of lost, duplicate and reordered messages.

use std::io::Write;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use hammer_core::{Rate, Run, RunEvent, Schedule};
use hammer_mqtt::{Mqtt, MqttCompletionEvent, MqttPayload, MqttVersion, Qos};

use crate::scripted_broker::{BrokerPeer, ClientPacket, ScriptGate, ScriptedBroker};
use crate::{execute, execute_with_events, ms};

/// Makes a broker with one subscriber. For each message, `forwarded` gets its number, the message
/// and the messages held back, and returns the messages to forward.
pub(crate) fn forwarding_broker(
    forwarded: impl Fn(usize, ClientPacket, &mut Vec<ClientPacket>) -> Vec<ClientPacket>
    + Send
    + Sync
    + 'static,
) -> ScriptedBroker {
    let subscriber = Arc::new(Mutex::new(None::<TcpStream>));
    let count = Mutex::new((0, vec![]));
    ScriptedBroker::with_script(move |peer| {
        peer.accept();
        while let Some(packet) = peer.read_packet() {
            if packet.kind() == 8 {
                let stream = peer.stream.try_clone().expect("a socket");
                *subscriber.lock().expect("no script panicked") = Some(stream);
            }
            if packet.is_publish() {
                let (number, held) = &mut *count.lock().expect("no script panicked");
                let packets = forwarded(*number, packet.clone(), held);
                *number += 1;
                let subscriber = subscriber.lock().expect("no script panicked");
                let stream = subscriber.as_ref().expect("a subscriber");
                packets.iter().for_each(|packet| forward(stream, packet));
            }
            if !peer.respond(&packet) {
                return;
            }
        }
    })
}

fn forward(mut stream: &TcpStream, packet: &ClientPacket) {
    let bytes = bytes_of(packet);
    stream.write_all(&bytes).expect("a connected subscriber");
}

fn bytes_of(packet: &ClientPacket) -> Vec<u8> {
    let mut bytes = vec![packet.first_byte, packet.body.len() as u8];
    bytes.extend_from_slice(&packet.body);
    bytes
}

#[test]
fn lost_duplicate_and_reordered_messages_are_counted() {
    let broker = forwarding_broker(|number, packet, held| match number {
        // One message is lost, one is duplicated, and one comes after the next.
        3 => vec![],
        5 => vec![packet.clone(), packet],
        7 => {
            held.push(packet);
            vec![]
        }
        8 => vec![packet, held.remove(0)],
        _ => vec![packet],
    });
    let mqtt = Mqtt::builder(&broker.url())
        .qos(Qos::AtLeastOnce)
        .payload(MqttPayload::Size(40))
        .completion(MqttCompletionEvent::Delivery);
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(20);
    let run = Run::new(mqtt.build().expect("well formed"), schedule);
    let report = execute(run.threads(1).timeout(ms(500)).drain(ms(2_000)));
    assert_eq!((report.labels["delivered"], report.hits.timed_out), (19, 1));
    // The fixed header, a topic of 8 bytes with its length, an id, and the payload.
    let message = 2 + 2 + 8 + 2 + 40;
    let bytes = (report.bytes.sent, report.bytes.received);
    assert_eq!(bytes, (19 * message, 19 * message));
    let counts = ["published", "delivered", "lost", "duplicates", "reordered"];
    assert_eq!(
        counts.map(|name| report.counts[name]),
        [20, 19, 1, 1, 1],
        "{:?}",
        report.counts
    );
}

#[test]
fn deliveries_just_before_a_lost_connection_count() {
    let subscriber = Mutex::new(None::<TcpStream>);
    let messages = Mutex::new(vec![]);
    let broker = ScriptedBroker::with_script(move |peer| {
        peer.accept();
        while let Some(packet) = peer.read_packet() {
            if packet.kind() == 8 {
                let stream = peer.stream.try_clone().expect("a socket");
                *subscriber.lock().expect("no script panicked") = Some(stream);
            }
            if packet.is_publish() {
                let mut messages = messages.lock().expect("no script panicked");
                messages.push(packet.clone());
                if messages.len() == 20 {
                    let mut bytes: Vec<u8> = messages.iter().flat_map(bytes_of).collect();
                    bytes.extend([0xe0, 1, 0x8b]);
                    let subscriber = subscriber.lock().expect("no script panicked");
                    let mut stream = subscriber.as_ref().expect("a subscriber");
                    stream.write_all(&bytes).expect("a connected subscriber");
                }
            }
            if !peer.respond(&packet) {
                return;
            }
        }
    });
    let mqtt = Mqtt::builder(&broker.url())
        .version(MqttVersion::V5)
        .qos(Qos::AtLeastOnce)
        .clients(2)
        .payload(MqttPayload::Size(40))
        .completion(MqttCompletionEvent::Delivery);
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(20);
    let run = Run::new(mqtt.build().expect("well formed"), schedule).threads(2);
    let report = execute(run.timeout(ms(3_000)).drain(ms(20_000)));
    assert_eq!(report.hits.ok, 20, "{:?}", report.failures);
    assert_eq!(report.facts["lost_by"]["server_shutting_down"], 1);
}

#[test]
fn deliveries_are_reported_if_the_broker_ignores_the_fence() {
    let subscriber = Mutex::new(None::<TcpStream>);
    let broker = ScriptedBroker::answering(move |peer, packet| {
        match packet.kind() {
            8 => {
                let stream = peer.stream.try_clone().expect("a socket");
                *subscriber.lock().expect("no script panicked") = Some(stream);
            }
            3 => {
                let subscriber = subscriber.lock().expect("no script panicked");
                forward(subscriber.as_ref().expect("a subscriber"), &packet);
            }
            12 => return true,
            _ => {}
        }
        peer.respond(&packet)
    });
    let mqtt = Mqtt::builder(&broker.url())
        .payload(MqttPayload::Size(40))
        .completion(MqttCompletionEvent::Delivery);
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(5);
    let run = Run::new(mqtt.build().expect("well formed"), schedule).threads(1);
    let report = execute(run.drain(ms(300)));
    assert_eq!(report.hits.ok, 5, "{:?}", report.failures);
    let counts = ["published", "delivered", "lost", "duplicates", "reordered"];
    let found = counts.map(|name| report.counts.get(name).copied());
    assert_eq!(found, [5, 5, 0, 0, 0].map(Some), "{:?}", report.counts);
    assert_eq!(report.facts["fence"]["not_passed"], 1);
}

#[test]
fn unsent_messages_fail_with_their_connection() {
    let all_due = ScriptGate::default();
    let gate = all_due.clone();
    let broker = ScriptedBroker::with_script(move |peer| {
        peer.accept();
        if peer.number == 1 {
            // The socket of the publisher is full when the broker disconnects it.
            gate.wait();
            peer.send_packet(0xe0, &[0x8b]);
        }
        while let Some(packet) = peer.read_packet() {
            if !packet.is_publish() && !peer.respond(&packet) {
                return;
            }
        }
    });
    let mqtt = Mqtt::builder(&broker.url())
        .version(MqttVersion::V5)
        .payload(MqttPayload::Size(40_000))
        .completion(MqttCompletionEvent::Delivery);
    let schedule = Schedule::constant(Rate::per_second(1_200)).with_hit_count(600);
    let run = Run::new(mqtt.build().expect("well formed"), schedule)
        .threads(1)
        .max_in_flight(600);
    let report = execute_with_events(run.timeout(ms(4_000)).drain(ms(20_000)), |event| {
        if let RunEvent::Draining = event {
            all_due.open();
        }
    });
    let sent = broker.published().len() as u64;
    assert!(sent > 0 && sent < 600, "{sent}");
    assert_eq!(
        report.hits.timed_out, sent,
        "sent messages may have been delivered"
    );
    // On a busy machine, the last hits may start after the end of the connection.
    let late = report.failures.get("not_connected").unwrap_or(&0);
    assert_eq!(report.failures["server_shutting_down"] + late, 600 - sent);
}

#[test]
fn an_acknowledged_but_undelivered_message_times_out() {
    let broker = forwarding_broker(|_, _, _| vec![]);
    let mqtt = Mqtt::builder(&broker.url())
        .qos(Qos::AtLeastOnce)
        .payload(MqttPayload::Size(40))
        .completion(MqttCompletionEvent::Delivery);
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(5);
    let run = Run::new(mqtt.build().expect("well formed"), schedule);
    let report = execute(run.threads(1).timeout(ms(100)).drain(ms(2_000)));
    assert_eq!((report.hits.timed_out, report.counts["lost"]), (5, 5));
}

#[test]
fn messages_of_other_runs_are_not_deliveries() {
    let broker = forwarding_broker(|_, packet, _| {
        let mut foreign = packet.clone();
        let at = foreign.body.len() - 30;
        foreign.body[at] ^= 1;
        vec![foreign, packet]
    });
    let mqtt = Mqtt::builder(&broker.url())
        .payload(MqttPayload::Size(32))
        .completion(MqttCompletionEvent::Delivery);
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(5);
    let report = execute(Run::new(mqtt.build().expect("well formed"), schedule).threads(1));
    assert_eq!(
        (
            report.labels["delivered"],
            report.counts["foreign_messages"]
        ),
        (5, 5)
    );
}

#[test]
fn a_subscriber_acknowledges_messages() {
    let broker = ScriptedBroker::with_script(|peer: &mut BrokerPeer| {
        peer.accept();
        while let Some(packet) = peer.read_packet() {
            if packet.kind() == 8 {
                // Retained messages may come before the SUBACK.
                peer.send(b"\x32\x06\0\x01a\0\x07x");
                peer.send(b"\x34\x06\0\x01a\0\x08x");
                peer.send(b"\x62\x02\0\x08");
            }
            if !peer.respond(&packet) {
                return;
            }
        }
    });
    let mqtt = Mqtt::builder(&broker.url())
        .payload(MqttPayload::Size(32))
        .completion(MqttCompletionEvent::Delivery);
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(1);
    let run = Run::new(mqtt.build().expect("well formed"), schedule);
    execute(run.threads(1).timeout(ms(100)).drain(ms(2_000)));
    for (first, id) in [(0x40, 7), (0x50, 8), (0x70, 8)] {
        let answered = |packet: &ClientPacket| packet.first_byte == first && packet.id() == id;
        assert!(
            broker.packets().iter().any(answered),
            "{first:x}: {:x?}",
            broker.packets()
        );
    }
}

#[test]
fn messages_of_the_warm_up_are_not_counted() {
    // The first two messages are of the warm-up.
    let broker = forwarding_broker(|number, packet, _| match number {
        0 => vec![packet.clone(), packet],
        1 => vec![],
        _ => vec![packet],
    });
    let mqtt = Mqtt::builder(&broker.url())
        .qos(Qos::AtLeastOnce)
        .payload(MqttPayload::Size(40))
        .completion(MqttCompletionEvent::Delivery);
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(20);
    let run = Run::new(mqtt.build().expect("well formed"), schedule)
        .threads(1)
        .timeout(ms(2_000))
        .warmup(ms(100));
    let report = execute(run);
    assert_eq!(report.hits.ok, 20, "{:?}", report.failures);
    let counts = ["published", "delivered", "lost", "duplicates", "reordered"];
    let found = counts.map(|name| report.counts[name]);
    assert_eq!(found, [20, 20, 0, 0, 0]);
    assert_eq!(
        report.phases_us["connack"].count, 2,
        "the clients connect once"
    );
}

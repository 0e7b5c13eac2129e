//! Sessions that resume on the next connection (MQTT 5.0 and 3.1.1, section 4.4).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hammer_core::{Report, Run, StopHandle};
use hammer_mqtt::{Mqtt, MqttBuilder, MqttPayload, MqttVersion, Qos};

use crate::scripted_broker::{BrokerPeer, ClientPacket, ScriptedBroker};
use crate::{execute, ms, until_stopped};

fn resending(broker: &ScriptedBroker, version: MqttVersion, qos: Qos) -> MqttBuilder {
    let mqtt = Mqtt::builder(&broker.url())
        .version(version)
        .qos(qos)
        .topic("t/{{hit}}")
        .payload(MqttPayload::Template("{{seq}}".into()))
        .resend(true);
    match version {
        MqttVersion::V3 => mqtt.clean_start(false),
        MqttVersion::V5 => mqtt.session_expiry(60),
    }
}

fn resumed(mqtt: MqttBuilder, stop: StopHandle) -> Report {
    let run = Run::new(mqtt.build().expect("well formed"), until_stopped(200));
    execute(run.threads(1).timeout(ms(60_000)).stop(stop))
}

/// Returns the PUBLISH and PUBREL packets of one connection.
fn packets_of(broker: &ScriptedBroker, connection: u64) -> Vec<ClientPacket> {
    let mut packets = broker.packets();
    packets.retain(|packet| packet.connection == connection && matches!(packet.kind(), 3 | 6));
    packets
}

/// Checks that each message that reached the broker is ok; the others failed without a connection
/// or a window, or were due when the run was stopped.
fn check_that_all_sent_is_ok(broker: &ScriptedBroker, report: &Report) {
    let published = broker.published();
    let sent: BTreeSet<&[u8]> = published.iter().map(ClientPacket::topic).collect();
    assert_eq!(report.hits.ok, sent.len() as u64, "{:?}", report.failures);
    let ended = report.hits.ok + report.hits.failed + report.hits.unsent;
    assert_eq!(ended, report.hits.scheduled, "{:?}", report.hits);
}

fn is_duplicate(packet: &ClientPacket) -> bool {
    packet.is_publish() && packet.first_byte & 8 != 0
}

/// Acknowledges all but messages 1 and 4 of the first connection, which ends with message 6.
/// Acknowledges none of the second, which has a window of 2 in version 5, and all of the third.
fn lose_two_connections(peer: &mut BrokerPeer, present: bool, stopper: &StopHandle) {
    let window: &[u8] = if peer.number == 1 { &[0x21, 0, 2] } else { &[] };
    peer.accept_session(present && peer.number > 0, window);
    let mut messages = 0;
    while let Some(packet) = peer.read_packet() {
        messages += u32::from(packet.is_publish());
        match (peer.number, messages) {
            (0, 1 | 4) | (1, 1) => continue,
            (0, 6) | (1, 2) => return peer.hang_up(),
            (_, 20) => stopper.drain(),
            _ => {}
        }
        if !peer.respond(&packet) {
            return;
        }
    }
}

#[test]
fn packets_in_flight_are_sent_again_in_order() {
    for version in [MqttVersion::V3, MqttVersion::V5] {
        let stop = StopHandle::new();
        let stopper = stop.clone();
        let broker =
            ScriptedBroker::with_script(move |peer| lose_two_connections(peer, true, &stopper));
        let report = resumed(resending(&broker, version, Qos::AtLeastOnce), stop);
        check_that_all_sent_is_ok(&broker, &report);

        // Three were acknowledged; messages sent before the loss was detected were not.
        let mut before = packets_of(&broker, 0);
        before.retain(|packet| !matches!(packet.id(), 2 | 3 | 5));
        before.extend(
            packets_of(&broker, 1)
                .into_iter()
                .filter(|packet| !is_duplicate(packet)),
        );
        let left: Vec<u16> = before.iter().map(ClientPacket::id).collect();
        let third = packets_of(&broker, 2);
        let again: Vec<_> = third.iter().take(left.len()).collect();
        assert!(again.iter().all(|packet| is_duplicate(packet)), "{again:?}");
        let ids: Vec<u16> = again.iter().map(|packet| packet.id()).collect();
        assert_eq!(ids, left, "all are sent again, in their original order");
        for (packet, before) in again.iter().zip(&before) {
            assert_eq!(packet.body, before.body);
        }
        assert!(!third[left.len()..].iter().any(is_duplicate));
        let resent = third
            .iter()
            .chain(&packets_of(&broker, 1))
            .filter(|packet| is_duplicate(packet))
            .count();
        assert!(report.counts["resent"] >= resent as u64);
        let connects: Vec<ClientPacket> = broker.packets();
        let clean: Vec<bool> = connects
            .iter()
            .filter(|packet| packet.kind() == 1)
            .map(|packet| packet.body[7] & 2 != 0)
            .collect();
        assert_eq!(clean, [version == MqttVersion::V5, false, false]);
    }
}

#[test]
fn packets_in_flight_fail_without_the_session() {
    for version in [MqttVersion::V3, MqttVersion::V5] {
        let stop = StopHandle::new();
        let stopper = stop.clone();
        let broker =
            ScriptedBroker::with_script(move |peer| lose_two_connections(peer, false, &stopper));
        let report = resumed(resending(&broker, version, Qos::AtLeastOnce), stop);
        let lost = packets_of(&broker, 0).len() - 3 + packets_of(&broker, 1).len();
        // Some hits may have used the connection after the broker closed it.
        assert!(report.failures["connection_lost"] >= lost as u64);
        assert_eq!(report.counts.get("resent"), None);
        for connection in 0..3 {
            let sent = packets_of(&broker, connection);
            assert_eq!(sent[0].id(), 1, "connection {connection}");
            assert!(!sent.iter().any(is_duplicate));
        }
    }
}

#[test]
fn a_resumed_session_without_resending_does_not_reuse_ids() {
    let stop = StopHandle::new();
    let stopper = stop.clone();
    let broker =
        ScriptedBroker::with_script(move |peer| lose_two_connections(peer, true, &stopper));
    let mqtt = resending(&broker, MqttVersion::V3, Qos::ExactlyOnce).resend(false);
    let report = resumed(mqtt, stop);
    assert!(report.failures["connection_lost"] >= 3);
    let ids: Vec<u16> = broker.published().iter().map(ClientPacket::id).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
    assert!(!broker.packets().iter().any(is_duplicate));
}

#[test]
fn at_qos_2_the_pubrel_is_sent_again_after_a_pubrec() {
    for version in [MqttVersion::V3, MqttVersion::V5] {
        let stop = StopHandle::new();
        let stopper = stop.clone();
        // The first connection gets a PUBREC for odd ids, and no PUBCOMP.
        let broker = ScriptedBroker::with_script(move |peer| {
            peer.accept_session(peer.number > 0, &[]);
            let mut ends = 0;
            while let Some(packet) = peer.read_packet() {
                if peer.number == 0 {
                    match (packet.kind(), packet.is_publish().then(|| packet.id())) {
                        (3, Some(id)) if id % 2 == 1 => drop(peer.acknowledge(0x50, id)),
                        (6, _) => ends += 1,
                        _ => {}
                    }
                    if ends == 3 {
                        return peer.hang_up();
                    }
                    continue;
                }
                ends += u32::from(packet.kind() == 6);
                if ends == 20 {
                    stopper.drain();
                }
                if !peer.respond(&packet) {
                    return;
                }
            }
        });
        let report = resumed(resending(&broker, version, Qos::ExactlyOnce), stop);
        check_that_all_sent_is_ok(&broker, &report);
        assert_eq!(report.labels["pubcomp"], report.hits.ok);
        // The last packet of each message of the first connection, in order.
        let mut last = BTreeMap::new();
        for (place, packet) in packets_of(&broker, 0).into_iter().enumerate() {
            last.insert(packet.id(), (place, packet));
        }
        let mut last: Vec<_> = last.into_values().collect();
        last.sort_by_key(|(place, _)| *place);
        let second = packets_of(&broker, 1);
        for ((_, before), after) in last.iter().zip(&second) {
            let again = if before.is_publish() { 8 } else { 0 };
            assert_eq!(after.first_byte, before.first_byte | again);
            assert_eq!(after.body, before.body);
        }
    }
}

#[test]
fn resending_respects_the_window_of_the_new_connection() {
    let stop = StopHandle::new();
    let stopper = stop.clone();
    let max_held = Arc::new(AtomicUsize::new(0));
    let observed_max = max_held.clone();
    let broker = ScriptedBroker::with_script(move |peer| {
        let properties = [0x21, 0, 2];
        peer.accept_session(
            peer.number > 0,
            if peer.number > 0 { &properties } else { &[] },
        );
        let (mut held, mut messages, mut pinged) = (vec![], 0, false);
        while let Some(packet) = peer.read_packet() {
            messages += u32::from(packet.is_publish());
            match (peer.number, messages) {
                (0, 7) => return peer.hang_up(),
                (0, _) => continue,
                (_, 40) => stopper.drain(),
                _ => {}
            }
            held.push(packet);
            // The client pings when it has sent all that the window allows.
            pinged |= held.last().is_some_and(|packet| packet.kind() == 12);
            if !pinged {
                observed_max.fetch_max(held.len(), Ordering::SeqCst);
                continue;
            }
            for packet in held.drain(..) {
                if !peer.respond(&packet) {
                    return;
                }
            }
        }
    });
    let mqtt = resending(&broker, MqttVersion::V5, Qos::AtLeastOnce).keep_alive(1);
    let report = resumed(mqtt, stop);
    check_that_all_sent_is_ok(&broker, &report);
    let again = packets_of(&broker, 1)
        .iter()
        .filter(|packet| is_duplicate(packet))
        .count();
    assert_eq!(report.counts["resent"], again as u64);
    assert_eq!(again, packets_of(&broker, 0).len());
    assert!(again >= 7);
    assert_eq!(max_held.load(Ordering::SeqCst), 2, "the receive maximum");
}

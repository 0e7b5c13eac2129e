//! Connections that are lost during a run, and reconnects.

use hammer_core::{Run, Schedule, StopHandle};
use hammer_mqtt::{Mqtt, MqttBuilder, MqttVersion, Qos};

use crate::scripted_broker::ScriptedBroker;
use crate::{execute, ms, run, until_stopped};

fn at_least_once(broker: &ScriptedBroker) -> MqttBuilder {
    Mqtt::builder(&broker.url()).qos(Qos::AtLeastOnce)
}

#[test]
fn a_lost_connection_fails_its_hits_and_reconnects() {
    for (version, ending, failure) in [
        (MqttVersion::V3, &[][..], "connection_lost"),
        (
            MqttVersion::V5,
            &[0xe0, 1, 0x8b][..],
            "server_shutting_down",
        ),
        (
            MqttVersion::V5,
            &[0xe0, 2, 0x8e, 0][..],
            "session_taken_over",
        ),
        // A packet whose end never comes.
        (MqttVersion::V3, &b"HTTP/1.1 400"[..], "connection_lost"),
        (MqttVersion::V3, &b"\0\0"[..], "malformed_packet"),
        // A packet that is too short for its type.
        (MqttVersion::V3, &[0x40, 1, 0][..], "malformed_packet"),
    ] {
        let stop = StopHandle::new();
        let stopper = stop.clone();
        let broker = ScriptedBroker::with_script(move |peer| {
            peer.accept();
            let mut count = 0;
            while let Some(packet) = peer.read_packet() {
                count += u32::from(packet.is_publish());
                match (peer.number, count) {
                    // Three messages of the first connection are never acknowledged.
                    (0, 8..10) => continue,
                    (0, 10) => {
                        peer.send(ending);
                        peer.hang_up();
                        return;
                    }
                    (1, 20) => stopper.drain(),
                    _ => {}
                }
                if !peer.respond(&packet) {
                    return;
                }
            }
        });
        let mqtt = at_least_once(&broker).version(version).build();
        let run = Run::new(mqtt.expect("well formed"), until_stopped(200));
        let report = execute(run.threads(1).timeout(ms(60_000)).stop(stop));
        let lost = report.failures.get(failure);
        // More messages may have been sent before the loss was detected.
        assert!(lost >= Some(&3), "{failure}: {:?}", report.failures);
        let absent = report.failures.get("not_connected").unwrap_or(&0);
        assert_eq!(report.hits.failed, lost.unwrap_or(&0) + absent);
        // On a busy machine, some hits are due but not started when the run is stopped.
        let started = report.hits.scheduled - report.hits.unsent;
        assert_eq!(started, report.hits.ok + report.hits.failed);
        assert!(report.hits.ok >= 7 + 20, "the run continues");
        let counts = ["reconnects", "connections_lost"].map(|name| report.counts[name]);
        assert_eq!(counts, [1, 1]);
        assert_eq!(report.facts["lost_by"][failure], 1);
        let published = broker.published();
        let ids = published.iter().map(|packet| packet.id());
        assert_eq!(
            ids.filter(|id| *id == 1).count(),
            2,
            "a new connection starts with id 1"
        );
        let resent = published.iter().any(|packet| packet.first_byte & 8 != 0);
        assert!(!resent, "nothing is sent again");
    }
}

/// Some client libraries attribute acknowledgments of the last connection to messages of the new
/// one.
#[test]
fn acknowledgments_of_the_last_connection_match_no_hit_of_the_next() {
    let stop = StopHandle::new();
    let stopper = stop.clone();
    let broker = ScriptedBroker::with_script(move |peer| {
        peer.accept();
        let mut messages = 0;
        if peer.number > 0 {
            // Directly after the CONNACK, before any message.
            (7..=9).for_each(|id| assert!(peer.acknowledge(0x40, id)));
        }
        while let Some(packet) = peer.read_packet() {
            messages += u32::from(packet.is_publish());
            if peer.number == 0 {
                if messages == 10 {
                    // Half an acknowledgment, which the next connection must not complete.
                    peer.send(&[0x40, 2, 0]);
                    peer.hang_up();
                    return;
                }
                continue;
            }
            // Each message is acknowledged after the next.
            if packet.is_publish() && messages > 1 {
                peer.acknowledge(0x40, packet.id() - 1);
            } else if !packet.is_publish() && !peer.respond(&packet) {
                return;
            }
            if messages == 20 {
                stopper.drain();
                peer.acknowledge(0x40, packet.id());
                peer.respond_until_closed();
                return;
            }
        }
    });
    let mqtt = at_least_once(&broker).build().expect("well formed");
    let run = Run::new(mqtt, until_stopped(200)).threads(1);
    let report = execute(run.timeout(ms(60_000)).stop(stop));
    let published_on = |connection| {
        let published = broker.published();
        let published = published
            .iter()
            .filter(|packet| packet.connection == connection);
        published.count() as u64
    };
    // Some hits may have used the connection after the broker closed it.
    assert!(report.failures["connection_lost"] >= published_on(0));
    assert_eq!(report.hits.ok, published_on(1), "{:?}", report.failures);
    assert_eq!(report.counts["unknown_answers"], 3);
    assert_eq!(report.counts.get("late_answers"), None);
}

#[test]
fn counts_of_the_last_poll_are_reported() {
    let broker = ScriptedBroker::with_script(|peer| {
        peer.accept();
        if peer.number > 0 {
            return peer.respond_until_closed();
        }
        peer.read_packet();
        // An unexpected acknowledgment and a DISCONNECT in one write.
        peer.send(&[0x40, 2, 0, 9, 0xe0, 1, 0x8b]);
        peer.hang_up();
    });
    let mqtt = at_least_once(&broker).version(MqttVersion::V5).build();
    let report = run(mqtt.expect("well formed"), 1);
    assert_eq!(report.failures["server_shutting_down"], 1);
    assert_eq!(report.counts["unknown_answers"], 1);
}

#[test]
fn a_reconnect_interrupted_by_the_end_is_not_a_failure() {
    let stop = StopHandle::new();
    let stopper = stop.clone();
    let broker = ScriptedBroker::with_script(move |peer| {
        let Some(connect) = peer.read_packet() else {
            return;
        };
        if peer.number >= 10 {
            stopper.drain();
            return peer.ignore();
        }
        peer.send_packet(0x20, &[0, 0]);
        if connect.body.ends_with(b"c1") {
            peer.read_packet();
            return;
        }
        peer.respond_until_closed();
    });
    let mqtt = at_least_once(&broker).clients(10).client_id("c{{client}}");
    let run = Run::new(mqtt.build().expect("well formed"), until_stopped(100)).threads(1);
    let report = execute(run.timeout(ms(60_000)).stop(stop));
    assert_eq!(report.counts["connections_lost"], 1);
    assert_eq!(report.counts.get("connects_failed"), None);
    assert_eq!(report.facts.get("not_opened"), None);
}

#[test]
fn a_closed_loop_waits_for_a_reconnect() {
    let broker = ScriptedBroker::with_script(|peer| {
        peer.accept();
        if peer.number > 0 {
            return peer.respond_until_closed();
        }
        for _ in 0..50 {
            let packet = peer.read_packet().expect("a packet");
            peer.respond(&packet);
        }
    });
    let mqtt = at_least_once(&broker).build().expect("well formed");
    let run = Run::new(mqtt, Schedule::closed_loop().with_hit_count(500)).threads(1);
    let report = execute(run.max_in_flight(8).timeout(ms(10_000)));
    assert_eq!(report.failures.get("not_connected"), None);
    let lost: u64 = report.failures.values().sum();
    assert!(lost <= 8, "in flight: {:?}", report.failures);
    assert_eq!(report.hits.ok, 500 - lost);
    assert_eq!(report.counts["reconnects"], 1);
    let waited = report.phases_us["reconnect"].count;
    assert!((1..=8).contains(&waited), "{waited}");
}

#[test]
fn a_closed_loop_uses_another_client_if_one_is_lost() {
    // The broker closes the second client at its fifth message and refuses it afterward.
    let broker = ScriptedBroker::with_script(|peer| {
        let Some(connect) = peer.read_packet() else {
            return;
        };
        if !connect.body.ends_with(b"c1") {
            peer.send_packet(0x20, &[0, 0]);
            return peer.respond_until_closed();
        }
        if peer.number < 3 {
            peer.send_packet(0x20, &[0, 0]);
            (0..4).for_each(|_| {
                let packet = peer.read_packet().expect("a packet");
                peer.respond(&packet);
            });
        }
    });
    let mqtt = at_least_once(&broker)
        .clients(3)
        .client_id("c{{client}}")
        .topic("t/{{client}}")
        .build()
        .expect("well formed");
    let run = Run::new(mqtt, Schedule::closed_loop().with_hit_count(60)).threads(1);
    let report = execute(run.max_in_flight(4).timeout(ms(2_000)));
    let lost: u64 = report.failures.values().sum();
    assert!(lost <= 4, "in flight: {:?}", report.failures);
    assert_eq!(report.hits.ok, 60 - lost);
    let published = broker.published();
    let of_client = published.iter().filter(|packet| packet.topic() == b"t/1");
    assert!((4..=8).contains(&of_client.count()));
}

#[test]
fn waiting_for_a_reconnect_ends_with_the_timeout() {
    let broker = ScriptedBroker::with_script(|peer| {
        if peer.number > 0 {
            return peer.ignore();
        }
        peer.accept();
        // Closes after two messages without acknowledging them.
        (0..2).for_each(|_| drop(peer.read_packet()));
    });
    let mqtt = at_least_once(&broker).build().expect("well formed");
    let run = Run::new(mqtt, Schedule::closed_loop().with_hit_count(6)).threads(1);
    let report = execute(run.max_in_flight(2).timeout(ms(100)).drain(ms(20_000)));
    assert_eq!((report.hits.failed, report.hits.timed_out), (2, 4));
}

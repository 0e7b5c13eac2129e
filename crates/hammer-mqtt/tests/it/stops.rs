//! Runs that are stopped while clients connect.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hammer_core::{Run, StopHandle};
use hammer_mqtt::{ConfigureNetwork, Mqtt, MqttCompletionEvent, Qos};

use crate::scripted_broker::ScriptedBroker;
use crate::{execute, ms, until_stopped};

#[test]
fn a_stop_while_clients_connect_ends_the_run_and_closes_all_connections() {
    for completion in [MqttCompletionEvent::Sent, MqttCompletionEvent::Delivery] {
        let stop = StopHandle::new();
        let (stopper, ended) = (stop.clone(), Arc::new(AtomicU64::new(0)));
        let script_ended = ended.clone();
        // Client 5 gets no CONNACK, and connected clients get no answers to pings.
        let broker = ScriptedBroker::with_script(move |peer| {
            if peer.number == 5 {
                stopper.drain();
                peer.ignore();
            } else {
                peer.accept();
                while let Some(packet) = peer.read_packet() {
                    if packet.kind() != 12 && !peer.respond(&packet) {
                        break;
                    }
                }
            }
            script_ended.fetch_add(1, Ordering::SeqCst);
        });
        let mqtt = Mqtt::builder(&broker.url())
            .qos(Qos::AtMostOnce)
            .clients(100)
            .connect_rate(50.0)
            .connect_timeout(ms(60_000))
            .completion(completion);
        let mqtt = mqtt.build().expect("well formed");
        let started = Instant::now();
        let run = Run::new(mqtt, until_stopped(100)).threads(1).stop(stop);
        let report = execute(run.drain(ms(60_000)).timeout(ms(60_000)));
        assert!(started.elapsed() < Duration::from_secs(20));
        // A hit may be due at the stop of the run, but none is sent.
        assert_eq!(report.hits.unsent, report.hits.scheduled);
        assert_eq!(report.facts.get("fence"), None);
        let disconnects = broker.packets().iter().filter(|p| p.kind() == 14).count();
        // Some may not have received their CONNACK yet.
        assert!((1..=8).contains(&disconnects), "{disconnects}");
        assert!(broker.connections() < 90, "{}", broker.connections());
        while ended.load(Ordering::SeqCst) < broker.connections() {
            std::thread::yield_now();
        }
    }
}

#[test]
fn connected_clients_disconnect_if_the_others_fail() {
    let broker = ScriptedBroker::with_script(|peer| {
        if peer.number < 3 {
            peer.accept();
            return peer.respond_until_closed();
        }
        peer.read_packet();
        peer.send_packet(0x20, &[0, 5]);
    });
    let mqtt = Mqtt::builder(&broker.url()).clients(4).connect_rate(50.0);
    let run = Run::new(mqtt.build().expect("well formed"), until_stopped(100));
    run.threads(1).execute().expect_err("a client is refused");
    let disconnects = broker.packets().iter().filter(|p| p.kind() == 14).count();
    // Some may not have received their CONNACK yet.
    assert!((1..=3).contains(&disconnects), "{disconnects}");
}

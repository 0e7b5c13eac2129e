//! Brokers that are slow or do not answer.
//!
//! The scripts wait for signals or for later hits, and not for a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hammer_core::{Rate, Run, RunEvent, Schedule, StopHandle};
use hammer_mqtt::{
    ConfigureNetwork, Mqtt, MqttBuilder, MqttCompletionEvent, MqttMode, MqttPayload, MqttVersion,
    Qos,
};

use crate::scripted_broker::{ScriptGate, ScriptedBroker};
use crate::{execute, execute_with_events, ms, run, until_stopped};

fn at_least_once(broker: &ScriptedBroker) -> MqttBuilder {
    Mqtt::builder(&broker.url()).qos(Qos::AtLeastOnce)
}

#[test]
fn a_pause_of_the_broker_shows_in_the_percentiles() {
    // Message 2,000 is acknowledged after 1,050 more messages, 525 ms later by the schedule.
    let broker = ScriptedBroker::with_script(|peer| {
        peer.accept();
        let mut held = vec![];
        while let Some(packet) = peer.read_packet() {
            if packet.is_publish() && (2_000..3_050).contains(&packet.id()) {
                held.push(packet);
                continue;
            }
            for packet in held.drain(..).chain([packet]) {
                if !peer.respond(&packet) {
                    return;
                }
            }
        }
    });
    let mqtt = at_least_once(&broker).build().expect("well formed");
    let schedule = Schedule::constant(Rate::per_second(2_000)).with_duration(ms(4_000));
    let run = Run::new(mqtt, schedule).threads(1).max_in_flight(2_000);
    let report = execute(run);
    assert_eq!(report.hits.ok, 8_000, "{:?}", report.failures);
    let response = &report.response_us;
    assert!(response.p90 > 100_000.0, "{response:?}");
    assert!(response.p99 > 400_000.0, "{response:?}");
}

#[test]
fn a_hit_that_timed_out_keeps_its_id_until_the_late_answer() {
    let (timed_out, recovered) = (ScriptGate::default(), StopHandle::new());
    let (gate, stop) = (timed_out.clone(), recovered.clone());
    let broker = ScriptedBroker::answering(move |peer, packet| {
        match packet.is_publish().then(|| packet.id()) {
            Some(1) => gate.wait(),
            Some(20) => stop.drain(),
            _ => {}
        }
        peer.respond(&packet)
    });
    let mqtt = at_least_once(&broker)
        .window(2)
        .build()
        .expect("well formed");
    let run = Run::new(mqtt, until_stopped(100))
        .threads(1)
        .stop(recovered);
    let report = execute_with_events(run.timeout(ms(100)).drain(ms(20_000)), |event| {
        if let RunEvent::Tick(tick) = event
            && tick.total.timed_out >= 2
        {
            timed_out.open();
        }
    });
    let late = report.counts["late_answers"];
    assert!(
        late >= 2,
        "two acknowledgments were held back: {:?}",
        report.counts
    );
    assert_eq!(report.counts.get("unknown_answers"), None);
    assert_eq!(
        broker.published().len() as u64,
        report.hits.ok + late,
        "hits that timed out in the queue are not sent"
    );
    let ids: Vec<u16> = broker
        .published()
        .iter()
        .map(|packet| packet.id())
        .collect();
    assert!(
        ids.windows(2).all(|pair| pair[0] < pair[1]),
        "an id is reused: {ids:?}"
    );
}

#[test]
fn ids_skip_that_of_a_timed_out_hit_after_a_wrap() {
    let (timed_out, stop) = (ScriptGate::default(), StopHandle::new());
    let (gate, stopper) = (timed_out.clone(), stop.clone());
    // Message 1 is acknowledged after the ids have wrapped.
    let broker = ScriptedBroker::with_script(move |peer| {
        peer.accept();
        let (mut first, mut before, mut after) = (None, 0, 0);
        while let Some(packet) = peer.read_packet() {
            let id = if packet.is_publish() { packet.id() } else { 0 };
            if id == 1 && first.is_none() {
                first = Some(packet);
                continue;
            }
            if id == 2 && before < 2 {
                gate.wait();
            }
            after += u32::from(after > 0 || (id > 0 && id < before));
            before = before.max(id);
            if after == 1 {
                let first = first.clone().expect("message 1");
                assert!(peer.respond(&first));
            }
            if after == 100 {
                stopper.drain();
            }
            if !peer.respond(&packet) {
                return;
            }
        }
    });
    let mqtt = at_least_once(&broker).build().expect("well formed");
    let run = Run::new(mqtt, Schedule::closed_loop())
        .threads(1)
        .max_in_flight(8);
    let report = execute_with_events(run.timeout(ms(500)).stop(stop), |event| {
        if let RunEvent::Tick(tick) = event
            && tick.total.timed_out > 0
        {
            timed_out.open();
        }
    });
    let published = broker.published();
    let ids: Vec<u16> = published.iter().map(|packet| packet.id()).collect();
    let wrap = ids.windows(2).position(|pair| pair[1] < pair[0]);
    let wrap = wrap.expect("ids wrap") + 1;
    assert_eq!((ids[wrap - 1], ids[wrap]), (65_535, 2));
    assert!(!ids[wrap..].contains(&1), "id 1 is in use");
    assert_eq!(report.counts["late_answers"], report.hits.timed_out);
    assert_eq!(report.counts.get("unknown_answers"), None);
}

#[test]
fn a_slow_broker_gets_complete_messages() {
    let all_due = ScriptGate::default();
    let gate = all_due.clone();
    let broker = ScriptedBroker::with_script(move |peer| {
        peer.accept();
        gate.wait();
        while let Some(packet) = peer.read_packet() {
            assert!(!packet.is_publish() || packet.body.ends_with(b"xxxx"));
            if !peer.respond(&packet) {
                return;
            }
        }
    });
    // More than the buffers of the socket hold.
    let mqtt = Mqtt::builder(&broker.url()).payload(MqttPayload::Size(500_000));
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(240);
    let run = Run::new(mqtt.build().expect("well formed"), schedule).threads(1);
    let mut unsent = 0;
    let report = execute_with_events(run.drain(ms(60_000)).timeout(ms(60_000)), |event| {
        if let RunEvent::Tick(tick) = event
            && unsent == 0
        {
            unsent = tick.total.scheduled - tick.total.ok;
            all_due.open();
        }
    });
    assert!(unsent > 0, "the socket was full");
    assert_eq!(
        (
            report.counts["write_waits"],
            report.counts.get("window_waits")
        ),
        (report.phases_us["write"].count, None),
        "the broker causes the waits, not the window"
    );
    assert_eq!(report.generator.waited_for.len(), 0);
    assert_eq!(report.hits.ok, 240, "{:?}", report.failures);
    assert_eq!(broker.published().len(), 240);
    assert_eq!(
        report.phases_us["fence"].count, 1,
        "expected a fence at the end"
    );
}

#[test]
fn a_fence_answered_as_the_connection_ends_counts() {
    let broker = ScriptedBroker::answering(|peer, packet| match packet.kind() {
        12 => {
            // PINGRESP and DISCONNECT in one write.
            peer.send(&[0xd0, 0, 0xe0, 1, 0x8b]);
            peer.hang_up();
            false
        }
        _ => peer.respond(&packet),
    });
    let mqtt = Mqtt::builder(&broker.url())
        .version(MqttVersion::V5)
        .build();
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(5);
    let run = Run::new(mqtt.expect("well formed"), schedule).threads(1);
    let report = execute(run.drain(ms(5_000)));
    assert_eq!(report.hits.ok, 5, "{:?}", report.failures);
    let fence = report.phases_us.get("fence");
    assert_eq!(fence.map_or(0, |times| times.count), 1);
}

#[test]
fn an_unanswered_fence_is_reported() {
    for hangs_up in [false, true] {
        let broker = ScriptedBroker::answering(move |peer, packet| match packet.kind() {
            12 => !hangs_up,
            _ => peer.respond(&packet),
        });
        let mqtt = Mqtt::builder(&broker.url()).build().expect("well formed");
        let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(5);
        let run = Run::new(mqtt, schedule).threads(1);
        let report = execute(run.drain(ms(300)));
        assert_eq!(report.hits.ok, 5, "{:?}", report.failures);
        assert_eq!(report.facts["fence"]["not_passed"], 1, "{hangs_up}");
    }
}

#[test]
fn half_an_acknowledgment_is_a_timeout() {
    let broker = ScriptedBroker::answering(|peer, packet| {
        if packet.is_publish() {
            peer.send(&[0x40, 2, 0]);
            peer.ignore();
        }
        peer.respond(&packet)
    });
    let mqtt = at_least_once(&broker).build().expect("well formed");
    let run = Run::new(
        mqtt,
        Schedule::constant(Rate::per_second(100)).with_hit_count(1),
    );
    let report = execute(run.threads(1).timeout(ms(100)).drain(ms(20_000)));
    assert_eq!(report.hits.timed_out, 1, "{:?}", report.failures);
}

#[test]
fn a_broker_that_never_answers_connect_is_a_timeout() {
    let broker = ScriptedBroker::with_script(|peer| peer.ignore());
    let mqtt = at_least_once(&broker)
        .connect_timeout(ms(100))
        .build()
        .expect("well formed");
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(1);
    let error = Run::new(mqtt, schedule)
        .execute()
        .expect_err("no client can connect");
    let cause = std::error::Error::source(&error)
        .expect("a source")
        .to_string();
    assert!(
        cause.contains("1 of 1 clients could") && cause.contains("connack_timeout"),
        "{cause}"
    );
    assert!(cause.contains("an MQTT broker listens"), "{cause}");
    let connect_load = at_least_once(&broker).mode(MqttMode::Connect);
    let connect_load = connect_load.connect_timeout(ms(100)).build();
    let report = run(connect_load.expect("well formed"), 3);
    assert_eq!(report.failures["connack_timeout"], 3);
}

#[test]
fn a_timeout_names_the_step_of_the_opening_that_hung() {
    let broker = ScriptedBroker::with_script(|peer| peer.ignore());
    let address = broker.url().replace("mqtt://", "");
    let connects = |scheme: &str| {
        let mqtt = Mqtt::builder(&format!("{scheme}://{address}")).insecure(true);
        mqtt.mode(MqttMode::Connect)
    };
    for (name, mqtt) in [
        ("connack_timeout", connects("mqtt")),
        ("tls_timeout", connects("mqtts")),
        ("websocket_timeout", connects("ws")),
        ("proxy_timeout", connects("mqtt").proxy(address.clone())),
        (
            "socks_timeout",
            connects("mqtt").proxy(format!("socks5h://{address}")),
        ),
        (
            "proxy_tls_timeout",
            connects("mqtt")
                .proxy(format!("https://{address}"))
                .proxy_insecure(true),
        ),
    ] {
        let built = mqtt.connect_timeout(ms(60)).build().expect("well formed");
        let report = run(built, 2);
        assert_eq!(report.failures.get(name), Some(&2), "{:?}", report.failures);
    }
    // The timeout of a hit may come first.
    let mqtt = connects("mqtts").build().expect("well formed");
    let run = Run::new(mqtt, Schedule::closed_loop().with_hit_count(2));
    let report = execute(run.threads(1).max_in_flight(2).timeout(ms(60)));
    assert_eq!(
        report.failures.get("tls_timeout"),
        Some(&2),
        "{:?}",
        report.failures
    );
    assert_eq!(report.hits.timed_out, 2);
}

#[test]
fn a_broker_that_never_answers_subscribe_is_a_timeout() {
    let broker = ScriptedBroker::with_script(|peer| {
        peer.accept();
        peer.ignore();
    });
    let mqtt = Mqtt::builder(&broker.url()).completion(MqttCompletionEvent::Delivery);
    let mqtt = mqtt.connect_timeout(ms(100)).build().expect("well formed");
    let error = Run::new(mqtt, Schedule::closed_loop().with_hit_count(1)).execute();
    let error = error.expect_err("no client can subscribe");
    let cause = std::error::Error::source(&error).expect("a source");
    assert!(cause.to_string().contains("suback_timeout"), "{cause}");
}

#[test]
fn a_silent_connection_is_kept_alive_by_pings() {
    let (pings, stop) = (Arc::new(AtomicU64::new(0)), StopHandle::new());
    let stopper = stop.clone();
    let broker = ScriptedBroker::answering(move |peer, packet| {
        if packet.kind() == 12 && pings.fetch_add(1, Ordering::SeqCst) == 2 {
            stopper.drain();
        }
        peer.respond(&packet)
    });
    let mqtt = at_least_once(&broker).keep_alive(1).build();
    let schedule = Schedule::constant(Rate::new(1, ms(30_000)).expect("a rate"));
    let run = Run::new(
        mqtt.expect("well formed"),
        schedule.with_duration(ms(60_000)),
    );
    let report = execute(run.threads(1).stop(stop));
    assert_eq!((report.hits.ok, broker.connections()), (1, 1));
    let packets = broker.packets();
    let pings = packets.iter().filter(|packet| packet.kind() == 12);
    assert!(pings.count() >= 3);
}

#[test]
fn a_connection_with_constant_pings_is_alive() {
    // Each ping is answered after the next.
    let broker = ScriptedBroker::with_script(|peer| {
        peer.accept();
        let mut pings = 0;
        while let Some(packet) = peer.read_packet() {
            pings += u32::from(packet.kind() == 12);
            if pings != 1 && !peer.respond(&packet) {
                return;
            }
            if pings == 500 {
                peer.send_packet(0xd0, &[]);
                return peer.respond_until_closed();
            }
        }
    });
    let mqtt = Mqtt::builder(&broker.url())
        .mode(MqttMode::Ping)
        .keep_alive(1);
    let report = run(mqtt.build().expect("well formed"), 500);
    assert_eq!(report.hits.ok, 500, "{:?}", report.failures);
    assert_eq!(broker.connections(), 1);
}

#[test]
fn a_connection_without_answers_to_pings_is_lost() {
    let stop = StopHandle::new();
    let stopper = stop.clone();
    let broker = ScriptedBroker::with_script(move |peer| {
        if peer.number == 1 {
            stopper.drain();
        }
        peer.accept();
        while let Some(packet) = peer.read_packet() {
            if packet.kind() != 12 && !peer.respond(&packet) {
                return;
            }
        }
    });
    let mqtt = at_least_once(&broker).keep_alive(1).build();
    let schedule = Schedule::constant(Rate::new(1, ms(30_000)).expect("a rate"));
    let run = Run::new(
        mqtt.expect("well formed"),
        schedule.with_duration(ms(60_000)),
    );
    let report = execute(run.threads(1).stop(stop));
    assert_eq!(report.facts["lost_by"]["keep_alive_timeout"], 1);
}

//! Messages that do not reach the subscribers, and the reason that the report gives.

use hammer_core::{Rate, Run, RunEvent, Schedule};
use hammer_mqtt::{Mqtt, MqttCompletionEvent, MqttPayload, MqttVersion, Qos};

use crate::delivery::forwarding_broker;
use crate::scripted_broker::{ScriptGate, ScriptedBroker};
use crate::{execute, execute_with_events, ms};

#[test]
fn a_message_that_another_member_of_the_group_received_is_explained() {
    for (qos, group) in [
        (Qos::AtLeastOnce, Some("workers")),
        (Qos::AtMostOnce, Some("workers")),
        (Qos::AtLeastOnce, None),
    ] {
        // Every second message goes to a foreign member of the group.
        let broker = forwarding_broker(|number, packet, _| match number % 2 {
            0 => vec![packet],
            _ => vec![],
        });
        let mqtt = Mqtt::builder(&broker.url())
            .qos(qos)
            .payload(MqttPayload::Size(40))
            .completion(MqttCompletionEvent::Delivery);
        let mqtt = match group {
            Some(group) => mqtt.share_group(group),
            None => mqtt,
        };
        let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(10);
        let run = Run::new(mqtt.build().expect("well formed"), schedule);
        let report = execute(run.threads(1).timeout(ms(300)).drain(ms(2_000)));
        assert_eq!((report.hits.ok, report.hits.timed_out), (5, 5));
        let advice = &report.advice["timeout"];
        let received = "the broker received 5 of these messages";
        assert!(advice.starts_with(received), "{advice}");
        let names_group = advice.contains("other clients may share the group \"workers\"");
        assert_eq!(names_group, group.is_some(), "{advice}");
        let mut reasons = report.verdict.reasons.iter();
        let doubted = reasons.any(|reason| reason.contains("Other clients may share the group"));
        assert_eq!(doubted, group.is_some(), "{:?}", report.verdict);
    }
}

#[test]
fn a_timeout_without_an_acknowledgment_is_not_explained_as_lost() {
    let broker = ScriptedBroker::answering(|peer, packet| match packet.kind() {
        3 => true,
        _ => peer.respond(&packet),
    });
    let mqtt = Mqtt::builder(&broker.url())
        .qos(Qos::AtLeastOnce)
        .completion(MqttCompletionEvent::Delivery);
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(3);
    let run = Run::new(mqtt.build().expect("well formed"), schedule);
    let report = execute(run.threads(1).timeout(ms(100)).drain(ms(2_000)));
    assert_eq!(report.hits.timed_out, 3);
    let advice = &report.advice["timeout"];
    assert!(advice.starts_with("the target did not answer"), "{advice}");
}

#[test]
fn messages_that_the_broker_refused_or_that_never_left_are_not_lost() {
    // The broker refuses every message by a reason code.
    let broker = ScriptedBroker::answering(|peer, packet| match packet.kind() {
        3 => peer.acknowledge_with(0x40, packet.id(), 0x87),
        _ => peer.respond(&packet),
    });
    let mqtt = Mqtt::builder(&broker.url())
        .version(MqttVersion::V5)
        .qos(Qos::AtLeastOnce)
        .completion(MqttCompletionEvent::Delivery);
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(5);
    let report = execute(Run::new(mqtt.build().expect("well formed"), schedule).threads(1));
    assert_eq!(report.labels["not_authorized"], 5, "{:?}", report.failures);
    assert_eq!((report.counts["published"], report.counts["lost"]), (0, 0));

    // The broker reads nothing, so that most messages never leave, and then disconnects.
    for qos in [Qos::AtMostOnce, Qos::AtLeastOnce] {
        let all_due = ScriptGate::default();
        let gate = all_due.clone();
        let broker = ScriptedBroker::with_script(move |peer| {
            peer.accept();
            if peer.number == 1 {
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
            .qos(qos)
            .payload(MqttPayload::Size(2_000_000))
            .completion(MqttCompletionEvent::Delivery);
        let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(20);
        let run = Run::new(mqtt.build().expect("well formed"), schedule).threads(1);
        let report = execute_with_events(run.timeout(ms(4_000)).drain(ms(20_000)), |event| {
            if let RunEvent::Draining = event {
                all_due.open();
            }
        });
        // The socket has taken some messages, of which the broker may not have read the last.
        let (published, lost) = (report.counts["published"], report.counts["lost"]);
        assert!(
            (broker.published().len() as u64..10).contains(&published),
            "{qos:?}"
        );
        assert_eq!(lost, published, "{qos:?}");
    }
}

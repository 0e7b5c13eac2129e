//! Messages at QoS 0, whose arrival only the answer to a later ping confirms.

use hammer_core::{Rate, Report, Run, RunEvent, Schedule, StopHandle, VerdictStatus};
use hammer_mqtt::{Mqtt, MqttBuilder, Qos};

use crate::scripted_broker::ScriptedBroker;
use crate::{execute, execute_with_events, ms, run, until_stopped};

fn at_most_once(broker: &ScriptedBroker) -> Mqtt {
    let mqtt: MqttBuilder = Mqtt::builder(&broker.url());
    mqtt.build().expect("well formed")
}

/// Returns the reason of the verdict that messages may not have arrived.
fn doubt(report: &Report) -> Option<&str> {
    let mut reasons = report.verdict.reasons.iter().map(String::as_str);
    reasons.find(|reason| reason.contains("may not have arrived"))
}

#[test]
fn messages_to_a_hung_broker_make_the_run_suspect() {
    let broker = ScriptedBroker::with_script(|peer| {
        peer.accept();
        // The socket takes the messages, but the broker does not read them.
        std::thread::park();
    });
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(20);
    let run = Run::new(at_most_once(&broker), schedule).threads(1);
    let report = execute(run.drain(ms(300)));
    assert_eq!(report.hits.ok, 20, "{:?}", report.failures);
    assert_eq!(report.facts["fence"]["not_passed"], 1);
    assert_eq!(report.counts["unconfirmed"], 20);
    assert_ne!(report.verdict.status, VerdictStatus::Valid);
    let reason = doubt(&report).expect("a reason");
    assert!(
        reason.starts_with("20 messages were sent at QoS 0"),
        "{reason}"
    );
}

#[test]
fn messages_on_a_lost_connection_make_the_run_suspect() {
    let broker = ScriptedBroker::answering(|peer, packet| match packet.is_publish() {
        true if peer.number == 0 => false,
        _ => peer.respond(&packet),
    });
    let report = run(at_most_once(&broker), 40);
    let unconfirmed = report.counts["unconfirmed"];
    assert!(
        unconfirmed >= 1 && unconfirmed < report.hits.ok,
        "{unconfirmed}"
    );
    assert_eq!(report.facts.get("fence"), None, "the last fence passed");
    assert!(doubt(&report).is_some(), "{:?}", report.verdict);
}

#[test]
fn messages_of_a_run_that_ends_at_once_make_it_suspect() {
    let broker = ScriptedBroker::answering(|peer, packet| peer.respond(&packet));
    let stop = StopHandle::new();
    let run = Run::new(at_most_once(&broker), until_stopped(200)).threads(1);
    let report = execute_with_events(run.stop(stop.clone()), |event| {
        if let RunEvent::Tick(_) = event {
            stop.stop_now();
        }
    });
    assert!(report.hits.ok > 0);
    assert!(doubt(&report).is_some(), "{:?}", report.verdict);
}

#[test]
fn confirmed_messages_are_not_doubted() {
    for qos in [Qos::AtMostOnce, Qos::AtLeastOnce] {
        let broker = ScriptedBroker::answering(|peer, packet| peer.respond(&packet));
        let mqtt = Mqtt::builder(&broker.url()).qos(qos).clients(3);
        let report = run(mqtt.build().expect("well formed"), 20);
        assert_eq!(report.hits.ok, 20, "{:?}", report.failures);
        assert_eq!(report.counts.get("unconfirmed"), None);
        assert_eq!(doubt(&report), None);
    }
}

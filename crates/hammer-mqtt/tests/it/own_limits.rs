//! Hits that wait for a limit: a limit of the hammer makes a run suspect, one of the broker does not.

use hammer_core::{Rate, Report, Run, RunEvent, Schedule, StopHandle, VerdictStatus};
use hammer_mqtt::{Mqtt, MqttBuilder, MqttVersion, Qos};

use crate::scripted_broker::{ScriptGate, ScriptedBroker};
use crate::{execute, execute_with_events, ms};

/// Starts a broker that allows `receive_maximum` unacknowledged messages, and acknowledges the first
/// one when the gate opens.
fn broker_that_holds_the_first(receive_maximum: u8, gate: ScriptGate) -> ScriptedBroker {
    ScriptedBroker::with_script(move |peer| {
        peer.accept_with(&[0x21, 0, receive_maximum]);
        let mut first = true;
        while let Some(packet) = peer.read_packet() {
            if std::mem::take(&mut first) {
                gate.wait();
            }
            if !peer.respond(&packet) {
                return;
            }
        }
    })
}

/// Runs 20 hits of which all but the first wait until all are due.
fn run_with_waits(
    receive_maximum: u8,
    configure: impl FnOnce(MqttBuilder) -> MqttBuilder,
) -> Report {
    let gate = ScriptGate::default();
    let broker = broker_that_holds_the_first(receive_maximum, gate.clone());
    let mqtt = Mqtt::builder(&broker.url())
        .version(MqttVersion::V5)
        .qos(Qos::AtLeastOnce);
    let mqtt = configure(mqtt).build().expect("well formed");
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(20);
    let run = Run::new(mqtt, schedule).threads(1).drain(ms(20_000));
    let report = execute_with_events(run, |event| {
        if let RunEvent::Draining = event {
            gate.open();
        }
    });
    assert_eq!(report.hits.ok, 20, "{:?}", report.failures);
    report
}

fn names_window(report: &Report) -> bool {
    let mut reasons = report.verdict.reasons.iter();
    reasons.any(|reason| reason.contains("`window`"))
}

#[test]
fn waits_for_the_windows_own_limit_make_the_run_suspect() {
    let report = run_with_waits(20, |mqtt| mqtt.window(1));
    assert_eq!(report.generator.waited_for["window"], 19);
    assert_eq!(report.counts["window_waits"], 19);
    assert_eq!(report.counts.get("receive_max_waits"), None);
    assert_ne!(report.verdict.status, VerdictStatus::Valid);
    assert!(names_window(&report), "{:?}", report.verdict);
}

#[test]
fn waits_for_the_brokers_receive_maximum_are_not_the_hammers() {
    for window in [1, 5, u16::MAX] {
        let report = run_with_waits(1, |mqtt| mqtt.window(window));
        assert_eq!(report.generator.waited_for.len(), 0, "{window}");
        assert_eq!(report.counts["receive_max_waits"], 19);
        assert_eq!(report.counts["window_waits"], 19);
        assert_eq!(report.phases_us["window"].count, 19);
        assert!(!names_window(&report), "{:?}", report.verdict);
    }
}

#[test]
fn waits_for_a_reconnect_in_a_closed_loop_make_the_run_suspect() {
    let stop = StopHandle::new();
    let stopper = stop.clone();
    let broker = ScriptedBroker::with_script(move |peer| {
        peer.accept();
        while let Some(packet) = peer.read_packet() {
            if packet.is_publish() && peer.number == 0 {
                return;
            }
            if packet.is_publish() {
                stopper.drain();
            }
            if !peer.respond(&packet) {
                return;
            }
        }
    });
    let mqtt = Mqtt::builder(&broker.url()).qos(Qos::AtLeastOnce);
    let run = Run::new(
        mqtt.build().expect("well formed"),
        Schedule::closed_loop().with_duration(ms(60_000)),
    );
    let report = execute(run.threads(1).max_in_flight(1).stop(stop));
    assert_eq!(report.phases_us["reconnect"].count, 1);
    assert_ne!(report.verdict.status, VerdictStatus::Valid);
    let mut reasons = report.verdict.reasons.iter();
    assert!(
        reasons.any(|reason| reason.starts_with("1 hit of the closed loop waited")),
        "{:?}",
        report.verdict
    );
}

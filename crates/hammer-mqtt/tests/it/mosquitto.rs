//! Runs against mosquitto.

use hammer_core::{ErrorKind, Rate, Run, RunEvent, Schedule, StopHandle};
use hammer_mqtt::{Mqtt, MqttCompletionEvent, MqttMode, MqttPayload, MqttVersion, Qos};

use crate::mosquitto_server::{self, MosquittoServer};
use crate::{execute, execute_with_events, ms, run, until_stopped};

#[test]
fn twenty_thousand_messages_are_published_and_delivered() {
    let Some(broker) = MosquittoServer::anonymous() else {
        return;
    };
    let Some(subscriber) = broker.subscriber("devices/+/state", 20_000) else {
        return;
    };
    let mqtt = Mqtt::builder(&broker.url())
        .clients(8)
        .topic("devices/{{client}}/state")
        .payload(MqttPayload::Size(100))
        .qos(Qos::AtLeastOnce);
    let schedule = Schedule::constant(Rate::per_second(2_000)).with_duration(ms(10_000));
    let report = execute(Run::new(mqtt.build().expect("well formed"), schedule));
    assert_eq!(report.hits.ok, 20_000, "{:?}", report.failures);
    assert_eq!(report.counts["connections_opened"], 8);
    assert_eq!(subscriber.count(), 20_000);
}

#[test]
fn every_qos_and_mode_works_in_both_versions() {
    let Some(broker) = MosquittoServer::anonymous() else {
        return;
    };
    for version in [MqttVersion::V3, MqttVersion::V5] {
        let mqtt = || Mqtt::builder(&broker.url()).version(version).clients(3);
        for qos in [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce] {
            let report = run(mqtt().qos(qos).build().expect("well formed"), 50);
            assert_eq!(report.hits.ok, 50, "{qos:?}: {:?}", report.failures);
        }
        for mode in [MqttMode::Connect, MqttMode::Subscribe, MqttMode::Ping] {
            let report = run(mqtt().mode(mode).build().expect("well formed"), 50);
            assert_eq!(report.hits.ok, 50, "{mode:?}: {:?}", report.failures);
        }
    }
}

#[test]
fn limits_of_version_5_are_reported() {
    let config = "allow_anonymous true\nmax_inflight_messages 7\nmax_packet_size 1000";
    let Some(broker) = MosquittoServer::start(config) else {
        return;
    };
    let mqtt = || {
        Mqtt::builder(&broker.url())
            .version(MqttVersion::V5)
            .qos(Qos::AtLeastOnce)
    };
    let report = run(mqtt().build().expect("well formed"), 20);
    assert_eq!(report.facts["receive_max"]["7"], 1);
    assert_eq!(report.facts["packet_max"]["1000"], 1);
    assert_eq!(report.labels["no_matching_subscribers"], 20);
    let large = mqtt()
        .payload(MqttPayload::Template("{{text 2000}}".into()))
        .build()
        .expect("well formed");
    assert_eq!(run(large, 5).failures["packet_too_large"], 5);
    let with_required_subscribers = mqtt()
        .require_subscribers(true)
        .build()
        .expect("well formed");
    assert_eq!(run(with_required_subscribers, 5).hits.rejected, 5);
}

#[test]
fn refused_logins_and_topics_are_failures_by_name() {
    let Some(passwords) = mosquitto_server::passwords("u", "secret") else {
        return;
    };
    let access = "user u\ntopic write allowed/#\n";
    let config = "allow_anonymous false\npassword_file FOLDER/passwords\nacl_file FOLDER/access";
    let files = [("passwords", &*passwords), ("access", access)];
    let Some(broker) = MosquittoServer::with_files(config, &files) else {
        return;
    };
    let url = |login: &str| broker.url().replace("mqtt://", &format!("mqtt://{login}@"));
    let mqtt = |login| {
        let mqtt = Mqtt::builder(&url(login))
            .version(MqttVersion::V5)
            .qos(Qos::AtLeastOnce);
        mqtt.topic("allowed/{{client}}")
    };
    assert_eq!(
        run(mqtt("u:secret").build().expect("well formed"), 10)
            .hits
            .ok,
        10
    );
    let denied = mqtt("u:secret")
        .topic("denied")
        .build()
        .expect("well formed");
    let report = run(denied, 10);
    assert_eq!(
        (report.hits.rejected, report.labels["not_authorized"]),
        (10, 10)
    );
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(5);
    let refused = Run::new(mqtt("u:wrong").build().expect("well formed"), schedule);
    let error = refused.execute().expect_err("no client can connect");
    assert_eq!(error.kind(), ErrorKind::PrepareFailed);
    let cause = std::error::Error::source(&error)
        .expect("a source")
        .to_string();
    assert!(cause.contains("not_authorized"), "{cause}");
}

#[test]
fn every_subscriber_gets_every_message() {
    let Some(broker) = MosquittoServer::anonymous() else {
        return;
    };
    for (subscribers, share, copies) in [(1, None, 1), (3, None, 3), (3, Some("group"), 1)] {
        for (qos, version) in [
            (Qos::AtMostOnce, MqttVersion::V3),
            (Qos::ExactlyOnce, MqttVersion::V5),
        ] {
            let mut mqtt = Mqtt::builder(&broker.url())
                .version(version)
                .qos(qos)
                .clients(4)
                .topic("delivery/{{client}}/x")
                .payload(MqttPayload::Size(64))
                .completion(MqttCompletionEvent::Delivery)
                .subscribers(subscribers);
            if let Some(group) = share {
                mqtt = mqtt.share_group(group);
            }
            let schedule = Schedule::constant(Rate::per_second(500)).with_hit_count(300);
            let run = Run::new(mqtt.build().expect("well formed"), schedule);
            let report = execute(run.threads(2));
            let context = format!("{subscribers} {share:?} {qos:?}: {:?}", report.counts);
            assert_eq!(report.labels["delivered"], 300, "{context}");
            assert_eq!(report.counts["published"], 300);
            assert_eq!(report.counts["delivered"], 300 * copies);
            for name in ["lost", "duplicates", "reordered"] {
                assert_eq!(report.counts[name], 0, "{name}");
            }
        }
    }
}

#[test]
fn every_hit_has_a_result_if_the_broker_restarts() {
    let Some(mut broker) = MosquittoServer::anonymous() else {
        return;
    };
    let mqtt = Mqtt::builder(&broker.url())
        .clients(4)
        .qos(Qos::AtLeastOnce);
    let stop = StopHandle::new();
    let run = Run::new(mqtt.build().expect("well formed"), until_stopped(1_000));
    // Kills the broker after the first ok hits, restarts it when hits fail, stops when hits are ok
    // again.
    let mut stage = 0;
    let report = execute_with_events(run.stop(stop.clone()), |event| {
        let RunEvent::Tick(tick) = event else { return };
        let all_ok = tick.hits.ok > 0 && tick.hits.failed == 0;
        match stage {
            0 if all_ok => broker.kill(),
            1 if tick.hits.failed > 0 => broker.start_again(),
            2 if all_ok => stop.drain(),
            _ => return,
        }
        stage += 1;
    });
    assert!(
        report.failures["not_connected"] > 0,
        "{:?}",
        report.failures
    );
    assert_eq!(report.hits.timed_out, 0, "hits in flight fail at once");
    assert_eq!(report.counts["reconnects"], 4, "{:?}", report.counts);
    assert_eq!(report.counts["connections_lost"], 4);
}

#[test]
fn a_session_resumes_after_a_takeover() {
    let Some(broker) = MosquittoServer::anonymous() else {
        return;
    };
    for (version, level) in [(MqttVersion::V3, 4), (MqttVersion::V5, 5)] {
        let mqtt = Mqtt::builder(&broker.url())
            .version(version)
            .client_id("taken-over")
            .topic("resumed/{{client}}")
            .payload(MqttPayload::Template("{{seq}}".into()))
            .qos(Qos::ExactlyOnce)
            .resend(true);
        let mqtt = match version {
            MqttVersion::V3 => mqtt.clean_start(false),
            MqttVersion::V5 => mqtt.session_expiry(60),
        };
        let stop = StopHandle::new();
        let run = Run::new(mqtt.build().expect("well formed"), Schedule::closed_loop());
        let run = run.threads(1).max_in_flight(20);
        let mut taken_over = 0;
        let report = execute_with_events(run.stop(stop.clone()), |event| {
            let RunEvent::Tick(tick) = event else { return };
            if tick.hits.ok == 0 {
                return;
            }
            if taken_over == 3 {
                return stop.drain();
            }
            // Another client with the same id takes the session over, and leaves at once.
            taken_over += 1;
            mosquitto_server::take_over(broker.port, "taken-over", level);
        });
        assert_eq!(
            report.hits.ok, report.hits.scheduled,
            "{:?}",
            report.failures
        );
        assert!(report.counts["resent"] > 0, "{:?}", report.counts);
        assert_eq!(report.counts["reconnects"], 3, "{:?}", report.counts);
    }
}

#[test]
fn every_qos_works_over_websocket() {
    let (port, config) = (
        mosquitto_server::free_port(),
        "allow_anonymous true\nlistener PORT 127.0.0.1\nprotocol websockets",
    );
    let Some(broker) = MosquittoServer::start(&config.replace("PORT", &port.to_string())) else {
        return;
    };
    broker.wait_for_listener(port);
    for version in [MqttVersion::V3, MqttVersion::V5] {
        for qos in [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce] {
            let mqtt = Mqtt::builder(&format!("ws://127.0.0.1:{port}/mqtt"))
                .version(version)
                .qos(qos)
                .clients(3)
                .payload(MqttPayload::Size(5_000));
            let report = run(mqtt.build().expect("well formed"), 50);
            assert_eq!(report.hits.ok, 50, "{qos:?}: {:?}", report.failures);
            assert_eq!(report.phases_us["websocket"].count, 3);
        }
    }
}

//! Rejections, refusals and failures by name.

use hammer_core::{ErrorKind, Rate, Run, Schedule};
use hammer_mqtt::{Mqtt, MqttBuilder, MqttMode, MqttPayload, MqttVersion, Qos};

use crate::scripted_broker::ScriptedBroker;
use crate::{execute, ms, refusal, run};

fn at_least_once(broker: &ScriptedBroker) -> MqttBuilder {
    Mqtt::builder(&broker.url()).qos(Qos::AtLeastOnce)
}

#[test]
fn negative_acknowledgments_are_rejections_by_name() {
    for (reason, ok, label) in [
        (0x10, true, "no_matching_subscribers"),
        (0x80, false, "unspecified_error"),
        (0x83, false, "implementation_specific_error"),
        (0x87, false, "not_authorized"),
        (0x90, false, "topic_name_invalid"),
        (0x91, false, "packet_identifier_in_use"),
        (0x97, false, "quota_exceeded"),
        (0x99, false, "payload_format_invalid"),
    ] {
        for (qos, answer) in [(Qos::AtLeastOnce, 0x40), (Qos::ExactlyOnce, 0x50)] {
            let broker = ScriptedBroker::answering(move |peer, packet| match packet.kind() {
                3 => peer.acknowledge_with(answer, packet.id(), reason),
                _ => peer.respond(&packet),
            });
            let mqtt = Mqtt::builder(&broker.url())
                .version(MqttVersion::V5)
                .qos(qos);
            // With a window of 1, an id that is not freed would block all later messages.
            let report = run(mqtt.window(1).build().expect("well formed"), 5);
            let label = match (ok, qos) {
                (true, Qos::ExactlyOnce) => "pubcomp",
                _ => label,
            };
            let found = (report.hits.ok, report.hits.rejected);
            assert_eq!(
                found,
                if ok { (5, 0) } else { (0, 5) },
                "{label}: {:?}",
                report.failures
            );
            assert_eq!(report.labels[label], 5, "{:?}", report.labels);
        }
    }
}

#[test]
fn a_message_without_subscribers_is_rejected_if_they_are_required() {
    for (qos, answer) in [(Qos::AtLeastOnce, 0x40), (Qos::ExactlyOnce, 0x50)] {
        let broker = ScriptedBroker::answering(move |peer, packet| match packet.kind() {
            3 => peer.acknowledge_with(answer, packet.id(), 0x10),
            _ => peer.respond(&packet),
        });
        let mqtt = Mqtt::builder(&broker.url())
            .version(MqttVersion::V5)
            .qos(qos);
        let mqtt = mqtt.require_subscribers(true).window(1);
        let report = run(mqtt.build().expect("well formed"), 5);
        assert_eq!(report.hits.rejected, 5, "{:?}", report.labels);
        assert_eq!(report.labels["no_matching_subscribers"], 5);
        assert_eq!(report.counts.get("late_answers"), None);
    }
}

#[test]
fn a_run_fails_if_the_broker_refuses_all_clients() {
    for (version, code, reason) in [
        (MqttVersion::V3, 1, "unsupported_protocol_version"),
        (MqttVersion::V3, 2, "client_id_not_valid"),
        (MqttVersion::V3, 3, "server_unavailable"),
        (MqttVersion::V3, 4, "bad_user_name_or_password"),
        (MqttVersion::V3, 5, "not_authorized"),
        (MqttVersion::V3, 6, "unknown_reason"),
        (MqttVersion::V5, 0x80, "unspecified_error"),
        (MqttVersion::V5, 0x81, "malformed_packet"),
        (MqttVersion::V5, 0x82, "protocol_error"),
        (MqttVersion::V5, 0x83, "implementation_specific_error"),
        (MqttVersion::V5, 0x84, "unsupported_protocol_version"),
        (MqttVersion::V5, 0x85, "client_id_not_valid"),
        (MqttVersion::V5, 0x86, "bad_user_name_or_password"),
        (MqttVersion::V5, 0x87, "not_authorized"),
        (MqttVersion::V5, 0x88, "server_unavailable"),
        (MqttVersion::V5, 0x89, "server_busy"),
        (MqttVersion::V5, 0x8a, "banned"),
        (MqttVersion::V5, 0x8c, "bad_authentication_method"),
        (MqttVersion::V5, 0x90, "topic_name_invalid"),
        (MqttVersion::V5, 0x95, "packet_too_large"),
        (MqttVersion::V5, 0x97, "quota_exceeded"),
        (MqttVersion::V5, 0x99, "payload_format_invalid"),
        (MqttVersion::V5, 0x9a, "retain_not_supported"),
        (MqttVersion::V5, 0x9b, "qos_not_supported"),
        (MqttVersion::V5, 0x9c, "use_another_server"),
        (MqttVersion::V5, 0x9d, "server_moved"),
        (MqttVersion::V5, 0x9f, "connection_rate_exceeded"),
        (MqttVersion::V5, 0xfe, "unknown_reason"),
    ] {
        let broker = ScriptedBroker::with_script(move |peer| {
            peer.read_packet();
            let body = [0, code, 0];
            peer.send_packet(
                0x20,
                if version == MqttVersion::V3 {
                    &body[..2]
                } else {
                    &body
                },
            );
        });
        let builder = || at_least_once(&broker).version(version);
        let schedule = || Schedule::constant(Rate::per_second(100)).with_hit_count(5);
        let result = Run::new(builder().build().expect("well formed"), schedule()).execute();
        let error = result.expect_err("no client can connect");
        assert_eq!(error.kind(), ErrorKind::PrepareFailed);
        let cause = std::error::Error::source(&error)
            .expect("a source")
            .to_string();
        assert!(cause.contains(reason), "{cause}");

        let connect_load = builder()
            .mode(MqttMode::Connect)
            .build()
            .expect("well formed");
        let report = run(connect_load, 5);
        assert_eq!(
            (report.hits.rejected, report.labels[reason]),
            (5, 5),
            "{:?}",
            report.failures
        );
    }
}

#[test]
fn hits_of_a_client_that_is_allowed_to_be_missing_fail() {
    let broker = ScriptedBroker::with_script(|peer| {
        let Some(connect) = peer.read_packet() else {
            return;
        };
        if connect.body.ends_with(b"c3") {
            peer.send_packet(0x20, &[0, 5]);
            return;
        }
        peer.send_packet(0x20, &[0, 0]);
        peer.respond_until_closed();
    });
    let mqtt = || at_least_once(&broker).clients(4).client_id("c{{client}}");
    let report = run(mqtt().allow_missing(0.25).build().expect("well formed"), 20);
    assert_eq!((report.hits.ok, report.failures["not_connected"]), (15, 5));
    assert!(report.facts["not_opened"]["not_authorized"] >= 1);
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(5);
    let result = Run::new(
        mqtt().allow_missing(0.2).build().expect("well formed"),
        schedule,
    );
    assert!(result.execute().is_err());
}

#[test]
fn packets_over_the_brokers_limit_are_not_sent() {
    let broker = ScriptedBroker::with_script(|peer| {
        peer.accept_with(&[0x27, 0, 0, 0, 100]);
        peer.respond_until_closed();
    });
    let mqtt = at_least_once(&broker)
        .version(MqttVersion::V5)
        .payload(MqttPayload::Template("{{text 200}}".into()));
    let report = run(mqtt.build().expect("well formed"), 5);
    assert_eq!(
        report.failures["packet_too_large"], 5,
        "{:?}",
        report.failures
    );
    assert_eq!(report.facts["packet_max"]["100"], 1);
    assert_eq!((broker.published().len(), broker.connections()), (0, 1));
}

#[test]
fn acknowledgments_with_long_properties_are_read() {
    // The second is larger than the read buffer.
    for (length, bytes) in [([0xa9, 0x9c, 0x01], 20_009), ([0xcd, 0x9a, 0x0c], 200_013)] {
        let broker = ScriptedBroker::answering(move |peer, packet| {
            if packet.is_publish() {
                let [high, low] = packet.id().to_be_bytes();
                let mut answer = vec![0x40];
                answer.extend(length);
                answer.extend([high, low, 0]);
                // The content of the properties does not matter.
                answer.resize(4 + bytes, b'r');
                return peer.send(&answer);
            }
            peer.respond(&packet)
        });
        let mqtt = at_least_once(&broker).version(MqttVersion::V5);
        let report = run(mqtt.build().expect("well formed"), 20);
        assert_eq!(report.hits.ok, 20, "{:?}", report.failures);
        assert_eq!(report.bytes.received, 20 * (4 + bytes as u64));
    }
}

#[test]
fn a_packet_with_a_huge_length_ends_its_connection() {
    let broker = ScriptedBroker::answering(|peer, packet| {
        // A message of 2 MiB of which only the start comes, and one of 256 MB of which nothing
        // comes.
        let huge = [&b"\x30\x80\x80\x80\x01\0\x01a"[..], b"\x30\xff\xff\xff\x7f"];
        match packet.is_publish() {
            true => peer.send(huge[peer.number as usize % 2]),
            false => peer.respond(&packet),
        }
    });
    for version in [MqttVersion::V3, MqttVersion::V5] {
        let mqtt = at_least_once(&broker).version(version).build();
        let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(1);
        let run = Run::new(mqtt.expect("well formed"), schedule).threads(1);
        let report = execute(run.timeout(ms(2_000)).drain(ms(20_000)));
        assert_eq!(report.failures.get("packet_too_large"), Some(&1));
        assert_eq!(report.facts["lost_by"]["packet_too_large"], 1);
    }
}

#[test]
fn connecting_stops_when_too_many_clients_have_failed() {
    let broker = ScriptedBroker::with_script(|peer| {
        peer.read_packet();
        peer.send_packet(0x20, &[0, 5]);
    });
    let mqtt = at_least_once(&broker).clients(2_000).allow_missing(0.002);
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(5);
    let run = Run::new(mqtt.build().expect("well formed"), schedule).threads(2);
    let error = run.execute().expect_err("no client can connect");
    let cause = std::error::Error::source(&error)
        .expect("a source")
        .to_string();
    let reason = " of 2000 clients could not connect, more than the 4 allowed (";
    assert!(cause.contains(reason), "{cause}");
    assert!(cause.contains("not_authorized"), "{cause}");
    assert!(broker.connections() < 1_000, "{}", broker.connections());
    // Each client has failed, was interrupted, or was not tried.
    let number_before = |state: &str| {
        let before = cause.split(state).next().expect("a first part");
        let digits = before.trim_end().rsplit([' ', '(']).next();
        digits.and_then(|digits| digits.parse::<u64>().ok())
    };
    let failed = number_before(" of 2000 clients").expect("a number");
    let untried = number_before(" not tried").expect("a number");
    let interrupted = match cause.contains(" interrupted") {
        true => number_before(" interrupted").expect("a number"),
        false => 0,
    };
    assert_eq!(failed + interrupted + untried, 2_000, "{cause}");
    // A broker may not have accepted all connections that were tried.
    let tried = failed + interrupted;
    assert!(broker.connections() <= tried && tried < 1_000, "{cause}");
}

#[test]
fn a_port_that_expects_tls_is_named() {
    let broker = ScriptedBroker::with_script(|peer| {
        peer.read_packet();
        // The alert unexpected_message, as servers of TLS answer other protocols.
        peer.send(b"\x15\x03\x03\x00\x02\x02\x0a");
        peer.hang_up();
    });
    let reason = refusal(at_least_once(&broker).build().expect("well formed"));
    let named = reason.contains("tls_required") && reason.contains("mqtts://");
    assert!(named, "{reason}");
}

#[test]
fn a_run_fails_on_a_port_without_a_listener() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = free.local_addr().expect("bound").port();
    drop(free);
    let mqtt = Mqtt::builder(&format!("mqtt://127.0.0.1:{port}"))
        .build()
        .expect("well formed");
    let error = Run::new(mqtt, Schedule::closed_loop().with_hit_count(1))
        .execute()
        .expect_err("no listener");
    let cause = std::error::Error::source(&error)
        .expect("a source")
        .to_string();
    assert!(cause.contains("connect_refused"), "{cause}");
}

#[test]
fn a_server_without_websocket_is_a_failure_by_its_status() {
    for (answer, failure) in [
        (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            "websocket_404",
        ),
        (
            "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
            "websocket_5xx",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            "websocket_status",
        ),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", "websocket"),
    ] {
        let broker = ScriptedBroker::with_script(move |peer| {
            let mut head = vec![];
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") {
                std::io::Read::read_exact(&mut peer.stream, &mut byte).expect("a request");
                head.push(byte[0]);
            }
            peer.send(answer.as_bytes());
        });
        let url = broker.url().replace("mqtt://", "ws://");
        let connect_load = Mqtt::builder(&url)
            .mode(MqttMode::Connect)
            .build()
            .expect("well formed");
        let report = run(connect_load, 3);
        assert_eq!(report.failures[failure], 3, "{:?}", report.failures);
    }
}

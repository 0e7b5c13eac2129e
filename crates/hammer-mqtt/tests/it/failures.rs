use std::sync::atomic::{AtomicBool, Ordering};

use hammer_core::{ErrorKind, Rate, Run, Schedule};
use hammer_mqtt::{Mode, Mqtt, MqttBuilder, Networking, Payload, Qos, Version};

use crate::broker::Broker;
use crate::{execute, ms, run};

fn at_least_once(broker: &Broker) -> MqttBuilder {
    Mqtt::builder(&broker.url()).qos(Qos::AtLeastOnce)
}

#[test]
fn what_the_broker_says_no_to_is_rejected_by_name() {
    for (reason, ok, label) in [
        (0x10, true, "no_matching_subscribers"),
        (0x80, false, "unspecified_error"),
        (0x83, false, "implementation_specific_error"),
        (0x87, false, "not_authorised"),
        (0x90, false, "topic_name_invalid"),
        (0x91, false, "packet_identifier_in_use"),
        (0x97, false, "quota_exceeded"),
        (0x99, false, "payload_format_invalid"),
    ] {
        for (qos, answer) in [(Qos::AtLeastOnce, 0x40), (Qos::ExactlyOnce, 0x50)] {
            let broker = Broker::answering(move |peer, packet| match packet.kind() {
                3 => peer.acknowledge_with(answer, packet.id(), reason),
                _ => peer.oblige(&packet),
            });
            let mqtt = Mqtt::builder(&broker.url()).version(Version::V5).qos(qos);
            // A window of one: an id that a rejection did not free would be the last.
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
fn a_message_without_subscribers_can_be_a_rejection() {
    for (qos, answer) in [(Qos::AtLeastOnce, 0x40), (Qos::ExactlyOnce, 0x50)] {
        let broker = Broker::answering(move |peer, packet| match packet.kind() {
            3 => peer.acknowledge_with(answer, packet.id(), 0x10),
            _ => peer.oblige(&packet),
        });
        let mqtt = Mqtt::builder(&broker.url()).version(Version::V5).qos(qos);
        let mqtt = mqtt.require_subscribers(true).window(1);
        let report = run(mqtt.build().expect("well formed"), 5);
        assert_eq!(report.hits.rejected, 5, "{:?}", report.labels);
        assert_eq!(report.labels["no_matching_subscribers"], 5);
    }
}

#[test]
fn a_broker_that_refuses_everybody_makes_no_run() {
    for (version, code, told) in [
        (Version::V3, 1, "unsupported_protocol_version"),
        (Version::V3, 2, "client_id_not_valid"),
        (Version::V3, 3, "server_unavailable"),
        (Version::V3, 4, "bad_user_name_or_password"),
        (Version::V3, 5, "not_authorised"),
        (Version::V5, 0x86, "bad_user_name_or_password"),
        (Version::V5, 0x87, "not_authorised"),
        (Version::V5, 0x89, "server_busy"),
        (Version::V5, 0x8a, "banned"),
        (Version::V5, 0x9f, "connection_rate_exceeded"),
        (Version::V5, 0xfe, "unknown_reason"),
    ] {
        let broker = Broker::serve(move |peer| {
            peer.packet();
            let body = [0, code, 0];
            peer.send_packet(
                0x20,
                if version == Version::V3 {
                    &body[..2]
                } else {
                    &body
                },
            );
        });
        let builder = || at_least_once(&broker).version(version);
        let schedule = || Schedule::constant(Rate::per_second(100)).hits(5);
        let made = Run::new(builder().build().expect("well formed"), schedule()).execute(|_| ());
        let error = made.expect_err("nobody is connected");
        assert_eq!(error.kind(), ErrorKind::Unready);
        let cause = std::error::Error::source(&error)
            .expect("it has one")
            .to_string();
        assert!(cause.contains(told), "{cause}");

        let storm = builder().mode(Mode::Connect).build().expect("well formed");
        let report = run(storm, 5);
        assert_eq!(
            (report.hits.rejected, report.labels[told]),
            (5, 5),
            "{:?}",
            report.failures
        );
    }
}

#[test]
fn who_may_be_missing_is_and_its_hits_are_not_connected() {
    let broker = Broker::serve(|peer| {
        let Some(connect) = peer.packet() else { return };
        if connect.body.ends_with(b"c3") {
            peer.send_packet(0x20, &[0, 5]);
            return;
        }
        peer.send_packet(0x20, &[0, 0]);
        while let Some(packet) = peer.packet() {
            if !peer.oblige(&packet) {
                return;
            }
        }
    });
    let mqtt = || at_least_once(&broker).clients(4).client_id("c{{client}}");
    let report = run(mqtt().allow_missing(0.25).build().expect("well formed"), 20);
    assert_eq!((report.hits.ok, report.failures["not_connected"]), (15, 5));
    assert!(report.facts["not_opened"]["not_authorised"] >= 1);
    let schedule = Schedule::constant(Rate::per_second(100)).hits(5);
    let made = Run::new(
        mqtt().allow_missing(0.2).build().expect("well formed"),
        schedule,
    );
    assert!(made.execute(|_| ()).is_err());
}

#[test]
fn a_lost_connection_fails_what_is_in_flight_at_once_and_comes_back() {
    for (version, goodbye, failure) in [
        (Version::V3, &[][..], "connection_lost"),
        (Version::V5, &[0xe0, 1, 0x8b][..], "server_shutting_down"),
        (Version::V5, &[0xe0, 2, 0x8e, 0][..], "session_taken_over"),
        // Half a packet, whose end never comes.
        (Version::V3, &b"HTTP/1.1 400"[..], "connection_lost"),
        (Version::V3, &b"\0\0"[..], "malformed_packet"),
        // A packet that ends within itself.
        (Version::V3, &[0x40, 1, 0][..], "malformed_packet"),
    ] {
        let broker = Broker::serve(move |peer| {
            peer.accept();
            let mut count = 0;
            while let Some(packet) = peer.packet() {
                count += u32::from(packet.is_publish());
                // Three of the first connection are never answered.
                if peer.number == 0 && count > 7 {
                    if count == 10 {
                        peer.send(goodbye);
                        peer.hang_up();
                        return;
                    }
                } else if !peer.oblige(&packet) {
                    return;
                }
            }
        });
        let mqtt = at_least_once(&broker)
            .version(version)
            .build()
            .expect("well formed");
        let run = Run::new(mqtt, Schedule::constant(Rate::per_second(200)).hits(200));
        let report = execute(run.threads(1).timeout(ms(5_000)));
        let lost = report.failures.get(failure);
        // A slow machine may have sent more before it heard of the end.
        assert!(lost >= Some(&3), "{failure}: {:?}", report.failures);
        assert!(
            report.failures["not_connected"] > 0,
            "{:?}",
            report.failures
        );
        let failed = report.hits.failed;
        assert_eq!((report.hits.ok + failed, report.hits.timed_out), (200, 0));
        assert!(report.hits.ok > 100, "the run went on");
        assert_eq!(
            (
                report.counts["reconnects"],
                report.counts["connections_lost"]
            ),
            (1, 1)
        );
        assert_eq!(report.facts["lost_by"][failure], 1);
        let ids: Vec<u16> = broker
            .published()
            .iter()
            .map(|packet| packet.id())
            .collect();
        let again = ids[1..].iter().filter(|id| **id == 1).count();
        assert_eq!(again, 1, "a new connection knows nothing of the old one");
        assert!(
            broker
                .published()
                .iter()
                .all(|packet| packet.first & 8 == 0),
            "nothing twice"
        );
    }
}

#[test]
fn a_hit_that_timed_out_keeps_its_id_until_the_late_answer() {
    static SLOW: AtomicBool = AtomicBool::new(true);
    let broker = Broker::answering(|peer, packet| {
        if packet.is_publish() && SLOW.swap(false, Ordering::SeqCst) {
            peer.rest(ms(400));
        }
        peer.oblige(&packet)
    });
    let mqtt = at_least_once(&broker)
        .window(2)
        .build()
        .expect("well formed");
    let run = Run::new(mqtt, Schedule::constant(Rate::per_second(100)).hits(100));
    let report = execute(run.threads(1).timeout(ms(100)).drain(ms(2_000)));
    assert!(report.hits.timed_out >= 20, "{:?}", report.hits);
    assert_eq!(
        report.counts["late_answers"], 2,
        "the two that were sent: {:?}",
        report.counts
    );
    assert_eq!(report.counts.get("unknown_answers"), None);
    assert!(report.hits.ok >= 50, "{:?}", report.hits);
    let published = broker.published().len() as u64;
    assert_eq!(
        published,
        report.hits.ok + 2,
        "who timed out waiting was never sent"
    );
    let ids: Vec<u16> = broker
        .published()
        .iter()
        .map(|packet| packet.id())
        .collect();
    assert!(
        ids.windows(2).all(|pair| pair[0] < pair[1]),
        "no id twice: {ids:?}"
    );
}

#[test]
fn a_broker_that_stops_for_half_a_second_shows_in_the_percentiles() {
    let broker = Broker::answering(|peer, packet| {
        if packet.is_publish() && packet.id() == 2_000 {
            peer.rest(ms(500));
        }
        peer.oblige(&packet)
    });
    let mqtt = at_least_once(&broker).build().expect("well formed");
    let schedule = Schedule::constant(Rate::per_second(2_000)).lasting(ms(4_000));
    let report = execute(Run::new(mqtt, schedule).threads(1));
    assert_eq!(report.hits.ok, 8_000, "{:?}", report.failures);
    assert!(
        report.response_us.p90 > 100_000.0,
        "{:?}",
        report.response_us
    );
    assert!(
        report.response_us.p99 > 400_000.0,
        "{:?}",
        report.response_us
    );
}

#[test]
fn a_slow_reader_gets_every_message_whole() {
    let broker = Broker::serve(|peer| {
        peer.accept();
        peer.rest(ms(300));
        while let Some(packet) = peer.packet() {
            assert!(!packet.is_publish() || packet.body.ends_with(b"xxxx"));
            if !peer.oblige(&packet) {
                return;
            }
        }
    });
    // More than the socket's buffers hold.
    let mqtt = Mqtt::builder(&broker.url()).payload(Payload::Size(500_000));
    let schedule = Schedule::constant(Rate::per_second(200)).hits(60);
    let report = execute(Run::new(mqtt.build().expect("well formed"), schedule).threads(1));
    assert_eq!(report.hits.ok, 60, "{:?}", report.failures);
    assert!(
        report.response_us.max > 100_000.0,
        "the socket was full: {:?}",
        report.response_us
    );
    assert_eq!(broker.published().len(), 60);
    assert_eq!(
        report.phases_us["fence"].count, 1,
        "the run ends with a fence"
    );
}

#[test]
fn half_an_answer_and_then_silence_is_a_timeout() {
    let broker = Broker::answering(|peer, packet| {
        if packet.is_publish() {
            peer.send(&[0x40, 2, 0]);
            peer.rest(ms(300));
            return false;
        }
        peer.oblige(&packet)
    });
    let mqtt = at_least_once(&broker).build().expect("well formed");
    let run = Run::new(mqtt, Schedule::constant(Rate::per_second(100)).hits(1));
    let report = execute(run.threads(1).timeout(ms(100)).drain(ms(2_000)));
    assert_eq!((report.hits.timed_out, report.failures["timeout"]), (1, 1));
}

#[test]
fn a_broker_that_never_answers_connect_is_a_timeout() {
    let broker = Broker::serve(|peer| {
        peer.packet();
        peer.rest(ms(2_000));
    });
    let mqtt = at_least_once(&broker)
        .connect_timeout(ms(100))
        .build()
        .expect("well formed");
    let schedule = Schedule::constant(Rate::per_second(100)).hits(1);
    let error = Run::new(mqtt, schedule)
        .execute(|_| ())
        .expect_err("nobody is connected");
    let cause = std::error::Error::source(&error)
        .expect("it has one")
        .to_string();
    assert!(
        cause.contains("1 of 1 clients") && cause.contains("connect_timeout"),
        "{cause}"
    );
}

#[test]
fn what_is_larger_than_the_broker_allows_is_not_sent() {
    let broker = Broker::serve(|peer| {
        peer.accept_with(&[0x27, 0, 0, 0, 100]);
        while let Some(packet) = peer.packet() {
            if !peer.oblige(&packet) {
                return;
            }
        }
    });
    let mqtt = at_least_once(&broker)
        .version(Version::V5)
        .payload(Payload::Size(200));
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
fn answers_that_are_larger_than_they_need_be_are_read() {
    let broker = Broker::answering(|peer, packet| {
        if packet.is_publish() {
            let [high, low] = packet.id().to_be_bytes();
            // A reason string of 20,000 bytes.
            let mut answer = vec![
                0x40, 0xa9, 0x9c, 0x01, high, low, 0, 0xa3, 0x9c, 0x01, 0x1f, 0x4e, 0x20,
            ];
            answer.extend_from_slice(&[b'r'; 20_000]);
            return peer.send(&answer);
        }
        peer.oblige(&packet)
    });
    let mqtt = at_least_once(&broker)
        .version(Version::V5)
        .build()
        .expect("well formed");
    let report = run(mqtt, 20);
    assert_eq!(report.hits.ok, 20, "{:?}", report.failures);
    assert_eq!(report.bytes.received, 20 * 20_013);
}

#[test]
fn a_port_where_nobody_listens_makes_no_run() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = free.local_addr().expect("it is bound").port();
    drop(free);
    let mqtt = Mqtt::builder(&format!("mqtt://127.0.0.1:{port}"))
        .build()
        .expect("well formed");
    let error = Run::new(mqtt, Schedule::max().hits(1))
        .execute(|_| ())
        .expect_err("nobody");
    let cause = std::error::Error::source(&error)
        .expect("it has one")
        .to_string();
    assert!(cause.contains("connect_refused"), "{cause}");
}

#[test]
fn silence_is_broken_by_pings_and_a_broker_that_does_not_answer_them_is_lost() {
    for answers in [true, false] {
        let broker = Broker::answering(move |peer, packet| match packet.kind() {
            12 if !answers => true,
            _ => peer.oblige(&packet),
        });
        let mqtt = at_least_once(&broker)
            .keep_alive(1)
            .build()
            .expect("well formed");
        let schedule =
            Schedule::constant(Rate::new(1, ms(4_000)).expect("a rate")).lasting(ms(4_100));
        let report = execute(Run::new(mqtt, schedule).threads(1));
        let pings = broker
            .packets()
            .iter()
            .filter(|packet| packet.kind() == 12)
            .count();
        if answers {
            assert!(
                (3..=9).contains(&pings),
                "each half a second of 4 that is silent: {pings}"
            );
            assert_eq!((report.hits.ok, broker.connections()), (2, 1));
        } else {
            assert!(broker.connections() > 1, "{:?}", report.counts);
            assert_eq!(
                report.facts["lost_by"]["keep_alive_timeout"],
                broker.connections() - 1
            );
        }
    }
}

#[test]
fn a_server_that_speaks_no_websocket_is_told_apart_by_its_status() {
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
        let broker = Broker::serve(move |peer| {
            let mut head = vec![];
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") {
                std::io::Read::read_exact(&mut peer.stream, &mut byte).expect("a request");
                head.push(byte[0]);
            }
            peer.send(answer.as_bytes());
        });
        let url = broker.url().replace("mqtt://", "ws://");
        let storm = Mqtt::builder(&url)
            .mode(Mode::Connect)
            .build()
            .expect("well formed");
        let report = run(storm, 3);
        assert_eq!(report.failures[failure], 3, "{:?}", report.failures);
    }
}

//! Brokers with several addresses.

use std::net::TcpListener;

use hammer_core::{Rate, Report, Run, Schedule};
use hammer_mqtt::{ConfigureNetwork, Mqtt, MqttBuilder, Qos};

use crate::scripted_broker::ScriptedBroker;
use crate::{execute, run};

/// A broker at all addresses of the local network.
fn broker() -> ScriptedBroker {
    ScriptedBroker::listening_at([0, 0, 0, 0], |peer| {
        peer.accept();
        while let Some(packet) = peer.read_packet() {
            if !peer.respond(&packet) {
                return;
            }
        }
    })
}

fn mqtt_at(port: u16, addresses: &str) -> MqttBuilder {
    Mqtt::builder(&format!("mqtt://a.test:{port}"))
        .qos(Qos::AtLeastOnce)
        .resolve(format!("a.test:{port}:{addresses}"))
}

/// The hits and connections of each address.
fn shares(report: &Report) -> Vec<(u64, u64)> {
    let addresses = report.addresses.iter();
    addresses
        .map(|one| (one.hits.ok, one.connections))
        .collect()
}

/// Several workers took turns with the addresses as chance would have it.
#[test]
fn clients_share_the_addresses_evenly_at_any_number_of_threads() {
    for threads in [1, 2, 3] {
        let broker = broker();
        let mqtt = mqtt_at(broker.port(), "127.0.0.2,127.0.0.3").clients(6);
        let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(60);
        let run = Run::new(mqtt.build().expect("well formed"), schedule);
        let report = execute(run.threads(threads));
        assert_eq!(shares(&report), [(30, 3), (30, 3)], "{threads} threads");
    }
}

#[test]
fn a_client_takes_the_next_address_if_one_refuses() {
    let broker = ScriptedBroker::answering(|peer, packet| peer.respond(&packet));
    let mqtt = mqtt_at(broker.port(), "127.0.0.9,127.0.0.1").build();
    let report = run(mqtt.expect("well formed"), 5);
    assert_eq!(shares(&report), [(5, 1), (0, 0)]);
    assert_eq!(report.addresses[1].failed_attempts["connect_refused"], 1);
}

/// The error did not say which address refused.
#[test]
fn clients_that_cannot_connect_name_the_address() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    drop(listener);
    let mqtt = mqtt_at(port, "127.0.0.1").build().expect("well formed");
    let schedule = Schedule::constant(Rate::per_second(200)).with_hit_count(5);
    let error = Run::new(mqtt, schedule).threads(1).execute();
    let error = error.expect_err("no broker");
    let cause = std::error::Error::source(&error).map_or(error.to_string(), ToString::to_string);
    let expected = format!("1 of 1 clients could not connect: connect_refused at 127.0.0.1:{port}");
    assert!(cause.contains(&expected), "{cause}");
}

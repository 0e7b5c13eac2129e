//! Transports to a broker: TLS, WebSocket, Unix sockets and other local addresses.

use std::fs;
use std::net::TcpStream;

use hammer_mqtt::{ConfigureNetwork, Mqtt, MqttBuilder, Qos};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::mosquitto_server::{MosquittoServer, free_port};
use crate::run;

/// A mosquitto that listens on all transports.
struct MosquittoTransports {
    broker: MosquittoServer,
    /// The ports of TLS, mutual TLS, WebSocket, and WebSocket over TLS.
    ports: [u16; 4],
    folder: tempfile::TempDir,
}

impl MosquittoTransports {
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        certificates(&folder);
        let ports = [(); 4].map(|()| free_port());
        let [tls, mutual, websockets, secure] = ports;
        let path = folder.path().display();
        let certified = format!(
            "cafile {path}/ca.pem\ncertfile {path}/server.pem\nkeyfile {path}/server.key\n"
        );
        // As root, mosquitto would switch to another user, who cannot create the socket.
        let config = format!(
            "user root\nallow_anonymous true\nlog_type notice\nlistener 0 {path}/broker.sock\n\
             listener {tls} 127.0.0.1\n{certified}\
             listener {mutual} 127.0.0.1\n{certified}require_certificate true\n\
             listener {websockets} 127.0.0.1\nprotocol websockets\n\
             listener {secure} 127.0.0.1\nprotocol websockets\n{certified}"
        );
        let broker = MosquittoServer::start(&config)?;
        for port in ports {
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                std::thread::yield_now();
            }
        }
        Some(Self {
            broker,
            ports,
            folder,
        })
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }
}

fn certificates(folder: &tempfile::TempDir) {
    let write = |name: &str, text: String| {
        fs::write(folder.path().join(name), text).expect("writable folder");
    };
    let key = KeyPair::generate().expect("a key");
    let mut ca = CertificateParams::new(vec![]).expect("no names");
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    write("ca.pem", ca.self_signed(&key).expect("signed").pem());
    let issuer = Issuer::new(ca, key);
    for (name, host) in [("server", "broker.test"), ("client", "ann.test")] {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![host.to_owned()]).expect("a host name");
        // OpenSSL takes a certificate with the name of its issuer for a self-signed one.
        params.distinguished_name.push(DnType::CommonName, name);
        let signed = params.signed_by(&key, &issuer).expect("signed");
        write(&format!("{name}.pem"), signed.pem());
        write(&format!("{name}.key"), key.serialize_pem());
    }
}

fn at_least_once(url: &str) -> MqttBuilder {
    Mqtt::builder(url).clients(2).qos(Qos::AtLeastOnce)
}

#[test]
fn mosquitto_is_reached_over_every_transport() {
    let Some(transports) = MosquittoTransports::start() else {
        return;
    };
    let [tls, mutual, websockets, secure] = transports.ports;
    let trusting = |url: &str| {
        at_least_once(url)
            .cacert(transports.file("ca.pem"))
            .sni("broker.test")
    };
    let socket = format!("unix://{}", transports.file("broker.sock").display());
    let known = trusting(&format!("mqtts://127.0.0.1:{mutual}"))
        .client_cert(transports.file("client.pem"))
        .client_key(transports.file("client.key"));
    for (transport, mqtt, steps) in [
        ("unix", at_least_once(&socket), &["connect"][..]),
        (
            "mqtts",
            trusting(&format!("mqtts://127.0.0.1:{tls}")),
            &["connect", "tls"],
        ),
        ("a client certificate", known, &["connect", "tls"]),
        (
            "ws",
            at_least_once(&format!("ws://127.0.0.1:{websockets}/mqtt")),
            &["connect", "websocket"],
        ),
        (
            "wss",
            trusting(&format!("wss://127.0.0.1:{secure}/mqtt")),
            &["connect", "tls", "websocket"],
        ),
    ] {
        let report = run(mqtt.build().expect("well formed"), 20);
        assert_eq!(report.hits.ok, 20, "{transport}: {:?}", report.failures);
        for step in ["connect", "tls", "websocket"] {
            let count = report.phases_us.get(step).map_or(0, |times| times.count);
            let expected = if steps.contains(&step) { 2 } else { 0 };
            assert_eq!(count, expected, "{transport}: {step}");
        }
    }
}

#[test]
fn tls_failures_have_advice() {
    let Some(transports) = MosquittoTransports::start() else {
        return;
    };
    let [tls, mutual, ..] = transports.ports;
    let connects = |url: String| Mqtt::builder(&url).mode(hammer_mqtt::MqttMode::Connect);
    let ca = transports.file("ca.pem");
    let url = |port: u16| format!("mqtts://127.0.0.1:{port}");
    let trusting = |mqtt: MqttBuilder| mqtt.cacert(&ca).sni("broker.test");
    for (name, mqtt, advice) in [
        (
            "tls_wrong_name",
            connects(url(tls)).cacert(&ca),
            "for another name",
        ),
        (
            "tls_alert_certificate_required",
            trusting(connects(url(mutual))),
            "client certificate",
        ),
    ] {
        let report = run(mqtt.build().expect("well formed"), 3);
        assert_eq!(
            report.failures.get(name),
            Some(&3),
            "{name}: {:?}",
            report.failures
        );
        assert!(report.advice[name].contains(advice), "{name}");
    }
    let insecure = connects(url(tls))
        .insecure(true)
        .build()
        .expect("well formed");
    assert_eq!(run(insecure, 3).hits.ok, 3);
}

#[test]
fn clients_use_local_addresses_in_turn() {
    let Some(transports) = MosquittoTransports::start() else {
        return;
    };
    let mqtt = Mqtt::builder(&transports.broker.url())
        .clients(8)
        .qos(Qos::AtLeastOnce)
        .source("127.0.0.2-127.0.0.5");
    let report = run(mqtt.build().expect("well formed"), 16);
    assert_eq!(report.hits.ok, 16, "{:?}", report.failures);
    for last in 2..=5 {
        let from = format!("New connection from 127.0.0.{last}:");
        assert_eq!(transports.broker.count_in_log(&from), 2, "{from}");
    }
}

#[test]
fn unusable_transports_are_refused_by_the_builder() {
    let mqtt = Mqtt::builder;
    for (builder, message) in [
        (mqtt("mqtt://a").client_cert("x.pem"), "mqtts://"),
        (mqtt("mqtt://a").alpn("mqtt"), "mqtts://"),
        (mqtt("mqtts://a").insecure(true).alpn(""), "1 to 255 bytes"),
        (mqtt("mqtts://a").cacert("/no/such.pem"), "/no/such.pem"),
        (mqtt("mqtt://a").source("192.0.2.1"), "192.0.2.1"),
        (mqtt("unix:///no/such.sock"), "/no/such.sock"),
        (mqtt("mqtt://a").resolve("a"), "HOST:PORT:ADDRESS"),
        (mqtt("mqtt://a").connect_timeout(crate::ms(0)), "above 0"),
    ] {
        let error = builder.build().expect_err(message);
        assert!(error.to_string().contains(message), "{message}: {error}");
    }
}

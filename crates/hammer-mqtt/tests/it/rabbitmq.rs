//! RabbitMQ, which deviates from MQTT in several ways.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use hammer_core::{Rate, Run, Schedule};
use hammer_mqtt::{
    Mqtt, MqttBuilder, MqttCompletionEvent, MqttMode, MqttPayload, MqttVersion, Qos,
};

use crate::mosquitto_server::{free_port, program_in};
use crate::{execute, run};

/// A running RabbitMQ with its MQTT plugins, and the port mapper (epmd) of its runtime.
struct RabbitmqServer {
    child: Child,
    port: u16,
    websocket_port: u16,
    epmd_port: u16,
    _folder: tempfile::TempDir,
}

impl RabbitmqServer {
    fn start() -> Option<Self> {
        // The script on PATH requires root; this is the program that it starts.
        let program = program_in("rabbitmq-server", &["/usr/lib/rabbitmq/bin"])?;
        let folder = tempfile::tempdir().expect("a folder");
        let (port, websocket_port) = (free_port(), free_port());
        let (epmd_port, dist_port) = (free_port(), free_port());
        let config = format!(
            "listeners.tcp = none\nmqtt.listeners.tcp.default = 127.0.0.1:{port}\n\
             web_mqtt.tcp.ip = 127.0.0.1\nweb_mqtt.tcp.port = {websocket_port}\n\
             mqtt.allow_anonymous = true\nlog.console = true\nlog.console.level = error\n"
        );
        let path = |name: &str| folder.path().join(name);
        fs::write(path("rabbitmq.conf"), config).expect("writable folder");
        fs::write(path("plugins"), "[rabbitmq_mqtt, rabbitmq_web_mqtt].").expect("writable folder");
        let child = Command::new(program)
            .env("HOME", folder.path())
            .env("RABBITMQ_NODENAME", format!("hammer-{port}@localhost"))
            .env("RABBITMQ_MNESIA_BASE", path("mnesia"))
            .env("RABBITMQ_LOG_BASE", path("log"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", path("plugins"))
            .env("RABBITMQ_CONFIG_FILE", path("rabbitmq.conf"))
            .env("RABBITMQ_CONF_ENV_FILE", path("none"))
            .env("RABBITMQ_PID_FILE", path("pid"))
            .env("RABBITMQ_DIST_PORT", dist_port.to_string())
            .env("ERL_EPMD_PORT", epmd_port.to_string())
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("program starts");
        let mut server = Self {
            child,
            port,
            websocket_port,
            epmd_port,
            _folder: folder,
        };
        for port in [port, websocket_port] {
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                let ended = server.child.try_wait().expect("child process");
                assert!(ended.is_none(), "rabbitmq has ended: {ended:?}");
                std::thread::yield_now();
            }
        }
        Some(server)
    }

    fn builder(&self) -> MqttBuilder {
        Mqtt::builder(&format!("mqtt://127.0.0.1:{}", self.port)).clients(2)
    }
}

impl Drop for RabbitmqServer {
    fn drop(&mut self) {
        let id = self.child.id().to_string();
        // The process is a shell that passes SIGTERM on to its child, but not SIGKILL.
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let _ = self.child.wait();
        let epmd_port = self.epmd_port.to_string();
        let ended = Command::new(if Path::new("/usr/bin/epmd").exists() {
            "/usr/bin/epmd"
        } else {
            "epmd"
        })
        .arg("-kill")
        .env("ERL_EPMD_PORT", epmd_port)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
        drop(ended);
    }
}

#[test]
fn messages_are_acknowledged_and_delivered() {
    let Some(broker) = RabbitmqServer::start() else {
        return;
    };
    for (qos, label) in [
        (Qos::AtMostOnce, "sent"),
        (Qos::AtLeastOnce, "puback"),
        // RabbitMQ downgrades QoS 2 to QoS 1.
        (Qos::ExactlyOnce, "puback"),
    ] {
        let report = run(broker.builder().qos(qos).build().expect("well formed"), 100);
        assert_eq!(report.hits.ok, 100, "{qos:?}: {:?}", report.failures);
        assert_eq!(report.labels[label], 100);
        assert_eq!(report.counts.get("unknown_answers"), None);
    }
    for mode in [MqttMode::Connect, MqttMode::Subscribe, MqttMode::Ping] {
        let report = run(
            broker.builder().mode(mode).build().expect("well formed"),
            30,
        );
        assert_eq!(report.hits.ok, 30, "{mode:?}: {:?}", report.failures);
    }
    let mqtt = broker
        .builder()
        .qos(Qos::AtLeastOnce)
        .payload(MqttPayload::Size(64));
    let mqtt = mqtt
        .completion(MqttCompletionEvent::Delivery)
        .subscribers(2)
        .build()
        .expect("well formed");
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(100);
    let report = execute(Run::new(mqtt, schedule).threads(2));
    assert_eq!(report.labels["delivered"], 100, "{:?}", report.failures);
    assert_eq!(
        (report.counts["delivered"], report.counts["lost"]),
        (200, 0)
    );

    let url = format!("ws://127.0.0.1:{}/ws", broker.websocket_port);
    for qos in [Qos::AtMostOnce, Qos::AtLeastOnce] {
        let mqtt = Mqtt::builder(&url)
            .clients(3)
            .qos(qos)
            .payload(MqttPayload::Size(5_000));
        let report = run(mqtt.build().expect("well formed"), 50);
        assert_eq!(report.hits.ok, 50, "{qos:?}: {:?}", report.failures);
        assert_eq!(report.phases_us["websocket"].count, 3);
    }
    // RabbitMQ 3.10 speaks 3.1.1 only; from 3.13 on, it speaks 5.0 too.
    let mqtt = broker.builder().version(MqttVersion::V5).build();
    let schedule = Schedule::constant(Rate::per_second(100)).with_hit_count(10);
    if let Err(error) = Run::new(mqtt.expect("well formed"), schedule).execute() {
        let cause = std::error::Error::source(&error).expect("a source");
        assert!(cause.to_string().contains("`version(V3)`"), "{cause}");
    }

    let mqtt = Mqtt::builder(&url.replace("/ws", "/elsewhere")).mode(MqttMode::Connect);
    let report = run(mqtt.build().expect("well formed"), 3);
    assert_eq!(report.failures["websocket_404"], 3, "{:?}", report.failures);
}

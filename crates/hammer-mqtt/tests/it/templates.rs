//! Templates in messages and in the identity of clients.

use std::collections::BTreeSet;
use std::sync::Arc;

use hammer_core::{ErrorKind, Rate, Run, Schedule};
use hammer_data::credential::{
    CredentialError, CredentialErrorKind, FetchedToken, SecretBytes, TokenSource, TokenStore,
};
use hammer_data::{ExhaustedPolicy, Feeder, FeederFormat, VariesBy};
use hammer_mqtt::{Mqtt, MqttBuilder, MqttMode, MqttPayload, MqttVersion, Qos, TemplateScope};

use crate::scripted_broker::{ClientPacket, ScriptedBroker};
use crate::{execute, ms, run};

fn responding_broker() -> ScriptedBroker {
    ScriptedBroker::answering(|peer, packet| peer.respond(&packet))
}

fn users(per: VariesBy) -> Feeder {
    let csv = "id,secret\nada,a1\ngrace,g2\nedsger,e3\nbarbara,b4\n";
    Feeder::read(csv.as_bytes(), FeederFormat::Csv)
        .expect("well formed")
        .with_row_per(per)
}

fn with_feeder(users: Feeder, mqtt: MqttBuilder) -> MqttBuilder {
    mqtt.template_scope(TemplateScope::new().feeder("users", Arc::new(users)))
}

/// Returns the strings in the payload of each CONNECT packet.
fn connects(broker: &ScriptedBroker) -> Vec<Vec<String>> {
    let connect = |packet: &ClientPacket| {
        (packet.kind() == 1).then(|| length_prefixed_strings(&packet.body[10..]))
    };
    broker.packets().iter().filter_map(connect).collect()
}

fn length_prefixed_strings(mut bytes: &[u8]) -> Vec<String> {
    let mut texts = vec![];
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (text, rest) = rest.split_at(usize::from(u16::from_be_bytes(*length)));
        texts.push(String::from_utf8_lossy(text).into_owned());
        bytes = rest;
    }
    texts
}

#[test]
fn each_client_keeps_its_own_values() {
    // Each client loses its first connection with its first message.
    let broker = ScriptedBroker::with_script(|peer| {
        peer.accept();
        while let Some(packet) = peer.read_packet() {
            if !peer.respond(&packet) || (packet.is_publish() && peer.number < 4) {
                return;
            }
        }
    });
    let mqtt = with_feeder(users(VariesBy::Client), Mqtt::builder(&broker.url()))
        .clients(4)
        .client_id("c{{client}}-{{uuid}}")
        .user("{{users.id}}")
        .password("{{users.secret}}-{{hex 4}}")
        .will("gone/{{users.id}}", "{{seq}}", Qos::AtMostOnce, false)
        .qos(Qos::AtLeastOnce);
    let schedule = Schedule::constant(Rate::per_second(40)).with_duration(ms(1500));
    execute(Run::new(mqtt.build().expect("well formed"), schedule).threads(2));
    let connects = connects(&broker);
    let distinct: BTreeSet<_> = connects.iter().collect();
    assert!(connects.len() > 4, "some clients reconnect");
    assert_eq!(
        distinct.len(),
        4,
        "a client reconnects with the same values: {connects:?}"
    );
    for strings in distinct {
        let [id, will, payload, user, password] = &strings[..] else {
            panic!("{strings:?}")
        };
        let number = id[1..].split('-').next().expect("a number");
        let names = [
            ("0", "ada", "a1-"),
            ("1", "grace", "g2-"),
            ("2", "edsger", "e3-"),
        ];
        let (_, name, secret) = names
            .into_iter()
            .find(|known| known.0 == number)
            .unwrap_or(("3", "barbara", "b4-"));
        assert_eq!((&user[..], &will[..]), (name, &*format!("gone/{name}")));
        assert!(
            password.starts_with(secret) && payload == number,
            "{strings:?}"
        );
    }
}

#[test]
fn messages_depend_on_the_seed_and_not_on_the_threads() {
    let published = |threads, seed| {
        let broker = responding_broker();
        let mqtt = with_feeder(users(VariesBy::Hit), Mqtt::builder(&broker.url()))
            .version(MqttVersion::V5)
            .clients(4)
            .topic("{{users.id}}/{{hit}}")
            .payload(MqttPayload::Template(r#"{"id": "{{uuid}}"}"#.into()))
            .content_type("{{pick a b c d e f g h}}")
            .user_property("plate", r#"{{regex "[A-Z]{3}[0-9]{4}"}}"#)
            .qos(Qos::AtLeastOnce);
        let schedule = Schedule::constant(Rate::per_second(400)).with_hit_count(40);
        let run = Run::new(mqtt.build().expect("well formed"), schedule);
        let report = execute(run.threads(threads).seed(seed));
        assert_eq!(report.hits.ok, 40, "{:?}", report.failures);
        let without_id = |packet: &ClientPacket| {
            let topic = packet.topic();
            (topic.to_vec(), packet.body[4 + topic.len()..].to_vec())
        };
        broker
            .published()
            .iter()
            .map(without_id)
            .collect::<BTreeSet<_>>()
    };
    let once = published(1, 7);
    assert_eq!(once.len(), 40);
    assert!(
        once.iter().any(|(topic, _)| topic == b"edsger/6"),
        "hit 6 has row 2"
    );
    assert_eq!(published(4, 7), once);
    assert_ne!(published(4, 8), once);
}

#[test]
fn a_run_ends_with_rows_that_are_used_once() {
    let broker = responding_broker();
    let rows = || users(VariesBy::Hit).use_once(ExhaustedPolicy::EndRun);
    let mqtt = || with_feeder(rows(), Mqtt::builder(&broker.url())).topic("{{users.id}}");
    let report = run(mqtt().build().expect("well formed"), 40);
    assert_eq!(
        (report.hits.scheduled, report.hits.ok),
        (4, 4),
        "{:?}",
        report.failures
    );
    let schedule = Schedule::constant(Rate::per_second(400)).with_hit_count(40);
    let warm = Run::new(mqtt().build().expect("well formed"), schedule).warmup(ms(100));
    let error = warm.execute().expect_err("no rows for a warm-up");
    assert_eq!(error.kind(), ErrorKind::WarmupExhaustsHits);
    // A connection uses the row in place of a message.
    let connect_load = mqtt()
        .topic("t")
        .mode(MqttMode::Connect)
        .client_id("{{users.id}}");
    let report = run(connect_load.build().expect("well formed"), 40);
    assert_eq!(report.hits.scheduled, 4);
    // If clients use the rows, messages are not limited.
    let owned = mqtt().topic("t").user("{{users.id}}");
    let report = run(owned.build().expect("well formed"), 40);
    assert_eq!(report.hits.ok, 40, "{:?}", report.failures);
}

#[test]
fn a_client_without_a_row_does_not_connect() {
    let broker = responding_broker();
    let mqtt = with_feeder(
        users(VariesBy::Client).use_once(ExhaustedPolicy::EndRun),
        Mqtt::builder(&broker.url()),
    )
    .clients(5)
    .user("{{users.id}}");
    let schedule = Schedule::constant(Rate::per_second(400)).with_hit_count(40);
    let run = Run::new(mqtt.build().expect("well formed"), schedule);
    let error = run.execute().expect_err("five clients, four rows");
    assert_eq!(error.kind(), ErrorKind::PrepareFailed);
    assert_eq!(broker.published().len(), 0);
}

/// A source with one token, or none.
struct OptionalTokenSource(Option<&'static str>);

impl TokenSource for OptionalTokenSource {
    fn fetch(&mut self) -> Result<FetchedToken, CredentialError> {
        let refused = || CredentialError::new(CredentialErrorKind::Refused, "unknown client");
        let token = self.0.ok_or_else(refused)?;
        Ok(FetchedToken::new(SecretBytes::new(token)))
    }
}

fn with_tokens(mqtt: MqttBuilder, known: &[Option<&'static str>]) -> MqttBuilder {
    let source = |known: &Option<_>| Box::new(OptionalTokenSource(*known)) as Box<dyn TokenSource>;
    let tokens = TokenStore::new(known.iter().map(source).collect());
    mqtt.template_scope(TemplateScope::new().with_tokens(Arc::new(tokens)))
}

#[test]
fn a_token_is_the_default_password() {
    for (password, expected) in [
        (
            None,
            [
                ["c0", "hammer", "t0"],
                ["c1", "hammer", "t1"],
                ["c2", "hammer", "t0"],
            ],
        ),
        (
            Some("x{{token}}"),
            [
                ["c0", "me", "xt0"],
                ["c1", "me", "xt1"],
                ["c2", "me", "xt0"],
            ],
        ),
    ] {
        let broker = responding_broker();
        let mqtt = with_tokens(Mqtt::builder(&broker.url()), &[Some("t0"), Some("t1")]);
        let mut mqtt = mqtt.clients(3).client_id("c{{client}}").topic("{{token}}");
        if let Some(password) = password {
            mqtt = mqtt.user("me").password(password);
        }
        let report = run(mqtt.build().expect("well formed"), 3);
        assert_eq!(report.hits.ok, 3, "{:?}", report.failures);
        let mut strings = connects(&broker);
        strings.sort();
        assert_eq!(strings, expected);
        let first = broker.published()[0].topic().to_vec();
        assert!(first == b"t0" || first == b"t1", "{first:?}");
    }
}

#[test]
fn a_run_fails_without_its_first_token() {
    let broker = responding_broker();
    let mqtt = with_tokens(Mqtt::builder(&broker.url()), &[Some("t0"), None]);
    let schedule = Schedule::constant(Rate::per_second(400)).with_hit_count(40);
    let run = Run::new(mqtt.build().expect("well formed"), schedule);
    let error = run.execute().expect_err("there is no token");
    assert_eq!(error.kind(), ErrorKind::PrepareFailed);
    assert_eq!(broker.connections(), 0);
}

#[test]
fn braces_are_literal_without_templates() {
    let broker = responding_broker();
    let mqtt = Mqtt::builder(&broker.url())
        .template_scope(TemplateScope::new().literal(true))
        .topic("a/{{x}}")
        .payload(MqttPayload::Template("{{y".into()));
    let report = run(mqtt.build().expect("any text is valid"), 1);
    assert_eq!(report.hits.ok, 1);
    let published = broker.published();
    assert_eq!(published[0].topic(), b"a/{{x}}");
    assert!(published[0].body.ends_with(b"{{y"));
}

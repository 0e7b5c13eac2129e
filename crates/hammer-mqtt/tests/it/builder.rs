//! Options that the builder accepts and refuses.

use hammer_mqtt::{
    ErrorKind, Mqtt, MqttBuilder, MqttCompletionEvent, MqttMode, MqttPayload, MqttVersion, Qos,
};

fn mqtt() -> MqttBuilder {
    Mqtt::builder("mqtt://127.0.0.1")
}

#[test]
fn invalid_options_are_refused_with_a_remedy() {
    use ErrorKind as E;
    let v5 = || mqtt().version(MqttVersion::V5);
    let qos1 = || mqtt().qos(Qos::AtLeastOnce);
    let table = [
        (Mqtt::builder("http://a"), E::Url, "expected mqtt"),
        (mqtt().clients(0), E::Setting, "at least 1 client"),
        (mqtt().connect_rate(0.0), E::Setting, "rate of connections"),
        (mqtt().allow_missing(1.5), E::Setting, "from 0 to 1"),
        (
            mqtt().topic("a/+"),
            E::Topic,
            "invalid topic \"a/+\"; expected 1 to 65,535 bytes",
        ),
        (mqtt().topic(""), E::Topic, "without + # and NUL"),
        (mqtt().topic("a/{{clients}}"), E::Template, "clients"),
        (
            mqtt().payload(MqttPayload::Template("{{x".into())),
            E::Template,
            "}}",
        ),
        (
            mqtt().clients(2).client_id("c"),
            E::Combination,
            "try {{client}} in it",
        ),
        (
            mqtt().clean_start(false).client_id(""),
            E::Combination,
            "requires a client id",
        ),
        (mqtt().session_expiry(5), E::Combination, "requires MQTT 5"),
        (qos1().resend(true), E::Combination, "no clean start"),
        (
            v5().qos(Qos::AtLeastOnce).resend(true).session_expiry(0),
            E::Combination,
            "a session expiry",
        ),
        (
            mqtt().resend(true).clean_start(false),
            E::Combination,
            "QoS 1 or 2",
        ),
        (
            v5().qos(Qos::AtLeastOnce)
                .resend(true)
                .session_expiry(9)
                .topic_alias(true),
            E::Combination,
            "topic alias, which ends",
        ),
        (mqtt().password("p"), E::Combination, "require"),
        (mqtt().content_type("a"), E::Combination, "require"),
        (mqtt().topic_alias(true), E::Combination, "require"),
        (
            v5().topic_alias(true).topic("a/{{seq}}"),
            E::Combination,
            "such as {{seq}}",
        ),
        (v5().response_topic("#"), E::Topic, "response topic"),
        (
            mqtt().user("{{users.id}}"),
            E::Template,
            "the user is not a valid template",
        ),
        (
            v5().content_type("{{text 70000}}"),
            E::Setting,
            "content type is longer",
        ),
        (
            v5().topic_alias(true).topic("a/{{slot}}"),
            E::Combination,
            "one topic per client",
        ),
        (
            v5().user_property("a", &"b".repeat(70_000)),
            E::Setting,
            "user property is longer",
        ),
        (
            mqtt().completion(MqttCompletionEvent::Ack),
            E::Combination,
            "\"ack\" cannot be combined with QoS 0",
        ),
        (
            qos1().completion(MqttCompletionEvent::Sent),
            E::Combination,
            "try \"ack\"",
        ),
        (qos1().window(0), E::Setting, "window must be above 0"),
        (
            mqtt()
                .mode(MqttMode::Ping)
                .completion(MqttCompletionEvent::Delivery),
            E::Combination,
            "requires the mode \"publish\"",
        ),
        (
            qos1().subscribers(2),
            E::Combination,
            "require the completion event \"delivery\"",
        ),
        (
            qos1()
                .completion(MqttCompletionEvent::Delivery)
                .subscribers(0),
            E::Setting,
            "1 to 100,000",
        ),
        (
            qos1()
                .completion(MqttCompletionEvent::Delivery)
                .share_group("a/b"),
            E::Setting,
            "invalid group name",
        ),
        (
            qos1()
                .completion(MqttCompletionEvent::Delivery)
                .filter("a+"),
            E::Topic,
            "whole levels",
        ),
        (
            qos1()
                .completion(MqttCompletionEvent::Delivery)
                .payload(MqttPayload::Size(16)),
            E::Combination,
            "measuring delivery needs 32",
        ),
        (
            mqtt().mode(MqttMode::Subscribe).filter("#/a"),
            E::Topic,
            "whole levels",
        ),
        (
            mqtt().will("#", "x", Qos::AtMostOnce, false),
            E::Topic,
            "will's topic",
        ),
    ];
    for (builder, kind, message) in table {
        let error = builder.build().expect_err(message);
        assert_eq!(error.kind(), kind, "{error}");
        let line = match std::error::Error::source(&error) {
            Some(source) if kind == E::Template => format!("{error}: {source}"),
            _ => error.to_string(),
        };
        assert!(line.contains(message), "{message}: {line}");
    }
}

#[test]
fn valid_options_are_accepted() {
    let v5 = || mqtt().version(MqttVersion::V5).qos(Qos::ExactlyOnce);
    for builder in [
        mqtt(),
        v5(),
        mqtt().clients(2).client_id("c-{{client}}"),
        mqtt().client_id("only-me"),
        mqtt().completion(MqttCompletionEvent::Delivery),
        v5().completion(MqttCompletionEvent::Delivery)
            .payload(MqttPayload::Size(32)),
        v5().completion(MqttCompletionEvent::Delivery)
            .payload(MqttPayload::Bytes(vec![]))
            .subscribers(3),
        v5().topic_alias(true)
            .topic("a/{{client}}")
            .clean_start(false)
            .session_expiry(60),
        v5().session_expiry(60).resend(true),
        mqtt().qos(Qos::AtLeastOnce).clean_start(false).resend(true),
        mqtt().completion(MqttCompletionEvent::Sent),
    ] {
        builder.build().expect("well formed");
    }
}

#[test]
fn debug_output_has_no_password() {
    let builder = Mqtt::builder("mqtt://u:s3cret@a")
        .user("v")
        .password("t0ken");
    let shown = format!("{builder:?}");
    let built = format!("{:?}", builder.build().expect("well formed"));
    for text in [&shown, &built] {
        assert!(
            !text.contains("s3cret") && !text.contains("t0ken"),
            "{text}"
        );
    }
    assert!(shown.contains("u:***@a"), "{shown}");
}

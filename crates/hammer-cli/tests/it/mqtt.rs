//! Tests of `hammer mqtt`.

use std::net::TcpListener;

use crate::broker;
use crate::command::{output, report, stderr, stdout};

#[test]
fn the_report_labels_acknowledged_and_sent_messages() {
    let url = broker::serve();
    for (flags, label) in [
        (
            "--qos 1 --clients 3 --topic t/{{client}}/{{seq}} -d {{hit}}",
            "puback",
        ),
        (
            "--qos 1 --mqtt 5 --content-type text/plain --user-property a:b --expiry 9",
            "puback",
        ),
        (
            "--qos 1 -u me:secret --client-id c{{client}} --keep-alive 9 --will-topic w",
            "puback",
        ),
        ("--qos 1 --keep-session --resend", "puback"),
        ("--qos 1 --mqtt 5 --session-expiry 60 --resend", "puback"),
        ("--size 90 --retain --window 5 --window-full fail", "sent"),
        (
            "--mode ping --connect-rate 100 --connect-timeout 3s --allow-missing 1%",
            "pingresp",
        ),
        ("--mode connect", "connack"),
    ] {
        let args = ["mqtt", &url, "-r", "200", "-n", "40"];
        let flags: Vec<&str> = flags.split(' ').collect();
        let report = report(&[&args[..], &flags].concat());
        assert_eq!(report["hits"]["ok"], 40, "{flags:?}: {report}");
        assert_eq!(report["labels"][label], 40, "{flags:?}");
        assert_eq!(report["hammer"], "mqtt");
    }
}

#[test]
fn run_picks_the_hammer_by_the_scheme() {
    let url = broker::serve();
    let args = [
        "run",
        "--endpoint",
        &url,
        "--tps",
        "100",
        "-n",
        "20",
        "-d",
        "text",
    ];
    let found = report(&args);
    assert_eq!(found["labels"]["sent"], 20);
    let bytes = 20 * (2 + 2 + "hammer/0".len() + "text".len()) as u64;
    assert_eq!(found["bytes"]["sent"], bytes);
    let refused = output(&[&args[..], &["-X", "PUT"]].concat());
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("--method: not supported by MQTT"),
        "{}",
        stderr(&refused)
    );
}

#[test]
fn a_plan_has_the_flags_as_keys() {
    let plan = format!(
        "[[load]]\ntarget = '{}'\nrate = 100\nhits = 20\nqos = 1\nclients = 2\n\
         topic = 't/{{{{client}}}}'\nwindow_full = 'fail'\n",
        broker::serve()
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.toml");
    std::fs::write(&path, plan).unwrap();
    let output = output(&["run", path.to_str().unwrap(), "-q"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(
        stdout(&output).contains("puback: 20"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn errors_name_the_flag() {
    for (flags, expected) in [
        (&["--qos", "3"][..], "'--qos <QOS>': expected 0, 1 or 2"),
        (&["--topic", "a/+"], "--topic <TEMPLATE>"),
        (
            &["--topic", "a/{{x}}"],
            "the topic is not a valid template: ",
        ),
        (
            &["--topic", "a/{{clinet}}"],
            "        ^^^^^^ expected 'client'",
        ),
        (&["--mqtt", "4.0"], "expected 3.1.1 or 5"),
        (&["--allow-missing", "2"], "such as 1%"),
        (&["--measure", "ack"], "cannot be combined with QoS 0"),
        (
            &["--content-type", "a"],
            "message properties require MQTT 5",
        ),
        (&["--will-qos", "1"], "--will-topic"),
        (&["-d", "x", "--size", "3"], "cannot be used with"),
    ] {
        let output = output(&[&["mqtt", "mqtt://127.0.0.1"], flags].concat());
        assert_eq!(output.status.code(), Some(2), "{flags:?}");
        assert!(
            stderr(&output).contains(expected),
            "{flags:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn a_load_that_the_broker_does_not_allow_exits_before_the_clock_starts() {
    let url = broker::serve_with_limits(&[0x24, 1, 0x25, 0]);
    let flags = "--mqtt 5 --qos 2 --retain --clients 20 -r 100 -n 20";
    let flags: Vec<&str> = flags.split(' ').collect();
    let args = [&["mqtt", &url][..], &flags].concat();
    let refused = output(&args);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(stdout(&refused), "");
    let text = stderr(&refused);
    for part in [
        "expected at most --qos 1, found 2",
        "expected messages without --retain",
        "(try --downgrade to send what the broker allows)",
    ] {
        assert!(text.contains(part), "expected {part}: {text}");
    }
    let found = report(&[&args[..], &["--downgrade"]].concat());
    assert_eq!(found["labels"]["puback"], 20, "{found}");
    let downgraded = &found["facts"]["downgraded"];
    assert_eq!(
        (&downgraded["qos_1"], &downgraded["no_retain"]),
        (&20.into(), &20.into())
    );
}

#[test]
fn a_plan_that_the_broker_does_not_allow_names_its_keys() {
    let plan = format!(
        "[[load]]\ntarget = '{}'\nrate = 100\nhits = 20\nqos = 2\nmqtt = '5'\n",
        broker::serve_with_limits(&[0x24, 0])
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.toml");
    std::fs::write(&path, &plan).unwrap();
    let refused = output(&["run", path.to_str().unwrap(), "-q"]);
    let text = stderr(&refused);
    assert!(text.contains("expected at most 'qos' 0, found 2"), "{text}");
    std::fs::write(&path, plan + "downgrade = true\n").unwrap();
    let output = output(&["run", path.to_str().unwrap(), "-q"]);
    assert!(stdout(&output).contains("sent: 20"), "{}", stdout(&output));
}

#[test]
fn a_broker_without_the_version_names_the_flag_of_the_other() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("mqtt://{}", listener.local_addr().unwrap());
    // Closes each connection after the first bytes of CONNECT.
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = std::io::Read::read(&mut stream, &mut [0; 512]);
        }
    });
    for (version, other) in [("5", "try --mqtt 3.1.1"), ("3.1.1", "try --mqtt 5")] {
        let output = output(&["mqtt", &url, "--mqtt", version, "-n", "1"]);
        assert_eq!(output.status.code(), Some(1));
        let text = stderr(&output);
        assert!(text.contains(other), "{text}");
    }
}

#[test]
fn a_dry_run_describes_a_hit_and_masks_the_password() {
    let url = "mqtt://me:secret@127.0.0.1:1";
    let output = output(&["mqtt", url, "--qos", "2", "--dry-run"]);
    let text = stdout(&output);
    assert!(
        text.contains("publish to hammer/{{client}}, QoS 2"),
        "{text}"
    );
    assert!(
        text.contains("mqtt://me:***@127.0.0.1:1") && !text.contains("secret"),
        "{text}"
    );
}

#[test]
fn a_run_without_a_broker_fails() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("mqtt://{}", free.local_addr().unwrap());
    drop(free);
    let output = output(&["mqtt", &url, "--clients", "3", "-n", "3"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    // A refusal ends the attempts, so some clients may not have been tried.
    let refused = text.contains("of 3 clients could not connect");
    assert!(
        refused && text.contains(": connect_refused at 127.0.0.1:"),
        "{text}"
    );
}

//! Tests in Linux namespaces, with few ports or a changing hosts file.
//!
//! The namespaces need no privileges if the system allows unprivileged ones.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hammer_target::{TargetBehavior, TargetServer};
use serde_json::Value;

use super::{program, report_skipped};

/// The path of `unshare`, if it works with these flags.
fn unshare(flags: &str) -> Option<PathBuf> {
    let unshare = program("unshare")?;
    let works = Command::new(&unshare)
        .args([flags, "true"])
        .output()
        .unwrap();
    if !works.status.success() {
        report_skipped(&format!("unshare {flags} is not allowed"));
        return None;
    }
    Some(unshare)
}

/// A shell script in a namespace, with the path of the binary in `$HAMMER`.
fn script(unshare: &Path, flags: &str, text: &str) -> Command {
    let mut command = Command::new(unshare);
    command.args([flags, "sh", "-e", "-c", text]);
    command.env("HAMMER", env!("CARGO_BIN_EXE_hammer"));
    command
}

#[test]
fn several_sources_open_more_connections_than_one_has_ports() {
    let Some(unshare) = unshare("-rn") else {
        return;
    };
    let Some(_) = program("ip") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    // 50 ports for 120 connections to each of two targets.
    let plan = |sources: &str| {
        let load = |url: &str| {
            format!(
                "[[load]]\ntarget = \"${{{url}}}\"\nrate = \"max\"\nhits = 2000\n\
                 max_in_flight = 120\ntimeout = \"20s\"\n{sources}"
            )
        };
        format!("output = [\"json\"]\n{}{}", load("ONE"), load("TWO"))
    };
    let run = |sources: &str| -> Value {
        fs::write(folder.path().join("plan.toml"), plan(sources)).unwrap();
        let text = "ip link set lo up\n\
                    echo 40000 40049 > /proc/sys/net/ipv4/ip_local_port_range\n\
                    rm -f one two; mkfifo one two\n\
                    $HAMMER target > one & first=$!; $HAMMER target > two & second=$!\n\
                    read ONE < one; read TWO < two; export ONE TWO\n\
                    $HAMMER run plan.toml -q || status=$?\n\
                    kill $first $second; exit ${status:-0}\n";
        let mut command = script(&unshare, "-rn", text);
        let output = command.current_dir(folder.path()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str(&text)
            .unwrap_or_else(|e| panic!("{e}: {text} {}", String::from_utf8_lossy(&output.stderr)))
    };
    let sum = |plan: &Value, kind: &str, name: &str| -> u64 {
        let loads = plan["loads"].as_array().unwrap();
        loads
            .iter()
            .map(|load| load[kind][name].as_u64().unwrap_or(0))
            .sum()
    };
    let one = run("");
    assert!(sum(&one, "failures", "out_of_ports") > 0, "{one}");
    // 150 pairs of address and port, each of which can connect to both targets.
    let three = run("interface = [\"127.0.0.2-127.0.0.3\", \"127.0.0.9\"]\n");
    assert_eq!(sum(&three, "hits", "ok"), 4000, "{three}");
    assert_eq!(sum(&three, "counts", "connections_opened"), 240, "{three}");
}

#[test]
fn connections_follow_a_name_to_its_new_address() {
    let Some(unshare) = unshare("-rm") else {
        return;
    };
    let at = |address: SocketAddr| {
        let target = TargetServer::builder().listen(address);
        target.spawn(TargetBehavior::default())
    };
    // The same port at two addresses.
    let (old, new) = loop {
        let old = at("127.0.0.2:0".parse().unwrap()).unwrap();
        let port = old.addr().port();
        if let Ok(new) = at(([127, 0, 0, 3], port).into()) {
            break (old, new);
        }
    };
    let folder = tempfile::tempdir().unwrap();
    let hosts = folder.path().join("hosts");
    fs::write(&hosts, "127.0.0.2 hammer.test\n").unwrap();
    let text = "mount --bind hosts /etc/hosts\n\
                exec $HAMMER http $URL -r 200 -z 60s -q -o json=report.json \
                --dns-refresh 50ms --connection-lifetime 20ms\n";
    let mut child = script(&unshare, "-rm", text)
        .current_dir(folder.path())
        .env("URL", format!("http://hammer.test:{}/", old.addr().port()))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut wait_for = |target: &TargetServer| {
        while target.counts().requests == 0 {
            assert!(
                child.try_wait().unwrap().is_none(),
                "the run ended too early"
            );
            std::thread::yield_now();
        }
    };
    wait_for(&old);
    assert_eq!(new.counts().requests, 0);
    // The mounted file is changed in place.
    fs::write(&hosts, "127.0.0.3 hammer.test\n").unwrap();
    wait_for(&new);
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    child.wait().unwrap();
    let report = fs::read_to_string(folder.path().join("report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["hits"]["failed"], 0, "{}", report["failures"]);
    assert!(
        report["phases_us"]["lookup"]["count"].as_u64() > Some(1),
        "{report}"
    );
}

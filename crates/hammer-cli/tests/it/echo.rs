use std::env;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::thread;

use crate::command::{examples, hammer, json, stderr};

/// An echo server that nobody stops; it ends with the tests.
fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || io::copy(&mut &stream, &mut &stream));
        }
    });
    addr
}

#[test]
fn the_example_runs_by_itself_and_by_the_name_of_its_hammer() {
    let addr = server().to_string();
    let args = [
        addr.as_str(),
        "-r",
        "100",
        "-n",
        "20",
        "-c",
        "4",
        "-o",
        "json=-",
    ];
    let path = env::join_paths([examples()]).unwrap();
    let direct = Command::new(examples().join("hammer-echo"))
        .args(args)
        .output()
        .unwrap();
    let by_name = hammer(&["echo"])
        .args(args)
        .env("PATH", &path)
        .output()
        .unwrap();
    for output in [direct, by_name] {
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let report = json(&output);
        assert_eq!(report["hammer"], "echo");
        assert_eq!(report["target"], *addr);
        assert_eq!(report["labels"]["echo"], 20);
    }
    // Its exit codes are passed on.
    let refused = hammer(&["echo", &addr, "-r", "0"])
        .env("PATH", &path)
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("--rate"), "{}", stderr(&refused));
}

#[test]
fn the_example_is_as_short_as_promised() {
    let source = include_str!("../../examples/hammer-echo.rs");
    assert!(source.lines().count() <= 40);
}

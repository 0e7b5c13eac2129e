//! Tests of the examples, which are custom hammers.

use std::env;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::thread;

use crate::command::{examples, hammer, json, repository, stderr};

/// Starts an echo server, which runs until the process ends.
pub(crate) fn server() -> SocketAddr {
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
fn the_example_runs_directly_and_as_a_subcommand() {
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
    // Its exit code is passed on.
    let refused = hammer(&["echo", &addr, "-r", "0"])
        .env("PATH", &path)
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("--rate"), "{}", stderr(&refused));
}

#[test]
fn the_example_has_at_most_40_lines() {
    let source = include_str!("../../examples/hammer-echo.rs");
    assert!(source.lines().count() <= 40);
}

/// A custom hammer gets rows and tokens by the flags of the built-in ones.
#[test]
fn a_custom_hammer_renders_templates() {
    let folder = tempfile::tempdir().unwrap();
    let (rows, received) = (
        folder.path().join("rows.txt"),
        folder.path().join("received"),
    );
    std::fs::write(&rows, "one\ntwo\nthree\n").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    let log = received.clone();
    thread::spawn(move || {
        let mut log = std::fs::File::create(log).unwrap();
        for stream in listener.incoming().map_while(Result::ok) {
            let mut bytes = [0; 1024];
            while let Ok(read @ 1..) = (&stream).read(&mut bytes) {
                log.write_all(&bytes[..read]).unwrap();
                (&stream).write_all(&bytes[..read]).unwrap();
            }
        }
    });
    let run = |more: &[&str]| {
        let feed = format!("rows={},once=end", rows.display());
        Command::new(examples().join("hammer-say"))
            .args([&addr[..], "{{token}} {{rows}}.", "--feed", &feed, "-q"])
            .args(["-r", "max", "-c", "1", "-o", "json=-"])
            .args(more)
            .output()
            .unwrap()
    };
    let output = run(&["--token-cmd", "echo t0ken"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(json(&output)["labels"]["echo"], 3);
    let received = std::fs::read_to_string(received).unwrap();
    assert_eq!(received, "t0ken one.t0ken two.t0ken three.");
    let failed = run(&["--token-cmd", "exit 9"]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(stderr(&failed).contains("ended with exit status: 9"));
    let without = run(&[]);
    assert_eq!(without.status.code(), Some(2));
    let message = stderr(&without);
    assert!(message.contains("without a source of tokens"), "{message}");
}

#[test]
fn the_docs_show_the_examples_unchanged() {
    let source = concat!(
        include_str!("../../examples/hammer-echo.rs"),
        include_str!("../../examples/hammer-say.rs")
    );
    let page = std::fs::read_to_string(repository("docs/WRITING-A-HAMMER.md")).unwrap();
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    let blocks: Vec<_> = page.split("```rust,ignore\n").skip(1).collect();
    assert!(blocks.len() >= 4);
    for block in blocks {
        let code = block.split("```").next().unwrap();
        if source.contains(code) {
            continue;
        }
        // The last block uses the library without the command, like the program in the README, which
        // is compiled.
        for line in code.lines() {
            let line = line.replace("echo", "http");
            assert!(readme.contains(&line), "{code}");
        }
    }
}

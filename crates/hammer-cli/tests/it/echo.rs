use std::env;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::thread;

use crate::command::{examples, hammer, json, repository, stderr};

/// An echo server that nobody stops; it ends with the tests.
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

/// The page that walks through the example shows it as it is.
#[test]
fn the_example_is_the_one_of_the_page_about_it() {
    let source = include_str!("../../examples/hammer-echo.rs");
    let page = std::fs::read_to_string(repository("docs/WRITING-A-HAMMER.md")).unwrap();
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    let blocks: Vec<_> = page.split("```rust,ignore\n").skip(1).collect();
    assert!(blocks.len() >= 4);
    for block in blocks {
        let code = block.split("```").next().unwrap();
        if source.contains(code) {
            continue;
        }
        // The last block uses the hammer without the command: as the README's program does, which
        // is compiled.
        for line in code.lines() {
            let line = line.replace("echo", "http");
            assert!(readme.contains(&line), "{code}");
        }
    }
}

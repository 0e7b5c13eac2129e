use std::env;
use std::io::{self, Read as _, Write as _};
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

/// A hammer that nobody here wrote has rows and tokens by the same flags.
#[test]
fn the_example_with_a_template_says_what_its_values_are() {
    let folder = tempfile::tempdir().unwrap();
    let (rows, said) = (folder.path().join("rows.txt"), folder.path().join("said"));
    std::fs::write(&rows, "one\ntwo\nthree\n").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    let log = said.clone();
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
    let say = |more: &[&str]| {
        let feed = format!("rows={},once=end", rows.display());
        Command::new(examples().join("hammer-say"))
            .args([&addr[..], "{{token}} {{rows}}.", "--feed", &feed, "-q"])
            .args(["-r", "max", "-c", "1", "-o", "json=-"])
            .args(more)
            .output()
            .unwrap()
    };
    let output = say(&["--token-cmd", "echo t0ken"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(json(&output)["labels"]["echo"], 3);
    let said = std::fs::read_to_string(said).unwrap();
    assert_eq!(said, "t0ken one.t0ken two.t0ken three.");
    let failed = say(&["--token-cmd", "exit 9"]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(stderr(&failed).contains("ended with exit status: 9"));
    let without = say(&[]);
    assert_eq!(without.status.code(), Some(2));
    let message = stderr(&without);
    assert!(message.contains("has a token, and no source"), "{message}");
}

/// The page that walks through the examples shows them as they are.
#[test]
fn the_examples_are_those_of_the_page_about_them() {
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
        // The last block uses the hammer without the command: as the README's program does, which
        // is compiled.
        for line in code.lines() {
            let line = line.replace("echo", "http");
            assert!(readme.contains(&line), "{code}");
        }
    }
}

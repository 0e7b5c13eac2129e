//! Runs the examples in the docs: commands in a shell, plans against a target.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use hammer_target::{ServerCertificate, TargetBehavior, TargetServer};
use rustix::process::{Pid, Signal, kill_process};

use crate::broker;
use crate::command::{examples, json as parsed, output, repository, stderr, stdout};
use crate::echo;
use crate::plans::run;

/// The duration that replaces those in the docs.
const SHORT: &str = "300ms";

/// The flags that make a search short.
const SHORT_SEARCH: &str =
    "--from 50 --to 50 --look 1s --settle 0 --rest 0 --confirm 1s --budget 20s";

/// The content of `shop.jsonl.zst` in the docs, which may be uncompressed.
const TIMELINE: &str = r#"{"schema":"hammer.timeline/1","epoch":"2026-03-01T10:00:00Z"}
{"t":0,"u":"/","s":200}
{"t":80000,"u":"/b","s":200}
{"rows":2}
"#;

/// A fenced block of a document.
struct FencedBlock {
    document: String,
    /// The first word of the fence, such as `sh`.
    kind: String,
    /// The second word: the name of the file in which readers save the block.
    file: Option<String>,
    text: String,
}

impl FencedBlock {
    /// True if the commands in the block are run.
    fn has_commands(&self) -> bool {
        matches!(self.kind.as_str(), "sh" | "yaml")
    }
}

/// The Markdown files for users and developers.
fn documents() -> Vec<PathBuf> {
    let mut paths = vec![repository("README.md"), repository("CHANGELOG.md")];
    for folder in ["docs", "docs/dev"] {
        let files = fs::read_dir(repository(folder)).unwrap();
        paths.extend(files.map(|file| file.unwrap().path()));
    }
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.sort();
    paths
}

/// The blocks of all documents.
fn blocks() -> Vec<FencedBlock> {
    let documents = documents();
    documents.iter().flat_map(|path| blocks_of(path)).collect()
}

/// The blocks of one document.
fn blocks_of(path: &Path) -> Vec<FencedBlock> {
    let document = path.file_name().unwrap().to_string_lossy().into_owned();
    let mut blocks: Vec<FencedBlock> = vec![];
    let mut open = false;
    for line in fs::read_to_string(path).unwrap().lines() {
        match line.strip_prefix("```") {
            Some(fence) if !open => {
                open = true;
                let mut words = fence.split_whitespace().map(str::to_owned);
                blocks.push(FencedBlock {
                    document: document.clone(),
                    kind: words.next().unwrap_or_default(),
                    file: words.next(),
                    text: String::new(),
                });
            }
            Some(_) => open = false,
            None if open => {
                let text = &mut blocks.last_mut().unwrap().text;
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    blocks
}

/// The SQL statements of a document, in its order.
pub(crate) fn sql_blocks(path: &Path) -> Vec<String> {
    let blocks = blocks_of(path).into_iter();
    let sql = blocks.filter(|block| block.kind == "sql");
    sql.map(|block| block.text).collect()
}

/// The targets and files that the commands in the docs need.
struct DocsEnvironment {
    plain: TargetServer,
    tls: TargetServer,
    /// Requires tokens.
    tokens: TargetServer,
    echo: String,
    broker: String,
    /// The variables that the docs have exported so far.
    exported: Vec<(String, String)>,
    folder: tempfile::TempDir,
    path: std::ffi::OsString,
}

impl DocsEnvironment {
    fn new() -> Self {
        let certificate = ServerCertificate::self_signed(["127.0.0.1"]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("body.json", "{}"),
            (
                "users.csv",
                "id,name,password\n1,Ada,one\n2,Grace,two\n3,Edsger,three\n",
            ),
            ("put.json", "{}"),
            ("token.txt", "t0ken\n"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        fs::write(folder.path().join("shop.jsonl.zst"), TIMELINE).unwrap();
        write_logs(folder.path());
        let program = PathBuf::from(env!("CARGO_BIN_EXE_hammer"));
        let programs = [program.parent().unwrap().to_owned(), examples()];
        let path = env::var_os("PATH").unwrap();
        let path = programs.into_iter().chain(env::split_paths(&path));
        Self {
            plain: TargetServer::spawn(TargetBehavior::default()).unwrap(),
            tls: TargetServer::builder()
                .tls(certificate)
                .spawn(TargetBehavior::default())
                .unwrap(),
            tokens: TargetServer::spawn(
                TargetBehavior::default().require_tokens(Duration::from_secs(60)),
            )
            .unwrap(),
            echo: echo::server().to_string(),
            broker: broker::serve(),
            exported: vec![],
            folder,
            path: env::join_paths(path).unwrap(),
        }
    }

    /// Replaces the addresses in the docs by those of the targets here.
    fn with_local_addresses(&self, text: &str) -> String {
        let [plain, tokens] = [self.plain.url(), self.tokens.url()];
        text.replace("http://127.0.0.1:8080", plain.trim_end_matches('/'))
            .replace("http://127.0.0.1:8081", tokens.trim_end_matches('/'))
            .replace("https://example.test/", &self.tls.url())
            .replace("127.0.0.1:7", &self.echo)
            .replace("mqtt://127.0.0.1", &self.broker)
            .replace("mqtt://u:p@127.0.0.1", &self.broker)
    }

    /// Saves a block that has a file name, with shorter loads.
    fn save(&self, block: &FencedBlock) {
        let Some(file) = &block.file else { return };
        let lines = block
            .text
            .lines()
            .map(|line| match line.trim_start().split_once(" = ") {
                Some((key @ ("duration" | "offset"), _)) => format!("{key} = \"{SHORT}\"\n"),
                _ => format!("{line}\n"),
            });
        let text = self.with_local_addresses(&lines.collect::<String>());
        fs::write(self.folder.path().join(file), text).unwrap();
    }

    /// The command with the targets here and a shorter duration.
    fn adapt(&self, command: &str) -> String {
        let command = self.with_local_addresses(command);
        // A window does not fit a shorter load.
        let has_window = command.contains(" over ");
        let mut words: Vec<&str> = vec![];
        for word in command.split_whitespace() {
            words.push(match words.last() {
                Some(&"-z" | &"--duration") if !has_window => SHORT,
                Some(&"--warmup") => "50ms",
                Some(&"--rest") => "0",
                Some(&"--port" | &"-p") => "0",
                _ => word,
            });
        }
        if let Some(find) = words.iter().position(|word| *word == "find") {
            let flags = SHORT_SEARCH.split_whitespace();
            words.splice(find + 2..find + 2, flags);
            return words.join(" ");
        }
        let has = |flags: &[&str]| words.iter().any(|word| flags.contains(word));
        let needs_rest = has(&["duel"]) && !has(&["--rest"]);
        let hits = has(&["http", "mqtt", "--endpoint", "demo", "hammer-echo"]);
        if hits && !has_window && !has(&["-z", "--duration"]) {
            words.extend(["-z", SHORT]);
        }
        if needs_rest {
            words.extend(["--rest", "0"]);
        }
        // The broker here has no TLS, and needs a thread for each client.
        if command.contains(" 15000 ") || command.contains("mqtts://") || has_window {
            words.push("--dry-run");
        }
        words.join(" ")
    }

    fn shell(&self, command: &str) -> Command {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", command])
            .current_dir(self.folder.path())
            .env("PATH", &self.path)
            .envs(self.exported.iter().cloned());
        shell
    }

    fn run(&self, command: &str) {
        let command = self.adapt(command);
        if command.starts_with("hammer target") {
            return self.serve(&command);
        }
        if command.starts_with("hammer compare") {
            self.record_runs();
        }
        let output = self.shell(&command).output().unwrap();
        let code = output.status.code();
        // Thresholds and verdicts may fail on a noisy machine.
        let may_fail = [
            (99, "--assert"),
            (99, "--abort-on"),
            (98, "--assert"),
            (98, "--require-valid"),
            (98, "hammer compare"),
            (99, "hammer compare"),
            (98, "hammer duel"),
            (99, "hammer duel"),
            (1, "hammer find"),
            (98, "hammer find"),
        ]
        .iter()
        .any(|(allowed, flag)| code == Some(*allowed) && command.contains(flag));
        // So may the run that is compared with.
        let invalid_baseline = code == Some(2)
            && command.contains("--baseline")
            && stderr(&output).contains("expected a valid run");
        assert!(
            code == Some(0) || may_fail || invalid_baseline,
            "{command}: {}",
            stderr_text(&output)
        );
    }

    /// Writes the run files that commands of the docs compare.
    fn record_runs(&self) {
        let sides = ["base", "new"].into_iter();
        let names =
            sides.flat_map(|side| ["", "-1", "-2", "-3"].map(|run| format!("{side}{run}.run")));
        for name in names {
            let load = format!(
                "hammer http {} -n 20 -r 200 -q -o run={name}",
                self.plain.url()
            );
            let output = self.shell(&load).output().unwrap();
            assert!(output.status.success(), "{load}: {}", stderr_text(&output));
        }
    }

    /// Starts a target, and stops it with a signal.
    fn serve(&self, command: &str) {
        let mut child = self
            .shell(&format!("exec {command}"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        lines.read_line(&mut url).unwrap();
        assert!(url.contains("://127.0.0.1:"), "{command}: {url}");
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{command}");
    }
}

/// Writes the logs that docs/REPLAY.md shows, and a CSV log.
fn write_logs(folder: &Path) {
    let page = fs::read_to_string(repository("docs/REPLAY.md")).unwrap();
    let lines = |start: &str| {
        let lines = page.lines().filter(|line| line.starts_with(start));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let combined = ["192.0.2.7 - - [", "192.0.2.9 - - ["].map(lines);
    fs::write(folder.join("access.log"), combined.concat()).unwrap();
    fs::write(folder.join("nginx.log"), lines("192.0.2.7 [")).unwrap();
    let columns = "arrived,tokens\n2026-03-01 10:00:00.1250000,4808\n";
    fs::write(folder.join("inference.csv"), columns).unwrap();
}

fn stderr_text(output: &Output) -> String {
    format!("{:?}\n{}{}", output.status, stdout(output), stderr(output))
}

#[test]
fn the_commands_in_the_docs_run() {
    let (mut ran, mut known) = (0, 0);
    let blocks = blocks();
    for block in &blocks {
        if !block.has_commands() {
            continue;
        }
        let mut environment = DocsEnvironment::new();
        let saved = blocks.iter().filter(|b| b.document == block.document);
        saved.for_each(|block| environment.save(block));
        let mut lines = block.text.lines();
        while let Some(line) = lines.next() {
            let mut line = line.to_owned();
            while line.ends_with('\\') {
                line.pop();
                line.push_str(lines.next().unwrap_or_default());
            }
            let command = line.split(" #").next().unwrap().trim();
            // A workflow has other lines as well.
            let other = block.kind == "yaml" && !command.starts_with("hammer ");
            if command.is_empty() || command.starts_with('#') || other {
                continue;
            }
            if let Some(demo) = command.strip_prefix("cargo run --release -- ") {
                environment.run(&format!("hammer {demo}"));
            } else if let Some((cargo, arguments)) = command.split_once(" -- ")
                && let Some(example) =
                    cargo.strip_prefix("cargo run --release -p hammer-cli --example ")
            {
                environment.run(&format!("{example} {arguments}"));
            } else if let Some(variable) = command.strip_prefix("export ") {
                let (name, value) = variable.split_once('=').unwrap();
                let value = environment.adapt(value);
                environment.exported.push((name.to_owned(), value));
            } else if command.starts_with("hammer ") {
                environment.run(command);
            } else {
                known += 1;
                assert!(
                    is_known(command),
                    "{}: unknown command: {line}",
                    block.document
                );
                continue;
            }
            ran += 1;
        }
    }
    assert!(ran >= 20 && known >= 10, "ran {ran}, skipped {known}");
}

/// The command is in another block than its output, since only blocks of `sh` and `yaml` are run.
#[test]
fn all_commands_in_the_docs_are_in_blocks_that_run() {
    for block in blocks().iter().filter(|block| !block.has_commands()) {
        let command = block.text.lines().find(|line| is_command(line));
        assert_eq!(command, None, "{}: use a `sh` block", block.document);
    }
}

#[test]
fn the_first_line_of_a_report_is_not_a_command() {
    for (line, expected) in [
        ("hammer http http://127.0.0.1:8080/ -r 5", true),
        ("$ hammer demo", true),
        ("$ hammer http   URL", true),
        (
            "hammer http   http://127.0.0.1:8080/   5/s for 2 s, seed 1",
            false,
        ),
        (
            "hammer mqtt   mqtt://127.0.0.1   5/s for 2 s, seed 1",
            false,
        ),
        ("hammer_core::worker::run", false),
    ] {
        assert_eq!(is_command(line), expected, "{line}");
    }
}

/// True for a line that runs `hammer`.
///
/// The first line of a report has three spaces after the name of the hammer.
fn is_command(line: &str) -> bool {
    let command = line.strip_prefix("$ ");
    let Some(arguments) = command.unwrap_or(line).strip_prefix("hammer ") else {
        return false;
    };
    let after_name = arguments.trim_start_matches(|char: char| char != ' ');
    command.is_some() || !after_name.starts_with("   ")
}

#[test]
fn the_glossary_has_at_most_40_words() {
    let page = fs::read_to_string(repository("docs/GLOSSARY.md")).unwrap();
    let cells = page.lines().filter_map(|line| line.strip_prefix("| "));
    let cells = cells.filter_map(|line| line.split(" | ").next());
    let words: Vec<_> = cells
        .filter(|cell| *cell != "word")
        .flat_map(|cell| cell.split(", "))
        .collect();
    let once: std::collections::BTreeSet<_> = words.iter().collect();
    assert!(words.len() <= 40, "{} words", words.len());
    assert_eq!(once.len(), words.len(), "a word has one meaning");
}

/// True for commands that are not run, because they build or test the workspace.
fn is_known(command: &str) -> bool {
    let words: Vec<_> = command.split_whitespace().collect();
    match words[..] {
        ["cargo", "test", "--workspace"] => true,
        ["cargo", "install", "--path", path] => repository(path).join("Cargo.toml").is_file(),
        // It is set for every command.
        ["export", variable] => variable.starts_with("TARGET=http://"),
        ["cargo", "install", _, "--locked"] | ["rustup", "toolchain", "install", _] => true,
        // The arguments of `bench` and `fuzz` are tested in their crates.
        ["cargo", "xtask", name, ..] => {
            let xtask = fs::read_to_string(repository("xtask/src/main.rs")).unwrap();
            xtask.contains(&format!("[\"{name}\""))
        }
        _ => false,
    }
}

/// Runs the blocks of TOML and JSON that are plans.
#[test]
fn the_plans_in_the_docs_run() {
    let mut ran = 0;
    for block in blocks() {
        let FencedBlock {
            document,
            kind,
            file,
            text,
        } = block;
        let is_plan = ["[[load]]", "\"load\"", "hammerConfig"].map(|key| text.contains(key));
        if !matches!(kind.as_str(), "toml" | "json") || is_plan == [false; 3] {
            continue;
        }
        // A plan that needs a broker is run by a command.
        if text.contains("mqtt://") {
            assert!(file.is_some(), "{document}: name the file of the plan");
            continue;
        }
        let target = TargetServer::spawn(TargetBehavior::default()).unwrap();
        let url = target.url();
        // Readers would use their own targets and variables, and have more time.
        let plan = ["http://127.0.0.1:8080/", "http://127.0.0.1:8081/"]
            .iter()
            .fold(text.replace("\"60s\"", "\"1s\""), |text, theirs| {
                text.replace(theirs, &url)
            });
        let env = [("TARGET", url.trim_end_matches('/')), ("TOKEN", "t")];
        let output = run(&format!("plan.{kind}"), &plan, &["-q", "-o", "json"], &env);
        let context = format!("{document}: {plan}: {}", stderr_text(&output));
        // On a noisy machine, thresholds may not be judged.
        let code = output.status.code();
        let may_be_invalid = code == Some(98) && text.contains("assert");
        assert!(code == Some(0) || may_be_invalid, "{context}");
        let report = parsed(&output);
        assert_eq!(
            report["hits"]["ok"], report["hits"]["scheduled"],
            "{context}"
        );
        let counts = target.shutdown().counts;
        assert_eq!(report["hits"]["ok"], counts.requests, "{context}");
        ran += 1;
    }
    assert!(ran >= 4, "only {ran} plans");
}

/// Blocks that begin with an error message equal the output of the command.
#[test]
fn the_errors_in_the_docs_are_current() {
    let mut seen = 0;
    for FencedBlock { document, text, .. } in blocks() {
        let Some(rest) = text.strip_prefix("error: invalid value '") else {
            continue;
        };
        let (value, rest) = rest.split_once("' for '").unwrap();
        let flag = rest.split([' ', '\'']).next().unwrap();
        let message = stderr(&output(&["http", "http://127.0.0.1:1/", flag, value]));
        assert!(message.starts_with(&text), "{document}:\n{text}\n{message}");
        seen += 1;
    }
    assert!(seen > 0);
}

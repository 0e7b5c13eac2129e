//! Flags in the docs that the binary does not have.
//!
//! A bare flag in a code span is `hammer`'s. Another program's flag is written together with its
//! program, in the same span. Calls of `hammer` count in spans and in blocks, each flag against
//! its subcommand; a subcommand that is not built in is somebody's own hammer and left alone.

use super::finding::Finding;
use super::hammer_call::{self, HammerCall};
use super::help_files;
use super::interface::Interface;
use super::markdown;
use super::tree::Tree;

/// Checks the README and the pages in `docs/`.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    if help_files::all(tree).next().is_none() {
        return vec![Finding::new(
            help_files::FOLDER,
            1,
            "no golden help files",
            "write them: HAMMER_WRITE_HELP=1 cargo test -p hammer-cli --test it help",
        )];
    }
    let interface = Interface::of(tree);
    let mut findings = Vec::new();
    for (path, text) in tree.ending(".md") {
        if path == "README.md" || path.starts_with("docs/") {
            let unknown = unknown(text, &interface);
            findings.extend(
                unknown
                    .into_iter()
                    .map(|(line, wrong, right)| Finding::new(path, line, wrong, right)),
            );
        }
    }
    findings
}

/// Line, problem and remedy of each flag that the binary does not have.
fn unknown(text: &str, interface: &Interface) -> Vec<(usize, String, String)> {
    let mut unknown = Vec::new();
    let mut continued = String::new();
    for line in markdown::lines(text) {
        let mut calls: Vec<HammerCall> = Vec::new();
        if line.in_block {
            continued.push_str(line.text.trim());
            if continued.ends_with('\\') {
                continued.pop();
                continue;
            }
            calls.extend(hammer_call::calls(&std::mem::take(&mut continued)));
        } else {
            continued.clear();
            for span in markdown::spans(line.text) {
                if span.starts_with('-') {
                    for flag in hammer_call::flags(span)
                        .iter()
                        .filter(|flag| !interface.knows(flag))
                    {
                        unknown.push((
                            line.number,
                            format!("no subcommand of `hammer` has the flag `{flag}`"),
                            "if it is another program's, name the program in the same span".into(),
                        ));
                    }
                } else {
                    calls.extend(hammer_call::calls(span));
                }
            }
        }
        for HammerCall { subcommand, flags } in calls {
            let name = subcommand.unwrap_or_default();
            for flag in flags
                .iter()
                .filter(|flag| interface.accepts(&name, flag) == Some(false))
            {
                let call = format!("hammer {name}");
                let call = call.trim_end();
                unknown.push((
                    line.number,
                    format!("`{call}` has no flag `{flag}`"),
                    format!("`{call} --help` lists those it has"),
                ));
            }
        }
    }
    unknown
}

#[cfg(test)]
mod tests {
    use super::unknown;
    use crate::tidy::interface::Interface;

    #[test]
    fn checks_spans_and_blocks() {
        let mut interface = Interface::default();
        interface.learn("", "--help --version");
        interface.learn("http", "--rate [aliases: --tps] --insecure --help");
        interface.learn("demo", "--seed --help");
        let table: [(&str, &[usize]); 12] = [
            ("`-r/--rate` and `--seed`", &[]),
            ("a\n`--speed`", &[2]),
            ("`cargo fmt --check`", &[]),
            ("--speed outside of code", &[]),
            ("`hammer http --seed 1`", &[1]),
            ("`hammer --version`", &[]),
            ("`hammer echo --anything`", &[]),
            ("```sh\nhammer http URL --tps 1 # --not\n```", &[]),
            ("```sh\nhammer http URL \\\n  --speed 1\n```", &[3]),
            ("```sh\ncargo run --release -- demo --speed 1\n```", &[2]),
            ("```text\n--speed in some output\n```", &[]),
            ("```sh\ncurl --silent URL\n```", &[]),
        ];
        for (text, lines) in table {
            let found: Vec<usize> = unknown(text, &interface)
                .into_iter()
                .map(|(line, ..)| line)
                .collect();
            assert_eq!(found, lines, "{text}");
        }
    }
}

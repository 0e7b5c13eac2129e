//! Finds flags in the docs that `hammer` does not have.
//!
//! A flag alone in a code span must belong to some subcommand. In a call of `hammer`, in a span or a
//! block, each flag must belong to the subcommand called. A flag of another program is written in one
//! span with the name of that program. Unknown subcommands are custom hammers and are skipped.

use super::cli_interface::CliInterface;
use super::finding::TidyFinding;
use super::hammer_call::{self, HammerCall};
use super::help_files;
use super::markdown;
use super::source_tree::SourceTree;

/// Checks the README and the pages in `docs/`.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    if help_files::all(tree).next().is_none() {
        return vec![TidyFinding::new(
            help_files::HELP_FOLDER,
            1,
            "no golden help files",
            "run `HAMMER_WRITE_HELP=1 cargo test -p hammer-cli --test it help`",
        )];
    }
    let interface = CliInterface::from_help(tree);
    let mut findings = Vec::new();
    for (path, text) in tree.texts_ending_with(".md") {
        if path == "README.md" || path.starts_with("docs/") {
            let unknown = unknown_flags(text, &interface);
            findings.extend(
                unknown
                    .into_iter()
                    .map(|(line, problem, remedy)| TidyFinding::new(path, line, problem, remedy)),
            );
        }
    }
    findings
}

/// Line, problem and remedy of each flag that `hammer` does not have.
fn unknown_flags(text: &str, interface: &CliInterface) -> Vec<(usize, String, String)> {
    let mut unknown = Vec::new();
    let mut continued = String::new();
    for line in markdown::lines(text) {
        let mut calls: Vec<HammerCall> = Vec::new();
        if line.in_code_block {
            continued.push_str(line.text.trim());
            if continued.ends_with('\\') {
                continued.pop();
                continue;
            }
            calls.extend(hammer_call::hammer_calls(&std::mem::take(&mut continued)));
        } else {
            continued.clear();
            for span in markdown::code_spans(line.text) {
                if span.starts_with('-') {
                    for flag in hammer_call::long_flags(span)
                        .iter()
                        .filter(|flag| !interface.has_flag(flag))
                    {
                        unknown.push((
                            line.number,
                            format!("no subcommand of `hammer` has the flag `{flag}`"),
                            "name its program in the same span if it is not a flag of `hammer`"
                                .into(),
                        ));
                    }
                } else {
                    calls.extend(hammer_call::hammer_calls(span));
                }
            }
        }
        for HammerCall { subcommand, flags } in calls {
            let name = subcommand.unwrap_or_default();
            for flag in flags
                .iter()
                .filter(|flag| interface.subcommand_has_flag(&name, flag) == Some(false))
            {
                let call = format!("hammer {name}");
                let call = call.trim_end();
                unknown.push((
                    line.number,
                    format!("`{call}` has no flag `{flag}`"),
                    format!("see `{call} --help`"),
                ));
            }
        }
    }
    unknown
}

#[cfg(test)]
mod tests {
    use super::unknown_flags;
    use crate::tidy::cli_interface::CliInterface;

    #[test]
    fn checks_spans_and_blocks() {
        let mut interface = CliInterface::default();
        interface.add_subcommand("", "--help --version");
        interface.add_subcommand("http", "--rate [aliases: --tps] --insecure --help");
        interface.add_subcommand("demo", "--seed --help");
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
            let found: Vec<usize> = unknown_flags(text, &interface)
                .into_iter()
                .map(|(line, ..)| line)
                .collect();
            assert_eq!(found, lines, "{text}");
        }
    }
}

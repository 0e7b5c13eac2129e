//! Parses command lines in the docs into calls of `hammer`.

/// A call of `hammer` in a shell line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HammerCall {
    /// The subcommand, or `None` if a flag comes first.
    pub(crate) subcommand: Option<String>,
    /// The long flags, including their two hyphens.
    pub(crate) flags: Vec<String>,
}

/// All calls of `hammer` in a shell line, by name or as `cargo run … -- …`.
pub(crate) fn hammer_calls(line: &str) -> Vec<HammerCall> {
    let words = shell_words(line);
    words
        .split(|word| word.ends_command)
        .filter_map(parse_call)
        .collect()
}

/// The long flags in a text: each `--` at the start of a word that a letter follows.
pub(crate) fn long_flags(text: &str) -> Vec<String> {
    let mut flags = Vec::new();
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        let rest = &text[at..];
        let starts = character == '-' && !before.is_alphanumeric() && before != '-';
        if let Some(name) = rest.strip_prefix("--").filter(|_| starts) {
            let end = name
                .find(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && c != '-')
                .unwrap_or(name.len());
            let name = name[..end].trim_end_matches('-');
            if name.starts_with(|c: char| c.is_ascii_lowercase()) {
                flags.push(format!("--{name}"));
            }
        }
        before = character;
    }
    flags
}

/// One word of a shell line.
#[derive(Debug, Default)]
struct ShellWord {
    text: String,
    /// True if it contained quotes, which makes it a value even if it starts with `--`.
    quoted: bool,
    /// True for a pipe, a semicolon or an ampersand.
    ends_command: bool,
}

/// Splits a shell line at spaces and command separators, and drops its comment.
fn shell_words(line: &str) -> Vec<ShellWord> {
    let mut words = Vec::new();
    let mut word = ShellWord::default();
    let mut quote = None;
    for character in line.chars().chain([' ']) {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => word.text.push(character),
            (None, '\'' | '"') => {
                quote = Some(character);
                word.quoted = true;
            }
            (None, '#') if word.text.is_empty() && !word.quoted => break,
            (None, ' ' | '\t' | '|' | ';' | '&') => {
                if !word.text.is_empty() || word.quoted {
                    words.push(std::mem::take(&mut word));
                }
                if !matches!(character, ' ' | '\t') {
                    words.push(ShellWord {
                        ends_command: true,
                        ..ShellWord::default()
                    });
                }
            }
            (None, other) => word.text.push(other),
        }
    }
    words
}

fn parse_call(words: &[ShellWord]) -> Option<HammerCall> {
    // Skips a prompt, and variables set for this one command.
    let start = words
        .iter()
        .position(|word| word.text != "$" && !word.text.contains('='))?;
    let words = &words[start..];
    let program = words.first()?.text.rsplit('/').next()?;
    let passed = match program {
        "hammer" => &words[1..],
        "cargo" if words.get(1)?.text == "run" => {
            let dashes = words.iter().position(|word| word.text == "--")?;
            let (cargo, passed) = (&words[..dashes], &words[dashes + 1..]);
            let other = cargo.iter().any(|word| word.text == "--example")
                || cargo.windows(2).any(|pair| {
                    matches!(pair[0].text.as_str(), "-p" | "--package" | "--bin")
                        && !matches!(pair[1].text.as_str(), "hammer-cli" | "hammer")
                });
            (!other).then_some(passed)?
        }
        _ => return None,
    };
    let subcommand = passed.first().filter(|word| !word.text.starts_with('-'));
    Some(HammerCall {
        subcommand: subcommand.map(|word| word.text.clone()),
        flags: passed
            .iter()
            .filter(|word| !word.quoted && word.text.starts_with("--"))
            .flat_map(|word| long_flags(word.text.split('=').next().unwrap_or(&word.text)))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::{hammer_calls, long_flags};

    #[test]
    fn finds_flags_in_texts() {
        let table: [(&str, &[&str]); 7] = [
            ("none", &[]),
            (
                "  -r, --rate <RATE>  How fast [aliases: --tps]",
                &["--rate", "--tps"],
            ),
            ("-k/--insecure", &["--insecure"]),
            ("--max-in-flight=64", &["--max-in-flight"]),
            ("cargo run -- --seed 1", &["--seed"]),
            ("a --- b -- c --", &[]),
            ("half--way", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(long_flags(text), expected, "{text}");
        }
    }

    #[test]
    fn finds_calls_in_shell_lines() {
        let table: [(&str, &[&str]); 11] = [
            ("hammer demo", &["demo:"]),
            ("hammer --version", &[": --version"]),
            (
                "$ hammer http URL --rate 10 # not --this",
                &["http: --rate"],
            ),
            ("hammer http URL -d '--no-flag'", &["http:"]),
            ("hammer run --tps 1 | jq --raw-output .", &["run: --tps"]),
            (
                "hammer target --port 0 & hammer demo",
                &["target: --port", "demo:"],
            ),
            ("RUST_LOG=debug ./target/release/hammer demo", &["demo:"]),
            ("cargo run --release -- demo --seed=1", &["demo: --seed"]),
            ("cargo run -p xtask -- tidy --x", &[]),
            ("cargo run --example hammer-echo -- --x", &[]),
            ("wrk2 --latency URL", &[]),
        ];
        for (line, expected) in table {
            let found: Vec<String> = hammer_calls(line)
                .into_iter()
                .map(|call| {
                    let name = call.subcommand.unwrap_or_default() + ":";
                    [vec![name], call.flags].concat().join(" ")
                })
                .collect();
            assert_eq!(found, expected, "{line}");
        }
    }
}

//! Finds flags in the messages and comments of the libraries.
//!
//! Only hammer-cli knows the names of flags. A message of a library names a setting as the API
//! does, and hammer-cli replaces it. A comment may name a flag where it speaks of the command `hammer`,
//! or of curl.

use super::finding::TidyFinding;
use super::rust::{self, RustSourcePieceKind};
use super::source_tree::SourceTree;

/// The crate that knows flags.
const COMMAND_CRATE: &str = "hammer-cli";

/// Parts of a comment that speaks of a command line.
const COMMANDS: [&str; 3] = ["`hammer ", COMMAND_CRATE, "curl"];

/// Checks the strings and comments of all crates but hammer-cli.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    let mut findings = Vec::new();
    let sources = tree.sources();
    let libraries = sources
        .filter(|source| source.krate.starts_with("hammer-") && source.krate != COMMAND_CRATE);
    for source in libraries {
        for passage in rust::passages(source.text) {
            let is_message = passage.kind == RustSourcePieceKind::Text;
            let names_command =
                |(_, line): &(usize, &str)| COMMANDS.iter().any(|command| line.contains(command));
            if !is_message && passage.lines.iter().any(names_command) {
                continue;
            }
            let remedy = if is_message {
                "name the setting as the API does, in backquotes: `max_in_flight`"
            } else {
                "name the setting, or the command whose flag it is"
            };
            for (line, text) in &passage.lines {
                let found = flags(text).map(|flag| {
                    TidyFinding::new(source.path, *line, format!("the flag `{flag}`"), remedy)
                });
                findings.extend(found);
            }
        }
    }
    findings
}

/// The long flags in a text.
fn flags(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("--").filter_map(|(at, hyphens)| {
        let is_part = |c: char| c.is_alphanumeric() || c == '-';
        let name = &text[at + hyphens.len()..];
        let length = name.find(|c: char| !is_part(c)).unwrap_or(name.len());
        let starts_word = !text[..at].ends_with(is_part);
        let is_flag = starts_word && name.starts_with(|c: char| c.is_ascii_lowercase());
        is_flag.then(|| &text[at..at + hyphens.len() + length])
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn finds_flags_in_messages_and_comments() {
        let core = "crates/hammer-core/src/a.rs";
        let table = [
            (core, "const A: &str = \"lower --max-in-flight\";", 1),
            (
                core,
                "const A: &str = \"add --tlsv1.3 or (--key FILE)\";",
                2,
            ),
            (core, "const A: &str = \"two \\\n    lines: --sni\";", 1),
            (core, "const A: &str = \"lower `max_in_flight`\";", 0),
            (
                core,
                "const A: &str = \"xn--tda.test, ----hammer, a -- b\";",
                0,
            ),
            (core, "const A: &str = \"-----BEGIN CERTIFICATE-----\";", 0),
            (core, "/// Accepts anything, for `--insecure`.", 1),
            (core, "// As in --rate.", 1),
            (core, "/// As curl's `--resolve` does.", 0),
            (
                core,
                "/// Its caller does, such as\n/// hammer-cli for `--assert`.",
                0,
            ),
            (core, "/// The flags of `hammer NAME --help`.", 0),
            (core, "/// The hammer of `--url`.", 1),
            (
                "crates/hammer-cli/src/a.rs",
                "const A: &str = \"--sni\";",
                0,
            ),
            (
                "crates/hammer-core/src/a/tests.rs",
                "const A: &str = \"--sni\";",
                0,
            ),
            (
                "crates/hammer-core/tests/it/a.rs",
                "const A: &str = \"--sni\";",
                0,
            ),
            ("xtask/src/a.rs", "const A: &str = \"--sni\";", 0),
        ];
        for (path, text, findings) in table {
            let found = check(&SourceTree::from_texts(&[(path, text)]));
            assert_eq!(found.len(), findings, "{path}: {text}: {found:?}");
        }
    }

    #[test]
    fn names_the_flag_and_a_remedy() {
        let text = "\nconst A: &str = \"raise --drain\";";
        let tree = SourceTree::from_texts(&[("crates/hammer-core/src/a.rs", text)]);
        assert_eq!(
            check(&tree)[0].to_string(),
            "crates/hammer-core/src/a.rs:2: the flag `--drain`; name the setting as the API does, in \
             backquotes: `max_in_flight`"
        );
    }
}

//! Tests of the table of flags of other tools, and of the page that shows it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use clap::Command;

use super::flag_table::FLAGS;
use super::markdown_rows;
use crate::hammer::erased;
use crate::{HttpArgs, MqttArgs};

/// The page of the docs with the table.
const PAGE: &str = "../../docs/OTHER-TOOLS.md";

/// The variable that makes the test write the table instead of comparing it.
const WRITE: &str = "HAMMER_WRITE_OTHER_TOOLS";

fn command(is_for_mqtt: bool) -> Command {
    match is_for_mqtt {
        true => erased::<MqttArgs>().command(),
        false => erased::<HttpArgs>().command(),
    }
}

/// Splits words at spaces outside of single quotes.
fn words(text: &str) -> Vec<String> {
    let parts = text.split('\'').enumerate();
    let split = parts.flat_map(|(index, part)| match index % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    split.collect()
}

#[test]
fn all_replacements_are_accepted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let [targets, certificate] = [
        ("targets.txt", "GET http://127.0.0.1:1/\n".to_owned()),
        ("ca.pem", key.cert.pem()),
    ]
    .map(|(name, text)| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a written file");
        path.display().to_string()
    });
    for flag in FLAGS.iter().filter(|flag| !flag.here.is_empty()) {
        let url = match flag.is_for_mqtt() {
            true => "mqtt://127.0.0.1",
            false => "http://127.0.0.1:1/",
        };
        let file = match flag.here.contains("--cacert") {
            true => &certificate,
            false => &targets,
        };
        let here = flag.here_with(None).replace("FILE", file);
        let args = ["hammer".to_owned(), url.to_owned()]
            .into_iter()
            .chain(words(&here));
        let matches = command(flag.is_for_mqtt()).try_get_matches_from(args);
        let error = matches.err().map(|error| error.to_string());
        assert_eq!(error, None, "{flag:?}");
    }
}

#[test]
fn no_row_is_repeated() {
    let mut seen = HashSet::new();
    for flag in FLAGS {
        assert!(seen.insert((flag.spelling, flag.tools)), "{flag:?}");
        assert!(
            !flag.tools.is_empty() && !flag.meaning.is_empty(),
            "{flag:?}"
        );
    }
}

#[test]
fn the_page_shows_the_table() {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = fs::read_to_string(&path).expect("the page is here");
    let (begin, end) = ("|---|---|---|---|\n", "\n\n<!-- end of the table -->");
    let (before, rest) = page.split_once(begin).expect("a table");
    let (rows, after) = rest.split_once(end).expect("the end of the table");
    let expected = markdown_rows();
    if env::var_os(WRITE).is_some() {
        let page = format!("{before}{begin}{}{end}{after}", expected.trim_end());
        fs::write(&path, page).expect("a written page");
        return;
    }
    assert_eq!(
        format!("{rows}\n"),
        expected,
        "to write the table: {WRITE}=1 cargo test -p hammer-cli --lib the_page_shows_the_table"
    );
}

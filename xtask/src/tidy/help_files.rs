//! The golden help files of `hammer`.
//!
//! A test of hammer-cli keeps them equal to the output of the binary. `hammer.txt` is the help of
//! `hammer`, and `timeline/build.txt` that of `hammer timeline build`. If the output of `-h` differs
//! from `--help`, it is in a file that ends with `.short.txt`.

use super::source_tree::SourceTree;

/// The folder of the files, with a trailing slash.
pub(crate) const HELP_FOLDER: &str = "crates/hammer-cli/tests/it/golden/help/";

/// The subcommands (none for `hammer` itself) and text of each file.
pub(crate) fn all(tree: &SourceTree) -> impl Iterator<Item = (Vec<&str>, &str)> {
    files(tree).map(|(path, text)| {
        let name = path[HELP_FOLDER.len()..].trim_end_matches(".txt");
        let name = name.trim_end_matches(".short");
        let commands = if name == "hammer" {
            Vec::new()
        } else {
            name.split('/').collect()
        };
        (commands, text)
    })
}

/// Path and text of the short help of each command.
pub(crate) fn short(tree: &SourceTree) -> impl Iterator<Item = (&str, &str)> {
    files(tree).filter(|(path, _)| {
        let short = path.replace(".txt", ".short.txt");
        path.ends_with(".short.txt") || tree.text(&short).is_none()
    })
}

fn files(tree: &SourceTree) -> impl Iterator<Item = (&str, &str)> {
    tree.texts_ending_with(".txt")
        .filter(|(path, _)| path.starts_with(HELP_FOLDER))
}

#[cfg(test)]
mod tests {
    use super::{HELP_FOLDER, all, short};
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn finds_commands_and_short_texts() {
        let files = [
            "hammer.txt",
            "http.txt",
            "plan/show.short.txt",
            "plan/show.txt",
        ];
        let files = files.map(|name| (format!("{HELP_FOLDER}{name}"), name));
        let files: Vec<_> = files
            .iter()
            .map(|(path, name)| (path.as_str(), *name))
            .collect();
        let tree = SourceTree::from_texts(&files);
        let commands: Vec<String> = all(&tree).map(|(words, _)| words.join(" ")).collect();
        assert_eq!(commands, ["", "http", "plan show", "plan show"]);
        let short: Vec<&str> = short(&tree).map(|(_, text)| text).collect();
        assert_eq!(short, ["hammer.txt", "http.txt", "plan/show.short.txt"]);
    }
}

//! The golden files of the command's help, which a test of hammer-cli keeps equal to the binary.
//!
//! `hammer.txt` is the help of `hammer`, `timeline/build.txt` that of `hammer timeline build`. If
//! `-h` prints another text than `--help`, a file that ends with `.short.txt` has it.

use super::tree::Tree;

/// The folder of the files, with a slash at its end.
pub(crate) const FOLDER: &str = "crates/hammer-cli/tests/it/golden/help/";

/// The subcommands of each file, none for `hammer` itself, and its text.
pub(crate) fn all(tree: &Tree) -> impl Iterator<Item = (Vec<&str>, &str)> {
    files(tree).map(|(path, text)| {
        let name = path[FOLDER.len()..].trim_end_matches(".txt");
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
pub(crate) fn short(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    files(tree).filter(|(path, _)| {
        let short = path.replace(".txt", ".short.txt");
        path.ends_with(".short.txt") || tree.text(&short).is_none()
    })
}

fn files(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.ending(".txt")
        .filter(|(path, _)| path.starts_with(FOLDER))
}

#[cfg(test)]
mod tests {
    use super::{FOLDER, all, short};
    use crate::tidy::tree::Tree;

    #[test]
    fn knows_commands_and_short_texts() {
        let files = [
            "hammer.txt",
            "http.txt",
            "plan/show.short.txt",
            "plan/show.txt",
        ];
        let files = files.map(|name| (format!("{FOLDER}{name}"), name));
        let files: Vec<_> = files
            .iter()
            .map(|(path, name)| (path.as_str(), *name))
            .collect();
        let tree = Tree::of(&files);
        let commands: Vec<String> = all(&tree).map(|(words, _)| words.join(" ")).collect();
        assert_eq!(commands, ["", "http", "plan show", "plan show"]);
        let short: Vec<&str> = short(&tree).map(|(_, text)| text).collect();
        assert_eq!(short, ["hammer.txt", "http.txt", "plan/show.short.txt"]);
    }
}

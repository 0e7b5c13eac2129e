//! Links in the docs that lead nowhere.

use super::finding::Finding;
use super::markdown;
use super::tree::Tree;

/// Checks the relative links of every Markdown file, and the headings they point at.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(".md") {
        for line in markdown::lines(text).iter().filter(|line| !line.in_block) {
            for link in markdown::links(line.text) {
                if let Some(right) = objection(tree, path, &link) {
                    let wrong = format!("the link `{link}` is dead");
                    findings.push(Finding::new(path, line.number, wrong, right));
                }
            }
        }
    }
    findings
}

/// The remedy, if the `link` in the document at `path` leads nowhere.
fn objection(tree: &Tree, path: &str, link: &str) -> Option<String> {
    // `https:`, `mailto:` and their like lead out of the tree.
    if link
        .split('/')
        .next()
        .is_some_and(|first| first.contains(':'))
    {
        return None;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    if file.starts_with('/') {
        return Some("write it relative to this file".to_owned());
    }
    let target = if file.is_empty() {
        Some(path.to_owned())
    } else {
        resolve(path, file)
    };
    let Some(target) = target.filter(|target| tree.exists(target)) else {
        return Some("no such file; links are relative to their own file".to_owned());
    };
    if anchor.is_empty() || !target.ends_with(".md") {
        return None;
    }
    let anchors = markdown::anchors(tree.text(&target)?);
    (!anchors.iter().any(|known| known == anchor))
        .then(|| format!("{target} has these headings: {}", anchors.join(", ")))
}

/// The path from the root of `link` in the document at `path`; `None` if it leaves the root.
fn resolve(path: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::objection;
    use crate::tidy::tree::Tree;

    #[test]
    fn tells_live_links_from_dead_ones() {
        let tree = Tree::of(&[
            ("README.md", "# Hammer\n"),
            ("docs/A.md", "# First\n\n## In use\n"),
            ("docs/B.md", "# Other\n"),
        ]);
        let table = [
            ("README.md", "docs/A.md", true),
            ("README.md", "docs", true),
            ("README.md", "docs/", true),
            ("README.md", "A.md", false),
            ("docs/A.md", "B.md", true),
            ("docs/A.md", "./B.md#other", true),
            ("docs/A.md", "B.md#first", false),
            ("docs/A.md", "#in-use", true),
            ("docs/A.md", "#out-of-use", false),
            ("docs/A.md", "../README.md", true),
            ("docs/A.md", "../../README.md", false),
            ("docs/A.md", "/README.md", false),
            ("docs/A.md", "https://example.org/a#b", true),
            ("docs/A.md", "mailto:a@example.org", true),
        ];
        for (path, link, live) in table {
            assert_eq!(
                objection(&tree, path, link).is_none(),
                live,
                "{path}: {link}"
            );
        }
    }
}

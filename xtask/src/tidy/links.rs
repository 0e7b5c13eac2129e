//! Finds dead links in the docs.

use super::finding::TidyFinding;
use super::markdown;
use super::source_tree::SourceTree;

/// Checks the relative links of every Markdown file, including their anchors.
pub(crate) fn check(tree: &SourceTree) -> Vec<TidyFinding> {
    let mut findings = Vec::new();
    for (path, text) in tree.texts_ending_with(".md") {
        for line in markdown::lines(text)
            .iter()
            .filter(|line| !line.in_code_block)
        {
            for link in markdown::link_targets(line.text) {
                if let Some(remedy) = link_violation(tree, path, &link) {
                    let problem = format!("the link `{link}` is dead");
                    findings.push(TidyFinding::new(path, line.number, problem, remedy));
                }
            }
        }
    }
    findings
}

/// The remedy if the `link` in the document at `path` is dead.
fn link_violation(tree: &SourceTree, path: &str, link: &str) -> Option<String> {
    // `https:`, `mailto:` and other schemes point outside the tree.
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
        return Some("use an existing path, relative to this file".to_owned());
    };
    if anchor.is_empty() || !target.ends_with(".md") {
        return None;
    }
    let anchors = markdown::heading_anchors(tree.text(&target)?);
    (!anchors.iter().any(|known| known == anchor))
        .then(|| format!("expected a heading of {target}: {}", anchors.join(", ")))
}

/// Resolves `link` in the document at `path`; `None` if it leaves the root.
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
    use super::link_violation;
    use crate::tidy::source_tree::SourceTree;

    #[test]
    fn finds_dead_links() {
        let tree = SourceTree::from_texts(&[
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
                link_violation(&tree, path, link).is_none(),
                live,
                "{path}: {link}"
            );
        }
    }
}

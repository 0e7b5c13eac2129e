//! Reads links, headings, code and tables from Markdown.

/// A line of a document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MarkdownLine<'a> {
    /// The first line of a document is 1.
    pub(crate) number: usize,
    /// The whole line.
    pub(crate) text: &'a str,
    /// True inside a fenced code block.
    pub(crate) in_code_block: bool,
}

/// The lines of a document, without the fences of code blocks.
pub(crate) fn lines(text: &str) -> Vec<MarkdownLine<'_>> {
    let mut lines = Vec::new();
    let mut fence: Option<&str> = None;
    for (text, number) in text.lines().zip(1..) {
        let start = text.trim_start();
        let opening = ["```", "~~~"]
            .into_iter()
            .find(|mark| start.starts_with(mark));
        match (fence, opening) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            _ => lines.push(MarkdownLine {
                number,
                text,
                in_code_block: fence.is_some(),
            }),
        }
    }
    lines
}

/// The code spans of a line of prose.
pub(crate) fn code_spans(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

/// The line without its code spans.
fn without_code_spans(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

/// The targets of the links of a line of prose: `[text](target)` and `[name]: target`.
pub(crate) fn link_targets(line: &str) -> Vec<String> {
    let line = without_code_spans(line);
    let definition = line
        .trim_start()
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "));
    if let Some((_, target)) = definition {
        return target
            .split_whitespace()
            .next()
            .map(str::to_owned)
            .into_iter()
            .collect();
    }
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .filter_map(|(target, _)| target.split_whitespace().next())
        .map(|target| target.trim_matches(['<', '>']).to_owned())
        .collect()
}

/// The anchors of a document's headings, as GitHub makes them.
///
/// They are in lower case, without punctuation, with hyphens for spaces. Repeated headings are
/// numbered from 1.
pub(crate) fn heading_anchors(text: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    for line in lines(text).into_iter().filter(|line| !line.in_code_block) {
        let title = line.text.trim_start_matches('#');
        let level = line.text.len() - title.len();
        if !(1..=6).contains(&level) || !title.starts_with(' ') {
            continue;
        }
        let plain: String = title
            .trim()
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let mut anchor = plain.clone();
        let mut repeated = 0;
        while anchors.contains(&anchor) {
            repeated += 1;
            anchor = format!("{plain}-{repeated}");
        }
        anchors.push(anchor);
    }
    anchors
}

/// The cells of a table row; `None` if the line is not one.
pub(crate) fn table_cells(line: &str) -> Option<Vec<&str>> {
    let row = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(row.split('|').map(str::trim).collect())
}

#[cfg(test)]
mod tests {
    use super::{code_spans, heading_anchors, lines, link_targets, table_cells};

    #[test]
    fn finds_links_outside_code() {
        let table: [(&str, &[&str]); 8] = [
            ("plain", &[]),
            (
                "see [a](A.md) and [b](../B.md#top)",
                &["A.md", "../B.md#top"],
            ),
            ("![picture](p.svg \"title\")", &["p.svg"]),
            ("[a](<A.md>)", &["A.md"]),
            ("[name]: docs/A.md \"title\"", &["docs/A.md"]),
            ("write `[a](A.md)` for a link", &[]),
            ("[`code`](A.md)", &["A.md"]),
            ("a task: [ ] (none)", &[]),
        ];
        for (line, expected) in table {
            assert_eq!(link_targets(line), expected, "{line}");
        }
    }

    #[test]
    fn distinguishes_blocks_and_prose() {
        let kinds: Vec<(usize, bool)> = lines("a\n```sh\nb\n~~~\n```\nc")
            .iter()
            .map(|line| (line.number, line.in_code_block))
            .collect();
        assert_eq!(kinds, [(1, false), (3, true), (4, true), (6, false)]);
    }

    #[test]
    fn makes_anchors_from_headings() {
        let text = "# One `two`, three\n## A-b\n### A-b\n```\n# no heading\n```\n#also none\n";
        assert_eq!(heading_anchors(text), ["one-two-three", "a-b", "a-b-1"]);
    }

    #[test]
    fn splits_spans_and_cells() {
        assert_eq!(code_spans("a `b` c `d e`"), ["b", "d e"]);
        assert_eq!(table_cells("| a | b c |"), Some(vec!["a", "b c"]));
        assert_eq!(table_cells("a | b"), None);
    }
}

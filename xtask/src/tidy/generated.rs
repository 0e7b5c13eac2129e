//! Generated blocks of a document, between their marks.

/// The expected content of a block.
///
/// In the document it is between `<!-- generated: NAME -->` and `<!-- end of generated -->`.
#[derive(Debug)]
pub(crate) struct GeneratedBlock {
    /// The name in the opening mark.
    pub(crate) name: String,
    /// The heading below which it is added if the document lacks it.
    pub(crate) heading: String,
    /// The content, in whole lines.
    pub(crate) text: String,
}

const END_MARK: &str = "<!-- end of generated -->";

impl GeneratedBlock {
    fn lines(&self) -> String {
        format!(
            "<!-- generated: {} -->\n{}{END_MARK}\n",
            self.name,
            self.body()
        )
    }

    /// The lines between the marks. Without the empty lines, the marks would join a table.
    fn body(&self) -> String {
        format!("\n{}\n", self.text)
    }
}

/// Line, name and body of each block of a document, and the line of a block without an end.
fn find_blocks(text: &str) -> (Vec<(usize, &str, String)>, Option<usize>) {
    let mut found = Vec::new();
    let mut open: Option<(usize, &str, String)> = None;
    for (line, number) in text.lines().zip(1..) {
        if let Some((_, _, body)) = &mut open {
            if line.trim() == END_MARK {
                found.extend(open.take());
            } else {
                body.push_str(line);
                body.push('\n');
            }
        } else {
            open = block_name(line).map(|name| (number, name, String::new()));
        }
    }
    (found, open.map(|(number, ..)| number))
}

/// The name in an opening mark.
fn block_name(line: &str) -> Option<&str> {
    line.trim()
        .strip_prefix("<!-- generated: ")?
        .strip_suffix(" -->")
}

/// Line and problem of each block that is unknown, stale or missing.
pub(crate) fn differences(text: &str, blocks: &[GeneratedBlock]) -> Vec<(usize, String)> {
    let (found, open) = find_blocks(text);
    let mut differences = Vec::new();
    if let Some(line) = open {
        differences.push((line, format!("the generated block has no `{END_MARK}`")));
    }
    for (line, name, body) in &found {
        match blocks.iter().find(|block| block.name == *name) {
            None => differences.push((*line, format!("unknown generated block `{name}`"))),
            Some(block) if block.body() != *body => {
                differences.push((*line, format!("the generated block `{name}` is stale")));
            }
            Some(_) => {}
        }
    }
    for block in blocks {
        if !found.iter().any(|(_, name, _)| *name == block.name) {
            differences.push((
                1,
                format!("the generated block `{}` is missing", block.name),
            ));
        }
    }
    differences
}

/// The document with all blocks up to date; missing blocks are added below their heading.
///
/// # Errors
///
/// Returns the line of a block without an end.
pub(crate) fn with_blocks(text: &str, blocks: &[GeneratedBlock]) -> Result<String, usize> {
    let (found, open) = find_blocks(text);
    if let Some(line) = open {
        return Err(line);
    }
    let mut document = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(name) = block_name(line) else {
            document.push_str(line);
            document.push('\n');
            continue;
        };
        lines.by_ref().find(|line| line.trim() == END_MARK);
        if let Some(block) = blocks.iter().find(|block| block.name == name) {
            document.push_str(&block.lines());
        }
    }
    for block in blocks {
        if found.iter().any(|(_, name, _)| *name == block.name) {
            continue;
        }
        let heading = format!("## {}\n", block.heading);
        match document.find(&format!("\n{heading}")) {
            Some(at) => {
                let after = at + 1 + heading.len();
                document.insert_str(after, &format!("\n{}", block.lines()));
            }
            None => document.push_str(&format!("\n{heading}\n{}", block.lines())),
        }
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::{GeneratedBlock, differences, with_blocks};

    fn block() -> GeneratedBlock {
        GeneratedBlock {
            name: "a".to_owned(),
            heading: "Part a".to_owned(),
            text: "new\n".to_owned(),
        }
    }

    #[test]
    fn replaces_and_adds_blocks() {
        let fresh = "<!-- generated: a -->\n\nnew\n\n<!-- end of generated -->\n";
        let stale = "<!-- generated: a -->\nold\nolder\n<!-- end of generated -->\n";
        let unknown = "<!-- generated: b -->\nold\n<!-- end of generated -->\n";
        let table = [
            (format!("x\n{fresh}y\n"), format!("x\n{fresh}y\n"), 0),
            (format!("x\n{stale}y\n"), format!("x\n{fresh}y\n"), 1),
            (
                format!("x\n{fresh}{unknown}y\n"),
                format!("x\n{fresh}y\n"),
                1,
            ),
            ("x\n".to_owned(), format!("x\n\n## Part a\n\n{fresh}"), 1),
            (
                "x\n\n## Part a\n\ny\n".to_owned(),
                format!("x\n\n## Part a\n\n{fresh}\ny\n"),
                1,
            ),
        ];
        for (text, expected, count) in table {
            assert_eq!(differences(&text, &[block()]).len(), count, "{text}");
            assert_eq!(with_blocks(&text, &[block()]), Ok(expected));
        }
    }

    #[test]
    fn refuses_a_block_without_an_end() {
        let text = "x\n<!-- generated: a -->\nold\n";
        assert_eq!(with_blocks(text, &[block()]), Err(2));
        assert_eq!(differences(text, &[block()])[0].0, 2);
    }
}

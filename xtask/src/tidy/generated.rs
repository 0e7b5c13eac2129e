//! Generated blocks of a document, between `<!-- generated: NAME -->` and its end mark.

/// A block as it has to be.
#[derive(Debug)]
pub(crate) struct Block {
    /// The name in the mark.
    pub(crate) name: String,
    /// The heading that it gets where the document does not have it yet.
    pub(crate) heading: String,
    /// Whole lines.
    pub(crate) text: String,
}

const END: &str = "<!-- end of generated -->";

impl Block {
    fn lines(&self) -> String {
        format!("<!-- generated: {} -->\n{}{END}\n", self.name, self.body())
    }

    /// The lines between the marks. Without the empty ones, the marks would be part of a table.
    fn body(&self) -> String {
        format!("\n{}\n", self.text)
    }
}

/// The blocks that a document has, up to the first that does not end, and the line of that.
fn found(text: &str) -> (Vec<(usize, &str, String)>, Option<usize>) {
    let mut found = Vec::new();
    let mut open: Option<(usize, &str, String)> = None;
    for (line, number) in text.lines().zip(1..) {
        if let Some((_, _, body)) = &mut open {
            if line.trim() == END {
                found.extend(open.take());
            } else {
                body.push_str(line);
                body.push('\n');
            }
        } else {
            open = name(line).map(|name| (number, name, String::new()));
        }
    }
    (found, open.map(|(number, ..)| number))
}

/// The name in the line that starts a block.
fn name(line: &str) -> Option<&str> {
    line.trim()
        .strip_prefix("<!-- generated: ")?
        .strip_suffix(" -->")
}

/// Line and problem of each block that is not as it has to be.
pub(crate) fn differences(text: &str, blocks: &[Block]) -> Vec<(usize, String)> {
    let (found, open) = found(text);
    let mut differences = Vec::new();
    if let Some(line) = open {
        differences.push((line, format!("the generated block has no `{END}`")));
    }
    for (line, name, body) in &found {
        match blocks.iter().find(|block| block.name == *name) {
            None => differences.push((*line, format!("nothing generates a block `{name}`"))),
            Some(block) if block.body() != *body => {
                differences.push((*line, format!("the generated block `{name}` is stale")));
            }
            Some(_) => {}
        }
    }
    for block in blocks {
        if !found.iter().any(|(_, name, _)| *name == block.name) {
            differences.push((1, format!("no generated block `{}`", block.name)));
        }
    }
    differences
}

/// The document with every block as it has to be. Blocks that it lacks come below their heading.
///
/// # Errors
///
/// The line of a block without an end.
pub(crate) fn replaced(text: &str, blocks: &[Block]) -> Result<String, usize> {
    let (found, open) = found(text);
    if let Some(line) = open {
        return Err(line);
    }
    let mut replaced = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(name) = name(line) else {
            replaced.push_str(line);
            replaced.push('\n');
            continue;
        };
        lines.by_ref().find(|line| line.trim() == END);
        if let Some(block) = blocks.iter().find(|block| block.name == name) {
            replaced.push_str(&block.lines());
        }
    }
    for block in blocks {
        if found.iter().any(|(_, name, _)| *name == block.name) {
            continue;
        }
        let heading = format!("## {}\n", block.heading);
        match replaced.find(&format!("\n{heading}")) {
            Some(at) => {
                let after = at + 1 + heading.len();
                replaced.insert_str(after, &format!("\n{}", block.lines()));
            }
            None => replaced.push_str(&format!("\n{heading}\n{}", block.lines())),
        }
    }
    Ok(replaced)
}

#[cfg(test)]
mod tests {
    use super::{Block, differences, replaced};

    fn block() -> Block {
        Block {
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
            assert_eq!(replaced(&text, &[block()]), Ok(expected));
        }
    }

    #[test]
    fn refuses_a_block_without_an_end() {
        let text = "x\n<!-- generated: a -->\nold\n";
        assert_eq!(replaced(text, &[block()]), Err(2));
        assert_eq!(differences(text, &[block()])[0].0, 2);
    }
}

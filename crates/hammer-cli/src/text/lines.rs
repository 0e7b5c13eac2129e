//! Lines of the report: a name, then text that is wrapped or cut.

use super::sanitize;

/// Maximum line width, in columns.
pub(crate) const WIDTH: usize = 100;
/// Column at which the text after a name begins.
pub(crate) const INDENT: usize = 14;

/// Separator of the items of a line.
pub(crate) const SEPARATOR: &str = "   ";

/// Writes `text` after `name`, wrapped at spaces, in at most `max` lines.
pub(crate) fn wrap(name: &str, text: &str, max: usize) -> String {
    name_and_lines(name, split_at_spaces(text), max)
}

/// Writes the items of `text` after `name`, wrapped at their [`SEPARATOR`], in at most `max` lines.
///
/// Only an item that is longer than a line is wrapped at its spaces.
pub(crate) fn wrap_items(name: &str, text: &str, max: usize) -> String {
    let mut lines: Vec<String> = vec![];
    for item in text.split(SEPARATOR) {
        let columns = SEPARATOR.len() + item.chars().count();
        match lines.last_mut() {
            Some(line) if INDENT + line.chars().count() + columns <= WIDTH => {
                line.push_str(SEPARATOR);
                line.push_str(item);
            }
            _ => lines.extend(split_at_spaces(item)),
        }
    }
    name_and_lines(name, lines, max)
}

/// Splits `text` at spaces into lines that fit after a name. A number and its unit stay together.
fn split_at_spaces(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let is_digit = |char: char| char.is_ascii_digit();
    let mut words = text.split(' ');
    while let Some(word) = words.next() {
        let mut word = word.to_owned();
        if word.starts_with(is_digit)
            && word.ends_with(is_digit)
            && let Some(unit) = words.next()
        {
            word = format!("{word} {unit}");
        }
        let last = lines.last_mut().map_or(0, |line| line.chars().count());
        if last > 0 && INDENT + last + 1 + word.chars().count() > WIDTH {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&word);
        }
    }
    lines
}

/// Writes `lines` after `name`, at most `max` of them.
fn name_and_lines(name: &str, mut lines: Vec<String>, max: usize) -> String {
    if lines.len() > max {
        lines.truncate(max);
        if let Some(line) = lines.last_mut() {
            *line = truncate(&format!("{line} …"), WIDTH - INDENT);
        }
    }
    let name = sanitize(name);
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        let name = if index == 0 { &*name } else { "" };
        let line = truncate(line, WIDTH - INDENT);
        out.push_str(format!("{name:<INDENT$}{line}").trim_end());
        out.push('\n');
    }
    out
}

/// Writes the `items` that fit in one line after `name`.
///
/// `omitted` describes the rest, given the number of items that are shown.
pub(crate) fn list_line(name: &str, items: &[String], omitted: impl Fn(usize) -> String) -> String {
    // Leaves room for the description of the rest.
    let room = WIDTH - INDENT - 24;
    let mut line = String::new();
    let mut shown = 0;
    for item in items {
        if shown > 0 && line.chars().count() + 3 + item.chars().count() > room {
            break;
        }
        if shown > 0 {
            line.push_str("   ");
        }
        line.push_str(&truncate(item, room));
        shown += 1;
    }
    if shown < items.len() {
        line = format!("{line}   {}", omitted(shown));
    }
    format!("{:<INDENT$}{line}\n", sanitize(name))
}

/// Cuts `text` to `width` columns, without control characters.
pub(crate) fn truncate(text: &str, width: usize) -> String {
    let text = sanitize(text);
    if text.chars().count() <= width {
        return text;
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_wrapped_and_cut() {
        let text = "word ".repeat(40);
        let lines = wrap("name", text.trim(), 2);
        assert_eq!(lines.lines().count(), 2);
        assert!(lines.starts_with("name          word"));
        assert!(lines.ends_with("word …\n"), "{lines}");
        assert!(
            lines.lines().all(|line| line.chars().count() <= WIDTH),
            "{lines}"
        );
        assert_eq!(wrap("a", "b c", 2), "a             b c\n");
    }

    #[test]
    fn a_number_and_its_unit_are_in_one_line() {
        let fill = "x".repeat(WIDTH - INDENT - 5);
        let indent = " ".repeat(INDENT);
        for (text, [first, second]) in [
            (
                format!("{fill} 1.50 MB sent"),
                [fill.clone(), "1.50 MB sent".into()],
            ),
            (
                format!("{fill} 5 MB sent"),
                [format!("{fill} 5 MB"), "sent".into()],
            ),
        ] {
            let expected = format!("{:<INDENT$}{first}\n{indent}{second}\n", "a");
            assert_eq!(wrap("a", &text, 2), expected);
        }
    }

    #[test]
    fn items_are_kept_in_one_line() {
        let fill = "x".repeat(WIDTH - INDENT - 10);
        let indent = " ".repeat(INDENT);
        let first = format!("{:<INDENT$}{fill}", "a");
        for (items, expected) in [
            ("5 MB in", format!("{first}   5 MB in\n")),
            (
                "50 MB in   7 lost",
                format!("{first}\n{indent}50 MB in   7 lost\n"),
            ),
        ] {
            assert_eq!(
                wrap_items("a", &format!("{fill}{SEPARATOR}{items}"), 2),
                expected
            );
        }
        let long = "word ".repeat(20);
        let lines = wrap_items("a", &format!("b{SEPARATOR}{}", long.trim()), 3);
        assert_eq!(lines.lines().count(), 3, "{lines}");
        assert!(
            lines.lines().all(|line| line.chars().count() <= WIDTH),
            "{lines}"
        );
    }

    #[test]
    fn lines_have_no_control_characters() {
        let items = ["a\u{1b}[2J".to_owned(), "\u{7}b".to_owned()];
        let listed = list_line("na\u{9b}me", &items, |_| String::new());
        let texts = [
            wrap("na\u{7}me", "a\u{1b}[2J b\rc", 2),
            listed,
            truncate("\nx", 9),
        ];
        for text in texts {
            let lines = text.trim_end_matches('\n');
            assert!(!lines.contains(char::is_control), "{lines:?}");
        }
    }

    #[test]
    fn a_list_fits_its_line() {
        let items: Vec<_> = (0..40).map(|n| format!("{n}: 1,000")).collect();
        let line = list_line("codes", &items, |shown| {
            format!("{} others", items.len() - shown)
        });
        assert!(line.chars().count() <= WIDTH + 1, "{line}");
        assert!(line.contains("35 others"), "{line}");
    }
}

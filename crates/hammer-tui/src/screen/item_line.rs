//! Lines of items that fit, with the number of those that do not.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::widgets::cell_text::cut_line;

/// Columns of the label of a line.
const LABEL_COLUMNS: usize = 10;

/// The width below which the gaps are small.
const NARROW_WIDTH: usize = 72;

/// A line of items that fit, with the number of those that do not.
#[derive(Debug)]
pub(crate) struct ItemLine {
    width: usize,
    label: Span<'static>,
    items: Vec<Line<'static>>,
    /// The key of the tab with all items.
    key: Option<char>,
}

impl ItemLine {
    /// Starts a line of `width` columns with a label.
    pub(crate) fn new(label: &str, style: Style, width: usize) -> Self {
        Self {
            width,
            label: Span::styled(format!(" {label:<0$}", LABEL_COLUMNS - 1), style),
            items: vec![],
            key: None,
        }
    }

    /// Names the key of the tab that has all items.
    pub(crate) fn with_key(self, key: char) -> Self {
        Self {
            key: Some(key),
            ..self
        }
    }

    /// The columns of an item that fills a line of its own.
    pub(crate) fn item_columns(&self) -> usize {
        self.width.saturating_sub(self.label.width())
    }

    /// Removes the label, so that items start at the left.
    pub(crate) fn unlabeled(self) -> Self {
        Self {
            label: Span::raw(" "),
            ..self
        }
    }

    /// Adds an item of several parts.
    pub(crate) fn push(&mut self, parts: impl IntoIterator<Item = Span<'static>>) {
        self.items.push(parts.into_iter().collect());
    }

    /// Adds an item without emphasis.
    pub(crate) fn push_text(&mut self, text: impl Into<String>) {
        self.push([Span::raw(text.into())]);
    }

    /// Columns that are left for items.
    pub(crate) fn left(&self) -> usize {
        let items = self.items.iter().map(|item| item.width() + self.gap());
        let used = self.label.width() + items.sum::<usize>();
        self.width.saturating_sub(used)
    }

    /// True if all items fit.
    pub(crate) fn fits(&self) -> bool {
        self.count_that_fit(&self.items, 0) == self.items.len()
    }

    /// Returns the line, with the number of items that are missing in the style `more`.
    pub(crate) fn finish(self, more: Style) -> Line<'static> {
        self.finish_lines(1, more).pop().unwrap_or_default()
    }

    /// Returns at most `count` lines, of which the last has the number of items that are missing.
    pub(crate) fn finish_lines(self, count: usize, more: Style) -> Vec<Line<'static>> {
        let mut lines: Vec<Line<'static>> = vec![];
        let mut rest = &self.items[..];
        while lines.len() < count && (lines.is_empty() || !rest.is_empty()) {
            let mut fitting = self.count_that_fit(rest, 0);
            let is_last = lines.len() + 1 == count;
            if is_last && fitting < rest.len() {
                fitting = self.count_that_fit(rest, self.more_text(rest.len()).len());
            }
            // An item that is too long for any line is cut.
            let (shown, hidden) = rest.split_at(fitting.max(1).min(rest.len()));
            let more_text = match is_last && !hidden.is_empty() {
                true => self.more_text(hidden.len()),
                false => String::new(),
            };
            let mut line = match lines.is_empty() {
                true => Line::from(self.label.clone()),
                false => Line::from(" ".repeat(self.label.width())),
            };
            for (index, item) in shown.iter().enumerate() {
                line.push_span(" ".repeat(if index > 0 { self.gap() } else { 0 }));
                line.extend(item.spans.iter().cloned());
            }
            let mut line = cut_line(line, self.width.saturating_sub(more_text.len()));
            line.push_span(Span::styled(more_text, more));
            lines.push(line);
            rest = hidden;
        }
        lines
    }

    fn count_that_fit(&self, items: &[Line<'static>], reserved: usize) -> usize {
        let mut used = self.label.width() + reserved;
        let fitting = items.iter().enumerate().take_while(|(index, item)| {
            used += item.width() + if *index > 0 { self.gap() } else { 0 };
            used <= self.width
        });
        fitting.count()
    }

    fn gap(&self) -> usize {
        if self.width < NARROW_WIDTH { 2 } else { 3 }
    }

    fn more_text(&self, hidden: usize) -> String {
        match (self.width < NARROW_WIDTH, self.key) {
            (true, None) => format!(" +{hidden}"),
            (true, Some(key)) => format!(" +{hidden} ({key})"),
            (false, None) => format!("  +{hidden} more"),
            (false, Some(key)) => format!("  +{hidden} more: key {key}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(width: usize, count: usize, items: &[&str]) -> Vec<String> {
        let mut line = ItemLine::new("label", Style::new(), width);
        items.iter().for_each(|item| line.push_text(*item));
        let lines = line.finish_lines(count, Style::new());
        lines.iter().map(Line::to_string).collect()
    }

    #[test]
    fn the_key_of_the_tab_with_all_items_is_named() {
        for (width, shown) in [(20, " label    aaa +2 (4)"), (72, " label    aaa")] {
            let mut line = ItemLine::new("label", Style::new(), width).with_key('4');
            ["aaa", "bbb", &"c".repeat(60)]
                .into_iter()
                .for_each(|item| line.push_text(item));
            let line = line.finish(Style::new()).to_string();
            assert!(line.starts_with(shown), "{line}");
            assert!(width < 72 || line.ends_with("  +1 more: key 4"), "{line}");
        }
    }

    #[test]
    fn items_that_do_not_fit_are_counted() {
        for (width, count, items, shown) in [
            (20, 1, &["aaa", "bbb"][..], &[" label    aaa  bbb"][..]),
            (18, 1, &["aaa", "bbb"], &[" label    aaa  bbb"]),
            (17, 1, &["aaa", "bbb"], &[" label    aaa +1"]),
            (18, 1, &["aaa", "bbb", "ccc"], &[" label    aaa +2"]),
            (
                18,
                2,
                &["aaa", "bbb", "ccc"],
                &[" label    aaa  bbb", "          ccc"],
            ),
            (12, 1, &["too long"], &[" label    t…"]),
            (18, 1, &["far too long", "bbb"], &[" label    far … +1"]),
            (20, 3, &[], &[" label    "]),
        ] {
            assert_eq!(
                texts(width, count, items),
                shown,
                "{width} {count} {items:?}"
            );
        }
    }
}

//! The lists of the side column, which share its height.

use ratatui::text::Line;

use crate::screen::theme::Theme;

/// A list of the side column.
#[derive(Debug)]
pub(super) struct SideSection {
    pub(super) title: &'static str,
    /// The key of the tab with the whole list.
    pub(super) key: char,
    pub(super) lines: Vec<Line<'static>>,
}

impl SideSection {
    /// The least lines below the title: a line of the list, and one that says how many are hidden.
    fn least(&self) -> usize {
        self.lines.len().min(2)
    }

    /// The title and at most `count` lines, of which the last says how many are hidden.
    fn into_lines(mut self, count: usize, theme: &Theme) -> Vec<Line<'static>> {
        let hidden = match self.lines.len() > count {
            true => self.lines.len() - (count - 1),
            false => 0,
        };
        if hidden > 0 {
            self.lines.truncate(count - 1);
            let text = format!(" and {hidden} more: key {}", self.key);
            self.lines.push(Line::styled(text, theme.dim()));
        }
        let title = Line::styled(format!(" {}", self.title), theme.strong());
        self.lines.insert(0, title);
        self.lines
    }
}

/// The sections with lines, separated by blank lines, in at most `height` lines. Long lists give way to
/// short ones; the last sections are left out if there is no room for a line of each.
pub(super) fn fitted_lines(
    mut sections: Vec<SideSection>,
    height: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    sections.retain(|section| !section.lines.is_empty());
    let least = |sections: &[SideSection]| -> usize {
        let lines = sections.iter().map(|section| section.least() + 2);
        lines.sum::<usize>().saturating_sub(1)
    };
    while least(&sections) > height {
        sections.pop();
    }
    let mut spare = height - least(&sections);
    let mut counts: Vec<usize> = sections.iter().map(SideSection::least).collect();
    while spare > 0 {
        // The shortest of those that are cut grows.
        let cut = (0..sections.len()).filter(|index| counts[*index] < sections[*index].lines.len());
        let Some(index) = cut.min_by_key(|index| counts[*index]) else {
            break;
        };
        counts[index] += 1;
        spare -= 1;
    }
    let mut lines: Vec<Line<'static>> = vec![];
    for (section, count) in sections.into_iter().zip(counts) {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(section.into_lines(count, theme));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(lengths: &[usize], height: usize) -> Vec<String> {
        let section = |length: &usize| SideSection {
            title: "title",
            key: '4',
            lines: (0..*length)
                .map(|line| Line::from(format!("{line}")))
                .collect(),
        };
        let sections = lengths.iter().map(section).collect();
        let lines = fitted_lines(sections, height, &Theme::plain());
        lines.iter().map(Line::to_string).collect()
    }

    #[test]
    fn long_lists_give_way_and_say_how_many_lines_are_hidden() {
        for (lengths, height, shown) in [
            (
                &[2, 0, 1][..],
                9,
                &[" title", "0", "1", "", " title", "0"][..],
            ),
            (&[9], 4, &[" title", "0", "1", " and 7 more: key 4"]),
            (
                &[9, 1],
                6,
                &[" title", "0", " and 8 more: key 4", "", " title", "0"],
            ),
            (&[9, 1], 5, &[" title", "0", "1", "2", " and 6 more: key 4"]),
            (&[9], 2, &[]),
        ] {
            assert_eq!(fitted(lengths, height), shown, "{lengths:?} in {height}");
        }
    }
}

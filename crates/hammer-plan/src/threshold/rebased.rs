//! Positions in a threshold as written, from those in a threshold as displayed.

use std::ops::Range;

/// Moves a position from `shown` to the same characters of `written`, which differs only in white
/// space.
pub(crate) fn rebased(position: &Range<usize>, shown: &str, written: &str) -> Range<usize> {
    let is_visible = |c: &char| !c.is_whitespace();
    let visible_before = |byte: usize| {
        let before = shown.get(..byte).unwrap_or(shown);
        before.chars().filter(is_visible).count()
    };
    let mut visible = written.char_indices().filter(|(_, c)| is_visible(c));
    let (from, upto) = (visible_before(position.start), visible_before(position.end));
    let start = visible.clone().nth(from).map(|(at, _)| at);
    let start = start.unwrap_or(written.trim_end().len());
    let last = upto.checked_sub(1).and_then(|last| visible.nth(last));
    let end = last.map_or(start, |(at, c)| at + c.len_utf8());
    start..end.max(start)
}

#[cfg(test)]
mod tests {
    use super::rebased;

    #[test]
    fn a_rebased_position_covers_the_same_word() {
        let written = "\u{3000}[ µ ,  stage\n2 ]p99<1 s ";
        let shown = "[ µ , stage 2 ] p99 < 1s";
        for (word, found) in [
            ("[ µ , stage 2 ]", "[ µ ,  stage\n2 ]"),
            ("µ", "µ"),
            ("stage 2", "stage\n2"),
            ("p99", "p99"),
            ("1s", "1 s"),
        ] {
            let at = shown.find(word).expect(word);
            let position = rebased(&(at..at + word.len()), shown, written);
            assert_eq!(&written[position], found);
        }
        let end = rebased(&(shown.len()..shown.len()), shown, written);
        assert_eq!(end, written.len() - 1..written.len() - 1);
    }
}

//! Names by their frequency.

use std::cmp::Reverse;

use crate::format_count;

/// Maximum number of names that are shown.
const MAX_NAMES: usize = 3;

/// Lists the most frequent of some names with their numbers: `connect refused ×1,200, 500 ×3`. Those
/// beyond the third are `…`, and those with 0 are left out.
#[must_use]
pub fn format_most_frequent<'a>(counts: impl IntoIterator<Item = (&'a str, u64)>) -> String {
    let mut ranked: Vec<_> = counts.into_iter().filter(|(_, n)| *n > 0).collect();
    ranked.sort_by_key(|(_, n)| Reverse(*n));
    let shown = ranked.iter().take(MAX_NAMES);
    let mut items: Vec<_> = shown
        .map(|(name, n)| format!("{} ×{}", name.replace('_', " "), format_count(*n)))
        .collect();
    if ranked.len() > MAX_NAMES {
        items.push("…".to_owned());
    }
    items.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_names_come_first() {
        for (counts, text) in [
            (vec![], ""),
            (vec![("reset", 0)], ""),
            (
                vec![("500", 3), ("connect_refused", 1_200)],
                "connect refused ×1,200, 500 ×3",
            ),
            (
                vec![("a", 1), ("b", 2), ("c", 3), ("d", 4)],
                "d ×4, c ×3, b ×2, …",
            ),
        ] {
            assert_eq!(format_most_frequent(counts), text);
        }
    }
}

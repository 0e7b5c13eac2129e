//! The known word closest to a mistyped one.

/// The longest word that is compared, in characters. A longer one is not a typing error.
const MAX_CHARS: usize = 64;

/// The shortest prefix that can match a longer word, in characters.
const MIN_PREFIX_CHARS: usize = 3;

/// Returns the word of `known` nearest to `word`, or `None` if none is near.
///
/// Case is ignored. A known word is near if it differs by one edit (an insertion, a deletion, a
/// substitution or a transposition of neighbors), or by two if `word` has at least six characters.
/// Failing that, a known word is near if one of the two is a prefix of the other and the prefix has
/// at least three characters. The word with the fewest edits wins; among equals, the first.
///
/// The edit distance is the optimal string alignment distance: each pair of neighbors is transposed
/// at most once (Boytsov, "Indexing methods for approximate dictionary searching", 2011, section
/// 2).
///
/// ```
/// use hammer_diagnostic::nearest;
///
/// let known = ["rate", "duration", "max_in_flight"];
/// assert_eq!(nearest("raet", known), Some("rate"));
/// assert_eq!(nearest("dur", known), Some("duration"));
/// assert_eq!(nearest("port", known), None);
/// ```
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.chars().nth(MAX_CHARS).is_some() {
        return None;
    }
    let word = word.to_lowercase();
    let max_edits = match word.chars().count() {
        0 | 1 => 0,
        2..6 => 1,
        _ => 2,
    };
    let mut closest: Option<(usize, &str)> = None;
    let mut prefixed = None;
    for candidate in known {
        let lower = candidate.to_lowercase();
        let edits = strsim::osa_distance(&word, &lower);
        if edits <= max_edits && closest.is_none_or(|(fewest, _)| edits < fewest) {
            closest = Some((edits, candidate));
        }
        if prefixed.is_none() && shares_prefix(&word, &lower) {
            prefixed = Some(candidate);
        }
    }
    closest.map(|(_, candidate)| candidate).or(prefixed)
}

/// Returns true if the shorter word is a prefix of the other and has at least three characters.
fn shares_prefix(word: &str, candidate: &str) -> bool {
    let shorter = word.chars().count().min(candidate.chars().count());
    shorter >= MIN_PREFIX_CHARS && (candidate.starts_with(word) || word.starts_with(candidate))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_the_nearest_word() {
        let known = [
            "rate",
            "duration",
            "max_in_flight",
            "timeout",
            "name",
            "target",
            "uuid",
            "users.email",
        ];
        for (word, near) in [
            ("rat", Some("rate")),
            ("RATE", Some("rate")),
            ("raet", Some("rate")),
            ("duratoin", Some("duration")),
            ("dur", Some("duration")),
            ("max_inflight", Some("max_in_flight")),
            ("Timeout", Some("timeout")),
            ("timeouts", Some("timeout")),
            ("timeout_seconds", Some("timeout")),
            ("uid", Some("uuid")),
            ("users.mial", Some("users.email")),
            ("users.emial", Some("users.email")),
            ("xsers.mxil", None),
            ("na", None),
            ("xyzzy", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), near, "{word}");
        }
    }

    #[test]
    fn prefers_the_fewest_edits_and_then_the_first() {
        assert_eq!(nearest("seconds", ["record", "second"]), Some("second"));
        assert_eq!(nearest("cat", ["bat", "hat"]), Some("bat"));
    }

    #[test]
    fn does_not_compare_very_long_words() {
        let known = ["eeeeee"];
        assert_eq!(nearest(&"e".repeat(1_000_000), known), None);
    }
}

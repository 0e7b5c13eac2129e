/// Longer words are not compared; nobody meant one of ours.
const LONGEST: usize = 32;

/// The one of `known` that is spelled most like `word`, if any is spelled alike: at most a third of
/// its letters differ.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().take(LONGEST + 1).collect();
    if word.len() > LONGEST {
        return None;
    }
    let word: Vec<char> = word.iter().map(char::to_ascii_lowercase).collect();
    let with_distance = known
        .into_iter()
        .map(|known| (distance(&word, known), known));
    let (distance, known) = with_distance.min_by_key(|(distance, _)| *distance)?;
    (distance * 3 <= known.len().max(3)).then_some(known)
}

/// Levenshtein's: how many letters have to be put in, left out or replaced.
fn distance(word: &[char], known: &str) -> usize {
    let mut row: Vec<usize> = (0..=word.len()).collect();
    for (above, letter) in known.chars().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (index, other) in word.iter().enumerate() {
            let replaced = diagonal + usize::from(*other != letter);
            diagonal = row[index + 1];
            row[index + 1] = replaced.min(diagonal + 1).min(row[index] + 1);
        }
    }
    row[word.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let known = ["errors", "rejected", "timed_out", "max"];
        for (word, meant) in [
            ("error", Some("errors")),
            ("Errors", Some("errors")),
            ("reected", Some("rejected")),
            ("timedout", Some("timed_out")),
            ("mx", Some("max")),
            ("latency", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
        assert_eq!(nearest(&"e".repeat(1_000_000), known), None);
    }
}

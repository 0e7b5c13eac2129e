/// Longer words are not compared; nobody meant one of ours.
const LONGEST: usize = 64;

/// The one of `known` that `word` was most likely meant to be; none if nothing is near.
///
/// Near means one slip (a letter too many, missing or wrong, or two that changed places), or a
/// similarity of 0.7 by Jaro.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.chars().nth(LONGEST).is_some() {
        return None;
    }
    known
        .into_iter()
        .map(|candidate| {
            let slip = word.len() > 1 && strsim::osa_distance(word, candidate) == 1;
            let least = if slip { 0.9 } else { 0.0 };
            (strsim::jaro(word, candidate).max(least), candidate)
        })
        .filter(|(similarity, _)| *similarity > 0.7)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_was_meant_is_found() {
        let known = ["rate", "duration", "max_in_flight", "timeout", "name"];
        for (word, near) in [
            ("rat", Some("rate")),
            ("duratoin", Some("duration")),
            ("max_inflight", Some("max_in_flight")),
            ("Timeout", Some("timeout")),
            ("raet", Some("rate")),
            ("xyzzy", None),
            ("", None),
        ] {
            assert_eq!(super::nearest(word, known), near, "{word}");
        }
        assert_eq!(super::nearest(&"e".repeat(1_000_000), known), None);
    }
}

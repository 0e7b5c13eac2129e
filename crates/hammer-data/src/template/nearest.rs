/// Longer words are not compared; nobody meant one of ours.
const MAX_COMPARED_BYTES: usize = 64;

/// The one of `known` that `word` was most likely meant to be; none if nothing is near.
///
/// Near is one slip (a letter too many, missing or wrong, or two that changed places), two in a
/// word of six letters and more, or another case.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > MAX_COMPARED_BYTES {
        return None;
    }
    let lower = word.to_lowercase();
    let most = match word.len() {
        0 | 1 => 0,
        2..6 => 1,
        _ => 2,
    };
    known
        .into_iter()
        .map(|known| {
            let slips = strsim::osa_distance(&lower, &known.to_lowercase());
            (slips, known)
        })
        .filter(|(slips, _)| *slips <= most)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_was_meant_is_found() {
        let known = ["uuid", "seq", "slot", "regex", "users.email"];
        for (word, near) in [
            ("uid", Some("uuid")),
            ("sloth", Some("slot")),
            ("rgeex", Some("regex")),
            ("SEQ", Some("seq")),
            ("users.mial", Some("users.email")),
            ("xsers.mxil", None),
            ("users.emial", Some("users.email")),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(super::nearest(word, known), near, "{word}");
        }
        assert_eq!(super::nearest(&"s".repeat(1_000_000), known), None);
    }
}

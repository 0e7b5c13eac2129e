//! The parts of a target that a report shows.

use std::ops::Range;

/// Finds the parts of `text` that say what was hit: scheme, host, port and path of each URL in it, and
/// each path after a space, such as that of `GET /items?page=2`.
///
/// `text` is a target, or the name of a group or route that was made of one. The name and password of a user, a
/// query and a fragment are not such parts, but the characters that delimit them are.
pub(crate) fn shown_parts(text: &str) -> Vec<Range<usize>> {
    let mut parts = vec![];
    let mut start = 0;
    for word in text.split_inclusive(' ') {
        let url = word.trim_end_matches(' ');
        let (authority, is_url) = match url.find("://") {
            Some(at) => (at + 3, true),
            None => (0, false),
        };
        if is_url || start > 0 && url.starts_with('/') {
            let end = url[authority..].find(['?', '#']);
            // The delimiter is a part, too.
            let end = end.map_or(url.len(), |at| authority + at + 1);
            let host_end = url[authority..end].find(['/', '?', '#']);
            let host_end = host_end.map_or(end, |at| authority + at);
            match url[authority..host_end].rfind('@') {
                Some(at) if is_url => {
                    parts.push(start..start + authority);
                    parts.push(start + authority + at..start + end);
                }
                _ => parts.push(start..start + end),
            }
        }
        start += word.len();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_queries_and_files_are_not_shown() {
        for (text, expected) in [
            ("http://a.test:80/b", "http://a.test:80/b"),
            ("http://a.test?q=1", "http://a.test?"),
            ("http://a.test/b?q=/c#d", "http://a.test/b?"),
            ("http://a.test/#d", "http://a.test/#"),
            ("http://ann:***@a.test/b@c", "http://@a.test/b@c"),
            ("http://***@[::1]:80/", "http://@[::1]:80/"),
            ("/data/x.txt at http://a.test/", "http://a.test/"),
            ("GET /items/é?page=2", "/items/é?"),
            ("GET http://a.test/b?c", "http://a.test/b?"),
            ("checkout", ""),
            ("", ""),
        ] {
            let shown: String = shown_parts(text).into_iter().map(|it| &text[it]).collect();
            assert_eq!(shown, expected, "{text}");
        }
    }
}

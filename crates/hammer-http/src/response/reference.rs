//! Resolution of the references in redirects (RFC 3986, section 5).

use url::{Position, Url};

/// Resolves a reference without its fragment against the URL of the request.
///
/// All other characters are kept as they are, as by curl: the [URL Standard] would make slashes of
/// backslashes, for example. The result may have any scheme.
///
/// Returns `None` if the result would have no host.
///
/// [URL Standard]: https://url.spec.whatwg.org/
pub(super) fn resolve(base: &Url, reference: &str) -> Option<ResolvedReference> {
    let reference = reference.split('#').next().unwrap_or_default();
    let (scheme, rest) = match split_scheme(reference) {
        Some((scheme, rest)) => (scheme, rest),
        None => (base.scheme(), reference),
    };
    if let Some(rest) = rest.strip_prefix("//") {
        let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.is_empty() || authority.contains('\\') {
            return None;
        }
        return Some(ResolvedReference {
            origin: format!("{scheme}://{authority}"),
            target: without_dot_segments(target),
        });
    }
    if scheme.len() + 1 + rest.len() == reference.len() {
        // A scheme without a host, such as "mailto:x".
        return None;
    }
    let (path, query) = reference.split_at(reference.find('?').unwrap_or(reference.len()));
    let target = match (path, query) {
        ("", "") => base[Position::BeforePath..Position::AfterQuery].to_owned(),
        ("", query) => format!("{}{query}", base.path()),
        (path, query) if path.starts_with('/') => without_dot_segments(&format!("{path}{query}")),
        (path, query) => {
            let base = base.path();
            let folder = &base[..base.rfind('/').map_or(0, |slash| slash + 1)];
            without_dot_segments(&format!("{folder}{path}{query}"))
        }
    };
    Some(ResolvedReference {
        origin: base[..Position::BeforePath].to_owned(),
        target,
    })
}

/// A reference after its resolution.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ResolvedReference {
    /// Scheme, credentials, host and port.
    pub(super) origin: String,
    /// Path and query; begins with a slash.
    pub(super) target: String,
}

/// Splits off a scheme (RFC 3986, section 3.1).
fn split_scheme(reference: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = reference.split_once(':')?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    is_scheme.then_some((scheme, rest))
}

/// Removes the segments `.` and `..` of a path, and keeps its query (RFC 3986, section 5.2.4).
fn without_dot_segments(target: &str) -> String {
    let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
    let mut merged = String::with_capacity(target.len() + 1);
    let segments = path.strip_prefix('/').unwrap_or(path).split('/');
    let mut ends_in_folder = false;
    for segment in segments {
        ends_in_folder = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => merged.truncate(merged.rfind('/').unwrap_or(0)),
            segment => {
                merged.push('/');
                merged.push_str(segment);
            }
        }
    }
    if ends_in_folder {
        merged.push('/');
    }
    merged.push_str(query);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(base: &str, reference: &str) -> Option<String> {
        let base = base.parse().expect("the URL is valid");
        let found = resolve(&base, reference)?;
        Some(format!("{}{}", found.origin, found.target))
    }

    /// The examples of RFC 3986, sections 5.4.1 and 5.4.2, without their fragments.
    #[test]
    fn the_examples_of_the_standard_are_resolved() {
        for (reference, url) in [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q"),
            ("g#s", "http://a/b/c/g"),
            ("g?y#s", "http://a/b/c/g?y"),
            (";x", "http://a/b/c/;x"),
            ("g;x", "http://a/b/c/g;x"),
            ("g;x?y#s", "http://a/b/c/g;x?y"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("./", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../", "http://a/"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("../../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            (".g", "http://a/b/c/.g"),
            ("g..", "http://a/b/c/g.."),
            ("..g", "http://a/b/c/..g"),
            ("./../g", "http://a/b/g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/./h", "http://a/b/c/g/h"),
            ("g/../h", "http://a/b/c/h"),
            ("g;x=1/./y", "http://a/b/c/g;x=1/y"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/./x", "http://a/b/c/g?y/./x"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("g#s/./x", "http://a/b/c/g"),
            ("g#s/../x", "http://a/b/c/g"),
        ] {
            let found = resolved("http://a/b/c/d;p?q", reference);
            assert_eq!(found.as_deref(), Some(url), "{reference}");
        }
        // A scheme without a host ("g:h", "http:g") cannot be requested.
        for reference in [
            "g:h",
            "http:g",
            "http:/g",
            "http://",
            "http:///g",
            "//",
            "///g",
        ] {
            assert_eq!(
                resolved("http://a/b/c/d;p?q", reference),
                None,
                "{reference}"
            );
        }
    }

    #[test]
    fn everything_else_is_kept() {
        for (reference, url) in [
            ("//b.test", "http://b.test/"),
            ("//b.test?x", "http://b.test/?x"),
            ("https://u:p@b.test:1//x", "https://u:p@b.test:1//x"),
            ("/a\\b/..\\c", "http://a/a\\b/..\\c"),
            ("/{\"a\":1}?{\"a\":1}", "http://a/{\"a\":1}?{\"a\":1}"),
            ("a/b:c", "http://a/b/a/b:c"),
            ("/a//../b", "http://a/a/b"),
            ("1:2", "http://a/b/1:2"),
            ("?/../x", "http://a/b/c?/../x"),
            ("x?y?z", "http://a/b/x?y?z"),
        ] {
            let found = resolved("http://a/b/c", reference);
            assert_eq!(found.as_deref(), Some(url), "{reference}");
        }
        assert_eq!(resolved("http://a", "x").as_deref(), Some("http://a/x"));
        assert_eq!(resolved("http://a/b", "//b\\c/x"), None);
    }

    /// Each segment is looked at once: a hostile location must not cost quadratic time.
    #[test]
    fn a_long_reference_is_resolved() {
        let long = "/x/..".repeat(13_000);
        assert_eq!(resolved("http://a/", &long).as_deref(), Some("http://a/"));
        let long = format!("{}x", "/".repeat(65_000));
        assert_eq!(
            resolved("http://a/", &long[..1]).as_deref(),
            Some("http://a/")
        );
        assert_eq!(
            resolved("http://a/", &format!("/.{long}")),
            Some(format!("http://a{long}"))
        );
    }
}

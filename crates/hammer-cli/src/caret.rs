use hammer_core::Shape;

/// What is wrong, and under it the text with a caret where it goes wrong.
pub(crate) fn under(text: &str, at: usize, wrong: &str) -> String {
    let before = text.get(..at).unwrap_or(text).chars().count();
    format!("{wrong}\n\n    {text}\n    {:before$}^", "")
}

/// A rate expression.
pub(crate) fn shape(text: &str) -> Result<Shape, String> {
    text.parse().map_err(|error: hammer_core::ShapeError| {
        if text.trim().is_empty() {
            return error.to_string();
        }
        under(text, error.at(), &error.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_place() {
        let wrong = shape("100..10x0/5m").expect_err("no number");
        let (first, rest) = wrong.split_once('\n').expect("several lines");
        assert!(
            first.starts_with("is not a number; right would be"),
            "{first}"
        );
        assert_eq!(rest, "\n    100..10x0/5m\n         ^");
        assert_eq!(under("äb", 2, "no"), "no\n\n    äb\n     ^");
        assert_eq!(
            shape("10k").map(|shape| shape.to_string()),
            Ok("10k".into())
        );
        assert!(!shape("").expect_err("empty").contains('^'));
    }
}

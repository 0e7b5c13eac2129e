//! Parser of percentages.

use hammer_diagnostic::{Diagnostic, excerpt};

/// Parses a percentage above 0 and up to 100, such as `5%` or `0.5 %`, into percent.
///
/// The sign is needed, since 0.05 could be 5 % as well.
pub(crate) fn parse(text: &str) -> Result<f64, Diagnostic> {
    let number = text.trim().strip_suffix('%').map(str::trim_end);
    let percent = number.and_then(|number| number.parse::<f64>().ok());
    let percent = percent.filter(|percent| *percent > 0.0 && *percent <= 100.0);
    percent.ok_or_else(|| {
        Diagnostic::new(0..text.len(), format!("found {}", excerpt(text)))
            .with_expected("a percentage above 0% and up to 100%, such as 5%")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_have_a_sign() {
        for (text, percent) in [("5%", 5.0), ("0.5 %", 0.5), ("100%", 100.0), (" 7.5%", 7.5)] {
            assert_eq!(parse(text), Ok(percent), "{text}");
        }
        for text in [
            "5", "0.05", "0%", "-5%", "101%", "nan%", "inf%", "%", "", "5%%", "five%",
        ] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.contains("expected a percentage above 0%"), "{error}");
        }
    }
}

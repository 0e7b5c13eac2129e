//! Figures as text in the reasons of a verdict.

use hammer_diagnostic::format_count;

/// `1 hit`, or the plural.
pub(super) fn format_hits(hits: u64) -> String {
    let plural = if hits == 1 { "" } else { "s" };
    format!("{} hit{plural}", format_count(hits))
}

/// `1 hit was`, or the plural.
pub(super) fn format_hits_were(hits: u64) -> String {
    let were = if hits == 1 { "was" } else { "were" };
    format!("{} {were}", format_hits(hits))
}

/// Formats microseconds as milliseconds with one decimal: `1,234.6 ms`.
pub(super) fn format_ms(us: f64) -> String {
    let tenths = (us / 100.0).round() as u64;
    format!("{}.{} ms", format_count(tenths / 10), tenths % 10)
}

pub(super) fn format_percent(share: f64) -> String {
    let percent = share * 100.0;
    let digits = usize::from(percent < 10.0);
    format!("{percent:.digits$} %")
}

pub(super) fn format_megabytes(bytes: u64) -> String {
    format!("{} MB", format_count((bytes as f64 / 1e6).round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_thousands_separators() {
        for (shown, expected) in [
            (format_hits(1), "1 hit"),
            (format_hits(4939), "4,939 hits"),
            (format_hits_were(1), "1 hit was"),
            (format_hits_were(1_234_567), "1,234,567 hits were"),
            (format_ms(0.0), "0.0 ms"),
            (format_ms(2_049.0), "2.0 ms"),
            (format_ms(1_234_567.0), "1,234.6 ms"),
            (format_megabytes(999_400_000), "999 MB"),
            (format_megabytes(16_000_000_000), "16,000 MB"),
        ] {
            assert_eq!(shown, expected);
        }
    }
}

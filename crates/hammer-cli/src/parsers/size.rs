//! Parser of sizes in bytes.

use hammer_diagnostic::Diagnostic;

/// Parses a number of bytes: `500`, `64k`, `16MiB`, `1.5MB`.
///
/// `k`, `M` and `G` are powers of 1,000; `Ki`, `Mi` and `Gi` are powers of 1,024.
pub(crate) fn parse(text: &str) -> Result<u64, Diagnostic> {
    let expected = "a size above 0, such as 64KiB, 16MiB or 1000000";
    bytes(text).ok_or_else(|| Diagnostic::expecting(0..text.len(), expected))
}

fn bytes(text: &str) -> Option<u64> {
    let end = text.find(|char: char| !char.is_ascii_digit() && char != '.');
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let unit = unit.trim().strip_suffix('B').unwrap_or(unit.trim());
    let factor: f64 = match unit {
        "" => 1.0,
        "k" | "K" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "Ki" => 1024.0,
        "Mi" => 1024.0 * 1024.0,
        "Gi" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    let bytes = number.parse::<f64>().ok()? * factor;
    let whole = bytes.fract() == 0.0 && (1.0..1e15).contains(&bytes);
    whole.then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [
            ("1", 1),
            ("500", 500),
            ("500B", 500),
            ("64k", 64_000),
            ("64KB", 64_000),
            ("1.5MB", 1_500_000),
            ("16MiB", 16 << 20),
            ("16 MiB", 16 << 20),
            ("0.5GiB", 512 << 20),
            ("2G", 2_000_000_000),
        ] {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
        for text in [
            "",
            "0",
            "-1",
            "MiB",
            "1.5",
            "1TB",
            "1mb",
            "1e3",
            "x",
            "1iB",
            "9999999GiB",
        ] {
            assert!(
                parse(text).expect_err(text).to_string().contains("16MiB"),
                "{text}"
            );
        }
    }
}

//! Formats tables for a terminal of 100 columns.

use crate::number_format::format_number;
use crate::ratio_interval::RatioInterval;
use crate::record::{BenchRecord, ClaimCheck, MeasuredFigure, PeerRatio};

/// Width of the titles of figures.
pub(crate) const TITLE_COLUMNS: usize = 27;
/// Width of the claims.
pub(crate) const CLAIM_COLUMNS: usize = 45;

/// Formats the figures of a scenario, with their ratios in the last columns.
pub(crate) fn figures_table(
    titled: &[(&'static str, MeasuredFigure)],
    ratios: &[PeerRatio],
) -> String {
    let compared = titled.iter().any(|(_, one)| one.tool != "hammer");
    let mut text = format!(
        "  {:<TITLE_COLUMNS$} {:<8} {:>10} {:>10} {:>10}",
        "", "", "min", "median", "max"
    );
    if compared {
        text += "   ÷: low    mean    high";
    }
    text = text.trim_end().to_owned();
    let mut last = "";
    for (title, one) in titled {
        let heading = if *title == last { "" } else { title };
        last = title;
        let spread = one.spread;
        text += &format!(
            "\n  {heading:<TITLE_COLUMNS$} {:<8} {:>10} {:>10} {:>10}",
            one.tool,
            format_number(spread.min),
            format_number(spread.median),
            format_number(spread.max)
        );
        let ratio = ratios.iter().find(|ratio| {
            ratio.scenario == one.scenario && ratio.figure == one.figure && ratio.peer == one.tool
        });
        if let Some(ratio) = ratio {
            text += &match ratio.interval {
                Some(RatioInterval { low, mean, high }) => {
                    format!("   {low:>6.3} {mean:>7.3} {high:>7.3}")
                }
                // Too few pairs for an interval.
                None => format!("   {:>6} {:>7.3} {:>7}", "", ratio.spread.median, ""),
            };
        }
        let seen = one.rounds.iter().flatten().count();
        if seen < 3 {
            text += &format!("  {seen}×");
        }
    }
    text + "\n"
}

/// Formats the claims, and whether they are met: a figure by its lowest, median and highest round, a
/// ratio by its mean between the ends of its interval.
pub(crate) fn claims_table(claims: &[ClaimCheck]) -> String {
    let mut text = format!(
        "  {:<CLAIM_COLUMNS$} {:>11}  {:>9} {:>9} {:>9}\n",
        "claim", "asked", "low", "middle", "high"
    );
    for one in claims {
        let values = match (one.interval, one.measured) {
            (Some(RatioInterval { low, mean, high }), _) => Some([low, mean, high]),
            (None, Some(spread)) => Some([spread.min, spread.median, spread.max]),
            (None, None) => None,
        };
        let outcome = match one.met {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "unclear",
        };
        let measured = match values.map(|values| values.map(format_number)) {
            Some([low, middle, high]) => format!("{low:>9} {middle:>9} {high:>9}  {outcome}"),
            None => "not measured".to_owned(),
        };
        text += &format!(
            "  {:<CLAIM_COLUMNS$} {:>11}  {measured}\n",
            one.claim, one.asked
        );
    }
    text
}

/// Describes machine, commit and tools in a few lines.
pub(crate) fn machine_heading(record: &BenchRecord) -> String {
    let machine = &record.machine;
    let pinned = match &machine.pinned {
        Some(pinned) => format!(
            "target on core {}, which never sleeps if it is raw; generator on core {}",
            pinned.target, pinned.generator
        ),
        None => "none: target and generator share all cores".to_owned(),
    };
    let mut text = format!(
        "machine   {}, {} cores, {} {}\npinning   {pinned}\ncommit    {}\n",
        machine.cpu, machine.cores, machine.system, machine.kernel, record.commit
    );
    for (tool, version) in &record.versions {
        text += &format!("{tool:<9} {version}\n");
    }
    if !record.not_on_path.is_empty() {
        text += &format!("missing   not on PATH: {}\n", record.not_on_path.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::figure;
    use crate::spread::RoundSpread;

    #[test]
    fn tables_fit_100_columns() {
        let big = [2_123_456.0, 94_103.5, 0.001];
        let mut record = BenchRecord {
            figures: vec![
                figure("closed", "hammer", "hits_per_s", &big),
                figure("closed", "h2load", "hits_per_s", &big[..1]),
            ],
            ..BenchRecord::default()
        };
        record.compute_ratios();
        let titled: Vec<_> = record
            .figures
            .iter()
            .map(|one| ("peak memory, many, MB", one.clone()))
            .collect();
        let table = figures_table(&titled, &record.ratios);
        let claimed = ClaimCheck {
            claim: "even: p99 of distance, hammer ÷ best peer".to_owned(),
            asked: "≥ 2,000,000".to_owned(),
            measured: RoundSpread::from_values(big),
            interval: None,
            met: Some(false),
        };
        let undecided = ClaimCheck {
            measured: None,
            interval: RatioInterval::of_ratios(&[2e6, 2.1e6, 2.2e6]),
            met: None,
            ..claimed.clone()
        };
        let unmeasured = ClaimCheck {
            measured: None,
            met: None,
            ..claimed.clone()
        };
        let claims = claims_table(&[claimed, undecided, unmeasured]);
        for line in table.lines().chain(claims.lines()) {
            assert!(line.chars().count() <= 100, "{line}");
        }
        assert!(table.contains("2,123,000"), "{table}");
        assert!(claims.contains("MISSED"), "{claims}");
        assert!(claims.contains("unclear"), "{claims}");
        assert!(claims.contains("not measured"), "{claims}");
    }
}

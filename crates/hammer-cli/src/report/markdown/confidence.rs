//! The confidence of the percentiles of response.

use hammer_core::Report;

use super::escaped::prose;
use super::table::table;
use crate::report::text::confidence::{ConfidenceTable, confidence_table};

/// Renders the intervals of the percentiles, or the reason why there are none.
pub(super) fn render(report: &Report) -> String {
    let ConfidenceTable { unit, worth, rows } = match confidence_table(report) {
        Ok(table) => table,
        Err(reason) => return format!("confidence: no intervals: {}\n\n", prose(&reason)),
    };
    let title = format!("confidence, {}", unit.name());
    let headers = [&*title, ">response", ">95 % interval", &*worth];
    let rows: Vec<Vec<String>> = rows.into_iter().map(Vec::from).collect();
    table(&headers, &rows)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::text::golden::{report, summary};

    #[test]
    fn intervals_are_a_table_and_their_absence_has_a_reason() {
        let with = |ci95| {
            let mut response = summary(60_000, [4_120.0, 9_870.0, 18_300.0, 24_000.0, 31_000.0]);
            response["ci95"] = ci95;
            render(&report(&[("/response_us", response)]))
        };
        let ci95 = json!({
            "slices": 60, "blocks": 20,
            "p50": {"low": 4_050.0, "high": 4_200.0, "design_effect": 3.4, "effective_hits": 17_647.0},
            "p99_9": {"low": null, "high": null, "design_effect": 104.0, "effective_hits": 577.0,
                      "reason": "too_few_hits"},
        });
        let expected = "\
| confidence, ms | response | 95 % interval | 60,000 hits are worth |
| --- | ---: | ---: | --- |
| p50 | 4.12 | 4.05 to 4.20 | 17,647 independent hits |
| p99.9 | 24.0 | - | 577 independent hits; fewer than 10 lie beyond |

";
        assert_eq!(with(ci95), expected);
        let short = with(json!({"slices": 4, "blocks": 0, "reason": "too_few_slices"}));
        let reason =
            "confidence: no intervals: they need 10 slices of time with answered hits, and this";
        assert!(short.starts_with(reason), "{short}");
        assert!(short.ends_with("\n\n"), "{short}");
    }
}

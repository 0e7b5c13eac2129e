//! The next step for a person after a search.

use hammer_analysis::{CapacityStatus, SearchReport, unseen_interval_s};

use crate::text::number::{format_decimal, format_seconds};

/// The confirmations of an answer.
const CONFIRMATIONS: f64 = 2.0;

/// The next step, with the flags of the command.
pub(super) fn next_step(report: &SearchReport) -> String {
    let settings = &report.settings;
    match report.answer.status {
        CapacityStatus::Confirmed if report.curve.is_empty() => {
            "--curve measures from 10 to 110 % of the answer, and --recovery how the target takes an \
             overload"
                .to_owned()
        }
        CapacityStatus::Confirmed => {
            let longer = settings.confirm_s * 10.0;
            format!(
                "--confirm {}s and a longer --budget would also see events as rare as one every {}",
                plain(longer),
                format_seconds(unseen_interval_s(CONFIRMATIONS * longer))
            )
        }
        CapacityStatus::AtLeast => "raise --to to find the limit of the target".to_owned(),
        CapacityStatus::GeneratorLimited => {
            "remove the limit of the generator that the reason names, and search again".to_owned()
        }
        CapacityStatus::NeverHeld => {
            "check that the target answers and that the objectives can hold, or lower --from".to_owned()
        }
        CapacityStatus::NotConfirmed => match report.answer.highest_held {
            Some(rate) => format!(
                "search again with --from {} and enough --budget for a confirmation of {}",
                plain(rate),
                format_seconds(settings.confirm_s)
            ),
            None => "search again with a lower --from or a longer --budget".to_owned(),
        },
    }
}

/// A number as a flag takes it: without separators.
fn plain(number: f64) -> String {
    format_decimal(number).replace(',', "")
}

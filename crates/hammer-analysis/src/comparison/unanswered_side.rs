//! Sides without any answer.

use serde::{Deserialize, Serialize};

use crate::comparability::run_position::ComparisonSide;

/// A side whose runs have no answer, in all loads or in one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnansweredSide {
    /// The load, in a plan of several loads of which others were answered.
    pub load: Option<String>,
    /// The side.
    pub side: ComparisonSide,
}

/// The sentences about sides without any answer, such as `no hit was answered on the new side`.
pub(super) fn unanswered_texts(sides: &[UnansweredSide]) -> Vec<String> {
    let is_base = |it: &UnansweredSide| it.side == ComparisonSide::Base;
    let has_both = |it: &UnansweredSide| {
        let mut others = sides.iter().filter(|other| other.load == it.load);
        others.any(|other| other.side != it.side)
    };
    let texts = sides
        .iter()
        .filter(|it| is_base(it) || !has_both(it))
        .map(|it| {
            let load = it.load.iter().map(|load| format!("load {load:?}: "));
            let side = match (has_both(it), it.side) {
                (true, _) => "either".to_owned(),
                (false, side) => format!("the {side}"),
            };
            format!(
                "{}no hit was answered on {side} side",
                load.collect::<String>()
            )
        });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_of_a_load_share_a_sentence() {
        let of = |load: Option<&str>, side| UnansweredSide {
            load: load.map(str::to_owned),
            side,
        };
        use ComparisonSide::{Base, New};
        for (sides, expected) in [
            (vec![], vec![]),
            (
                vec![of(None, New)],
                vec!["no hit was answered on the new side"],
            ),
            (
                vec![of(None, Base), of(None, New)],
                vec!["no hit was answered on either side"],
            ),
            (
                vec![of(None, Base), of(Some("read"), New)],
                vec![
                    "no hit was answered on the base side",
                    "load \"read\": no hit was answered on the new side",
                ],
            ),
        ] {
            assert_eq!(unanswered_texts(&sides), expected);
        }
    }
}

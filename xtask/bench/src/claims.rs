//! The claims of the project, and whether they are met.

use crate::number_format::group_thousands;
use crate::record::{BenchRecord, ClaimCheck, MeasuredFigure};
use crate::spread::{RoundSpread, round_ratios};

/// The bound that a claim sets.
#[derive(Clone, Copy)]
enum ClaimBound {
    AtLeast(f64),
    AtMost(f64),
}

impl ClaimBound {
    fn is_met_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }

    fn text(self) -> String {
        let (sign, bound) = match self {
            Self::AtLeast(bound) => ("≥", bound),
            Self::AtMost(bound) => ("≤", bound),
        };
        if bound >= 1000.0 {
            return format!("{sign} {}", group_thousands(bound as u64));
        }
        format!("{sign} {bound}")
    }
}

/// Checks all claims, in the order of the scenarios.
pub(crate) fn check_claims(record: &BenchRecord) -> Vec<ClaimCheck> {
    let ratio = |scenario, figure, peer| {
        let one = |ratio: &&crate::record::PeerRatio| {
            ratio.scenario == scenario && ratio.figure == figure && ratio.peer == peer
        };
        record.ratios.iter().find(one).map(|ratio| ratio.spread)
    };
    let own = |scenario, figure| {
        record
            .figure(scenario, "hammer", figure)
            .map(|one| one.spread)
    };
    let limit = record.target_limit.get("raw").map(|limit| limit.spread);
    let (at_least, at_most) = (ClaimBound::AtLeast, ClaimBound::AtMost);
    [
        ("target: answers/s of one core", at_least(130_000.0), limit),
        (
            "closed: hits/s, hammer ÷ oha",
            at_least(1.35),
            ratio("closed", "hits_per_s", "oha"),
        ),
        (
            "closed: hits/s, hammer ÷ wrk",
            at_least(0.85),
            ratio("closed", "hits_per_s", "wrk"),
        ),
        (
            "closed-tls: hits/s, hammer ÷ oha",
            at_least(0.9),
            ratio("closed-tls", "hits_per_s", "oha"),
        ),
        (
            "http2: hits/s, hammer ÷ h2load",
            at_least(0.8),
            ratio("http2", "hits_per_s", "h2load"),
        ),
        (
            "ceiling: rate that holds, hammer ÷ wrk2",
            at_least(1.0),
            ratio("ceiling", "rate_per_s", "wrk2"),
        ),
        (
            "steady: CPU per hit, hammer ÷ oha",
            at_most(1.0),
            ratio("steady", "cpu_us_per_hit", "oha"),
        ),
        (
            "even: p99 of distance, hammer ÷ best peer",
            at_most(0.25),
            ratio_to_best_peer(record, "even", "distance_p99_us"),
        ),
        (
            "stall: error of p90, %",
            at_most(3.0),
            own("stall", "error_p90_percent"),
        ),
        (
            "stall: error of p99, %",
            at_most(3.0),
            own("stall", "error_p99_percent"),
        ),
        (
            "memory: growth, %",
            at_most(10.0),
            own("memory", "growth_percent"),
        ),
        (
            "engine: null hits/s on one core",
            at_least(2_000_000.0),
            own("engine", "null_hits_per_s_1"),
        ),
        (
            "engine: two workers ÷ one",
            at_least(1.8),
            own("engine", "two_workers_to_one"),
        ),
        (
            "replay: p99 of distance, µs",
            at_most(1000.0),
            own("replay", "distance_p99_us"),
        ),
        (
            "values: hits/s, templated ÷ fixed",
            at_least(0.9),
            own("values", "closed_ratio"),
        ),
        (
            "values: hits/s at 50,000/s, templated ÷ fixed",
            at_least(0.9),
            own("values", "rate_ratio"),
        ),
        (
            "rows: rows of 1,000,000 that arrived once",
            at_least(1_000_000.0),
            own("rows", "rows_once").filter(|_| !record.quick),
        ),
        (
            "tokens: 401s in 2 min, lifetime 5 s",
            at_most(0.0),
            own("tokens", "refused"),
        ),
        (
            "tokens: p99 of renewal seconds ÷ others",
            at_most(1.25),
            own("tokens", "renewal_to_other"),
        ),
        (
            "mqtt-sink: messages/s on one core, QoS 0",
            at_least(1_000_000.0),
            own("mqtt-sink", "messages_per_s_qos0"),
        ),
        (
            "mqtt-sink: messages/s on one core, QoS 1",
            at_least(500_000.0),
            own("mqtt-sink", "messages_per_s_qos1"),
        ),
        (
            "mqtt: response p50 at 2,000/s, µs",
            at_most(130.0),
            own("mqtt", "response_p50_us"),
        ),
        (
            "mqtt: 20,000 messages, mosquitto_sub counted",
            at_least(20_000.0),
            own("mqtt", "counted_messages"),
        ),
        (
            "mqtt: p90 with a stall of 0.5 s, ms",
            at_least(100.0),
            own("mqtt", "stall_p90_ms"),
        ),
        (
            "mqtt: p99 with a stall of 0.5 s, ms",
            at_least(400.0),
            own("mqtt", "stall_p99_ms"),
        ),
        (
            "mqtt: 5,000 clients and back, s",
            at_most(1.5),
            own("mqtt", "connect_5000_s"),
        ),
        (
            "mqtt: memory per client, kB",
            at_most(15.0),
            own("mqtt", "memory_per_client_kb"),
        ),
    ]
    .into_iter()
    .map(|(claim, bound, measured)| ClaimCheck {
        claim: claim.to_owned(),
        asked: bound.text(),
        measured,
        met: measured.map(|spread| bound.is_met_by(spread.median)),
    })
    .collect()
}

/// Hammer ÷ the lowest peer, round by round.
fn ratio_to_best_peer(record: &BenchRecord, scenario: &str, figure: &str) -> Option<RoundSpread> {
    let ours = record.figure(scenario, "hammer", figure)?;
    let theirs = |one: &&MeasuredFigure| {
        one.scenario == scenario && one.figure == figure && one.tool != "hammer"
    };
    let theirs: Vec<&MeasuredFigure> = record.figures.iter().filter(theirs).collect();
    let best: Vec<Option<f64>> = (0..ours.rounds.len())
        .map(|round| {
            let values = theirs.iter().filter_map(|one| *one.rounds.get(round)?);
            values.reduce(f64::min)
        })
        .collect();
    RoundSpread::from_values(round_ratios(&ours.rounds, &best))
}

/// Counts the claims met, of those measured.
pub(crate) fn summary(claims: &[ClaimCheck]) -> String {
    let measured = claims.iter().filter(|one| one.met.is_some()).count();
    let met = claims.iter().filter(|one| one.met == Some(true)).count();
    format!("{met} of {measured} measured claims met")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::figure;

    #[test]
    fn the_median_of_the_pairs_decides() {
        for (oha, met) in [([100.0, 74.0, 10.0], true), ([100.0, 75.0, 10.0], false)] {
            let mut record = BenchRecord {
                figures: vec![
                    figure("closed", "hammer", "hits_per_s", &[100.0, 100.0, 100.0]),
                    figure("closed", "oha", "hits_per_s", &oha),
                ],
                ..BenchRecord::default()
            };
            record.compute_ratios();
            let claims = check_claims(&record);
            let claim = claims
                .iter()
                .find(|one| one.claim.contains("÷ oha"))
                .expect("the claim exists");
            assert_eq!((claim.met, &*claim.asked), (Some(met), "≥ 1.35"));
            let measured = claims.iter().filter(|one| one.met.is_some()).count();
            assert_eq!(measured, 1, "{claims:?}");
            assert_eq!(
                summary(&claims),
                format!("{} of 1 measured claims met", i32::from(met))
            );
        }
    }

    #[test]
    fn the_best_peer_is_chosen_per_round() {
        let key = "distance_p99_us";
        let record = BenchRecord {
            figures: vec![
                figure("even", "hammer", key, &[10.0, 10.0, 10.0]),
                figure("even", "oha", key, &[40.0, 80.0, 20.0]),
                figure("even", "wrk2", key, &[50.0, 20.0, 100.0]),
            ],
            ..BenchRecord::default()
        };
        let spread = ratio_to_best_peer(&record, "even", key).expect("it was measured");
        assert_eq!((spread.min, spread.median, spread.max), (0.25, 0.5, 0.5));
        assert_eq!(ratio_to_best_peer(&record, "even", "distance_p50_us"), None);
    }
}

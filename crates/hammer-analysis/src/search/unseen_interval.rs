//! Events too rare to be seen.

/// Returns the mean distance, in seconds, of the most frequent events that a confirmation of this length
/// would have missed with a probability of 5 %: a third of its length.
///
/// This is the rule of three. If events come at random at a rate λ, none comes within t with the
/// probability e^(−λt), which is 5 % at λ = 3.0 ÷ t (Hanley and Lippman-Hand, "If nothing goes wrong,
/// is everything all right?", JAMA 249(13), 1983).
pub fn unseen_interval_s(confirmed_s: f64) -> f64 {
    confirmed_s / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misses_such_events_in_one_confirmation_of_twenty() {
        let missed = (-60.0 / unseen_interval_s(60.0)).exp();
        assert!((missed - 0.05).abs() < 0.001, "{missed}");
    }
}

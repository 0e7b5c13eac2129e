//! Holm's correction for several tests.

/// The adjusted p values of several tests, in their order: S. Holm, Scandinavian Journal of Statistics
/// 6 (1979). If all that are at most α count as found, the probability of a false one among them is
/// at most α, however the tests depend on each other.
pub(crate) fn holm_adjusted(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (done, index) in order.iter().enumerate() {
        let left = (p_values.len() - done) as f64;
        largest = largest.max((left * p_values[*index]).min(1.0));
        adjusted[*index] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R's `p.adjust(p, "holm")`.
    #[test]
    fn adjusted_values_are_as_in_r() {
        for (p_values, expected) in [
            (&[0.01, 0.02, 0.03, 0.04][..], &[0.04, 0.06, 0.06, 0.06][..]),
            (&[0.04, 0.01, 0.03], &[0.06, 0.03, 0.06]),
            (&[0.5, 0.9], &[1.0, 1.0]),
            (&[], &[]),
        ] {
            let found = holm_adjusted(p_values);
            let close = found
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() < 1e-12);
            assert!(
                close && found.len() == expected.len(),
                "{p_values:?}: {found:?}"
            );
        }
    }
}

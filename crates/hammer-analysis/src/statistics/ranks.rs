//! Ranks of numbers, and sums of ranks.

/// Twice the rank of each number, from 2. Equal numbers get the mean of their ranks, which twice is an
/// integer.
pub(super) fn doubled_ranks(numbers: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|a, b| numbers[*a].total_cmp(&numbers[*b]));
    let mut ranks = vec![0; numbers.len()];
    let mut start = 0;
    for group in order.chunk_by(|a, b| numbers[*a] == numbers[*b]) {
        // The mean of the ranks start + 1 to start + n is start + (n + 1) / 2.
        group
            .iter()
            .for_each(|index| ranks[*index] = 2 * start + group.len() + 1);
        start += group.len();
    }
    ranks
}

/// The share of probability of the sums at least as far from `center` as `sum`. Weights and `center`
/// are of doubled sums, from 0.
pub(super) fn share_as_far(weights: &[f64], center: f64, sum: usize) -> f64 {
    let distance = |sum: usize| (sum as f64 - center).abs();
    // Half a unit less than the step between two distances, against rounding.
    let observed = distance(sum) - 0.25;
    let total: f64 = weights.iter().sum();
    let far = weights.iter().enumerate();
    let far = far.filter(|(sum, _)| distance(*sum) >= observed);
    (far.map(|(_, weight)| weight).sum::<f64>() / total).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_share_their_ranks() {
        assert_eq!(doubled_ranks(&[3.0, 1.0, 2.0]), [6, 2, 4]);
        assert_eq!(doubled_ranks(&[5.0, 1.0, 5.0, 5.0]), [6, 2, 6, 6]);
        let infinite = f64::INFINITY;
        assert_eq!(doubled_ranks(&[infinite, 1.0, infinite]), [5, 2, 5]);
        assert_eq!(doubled_ranks(&[]), [0; 0]);
    }
}

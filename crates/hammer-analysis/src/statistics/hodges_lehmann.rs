//! Shifts by Hodges and Lehmann, with Moses' interval.

use super::two_sample_ranks::differences_to_cut;

/// The median of all differences new − base: J. L. Hodges and E. L. Lehmann, Annals of Mathematical
/// Statistics 34 (1963). `None` if a side is empty or a number is not finite.
pub(crate) fn hodges_lehmann_shift(base: &[f64], new: &[f64]) -> Option<f64> {
    median(&all_differences(base, new)?)
}

/// The interval of the shift: all differences in order, without those that the test of Mann and
/// Whitney allows to cut off at both ends (L. E. Moses, in Walker and Lev, Statistical Inference
/// (1953); Hollander and Wolfe, Nonparametric Statistical Methods, section 4.3).
///
/// `None` if there are too few numbers for the confidence.
pub(crate) fn moses_interval(base: &[f64], new: &[f64], confidence: f64) -> Option<(f64, f64)> {
    let differences = all_differences(base, new)?;
    let cut = differences_to_cut(base.len(), new.len(), confidence).checked_sub(1)?;
    let last = differences.len().checked_sub(1 + cut)?;
    (cut <= last).then(|| (differences[cut], differences[last]))
}

/// The median of the means of all pairs of differences, each with itself too (Walsh averages).
pub(crate) fn hodges_lehmann_center(differences: &[f64]) -> Option<f64> {
    if differences.iter().any(|it| !it.is_finite()) {
        return None;
    }
    let pairs = differences.iter().enumerate();
    let means = pairs.flat_map(|(index, one)| {
        differences[index..]
            .iter()
            .map(move |other| f64::midpoint(*one, *other))
    });
    let mut means: Vec<f64> = means.collect();
    means.sort_by(f64::total_cmp);
    median(&means)
}

/// All differences new − base in order.
fn all_differences(base: &[f64], new: &[f64]) -> Option<Vec<f64>> {
    if base.iter().chain(new).any(|it| !it.is_finite()) {
        return None;
    }
    let pairs = new
        .iter()
        .flat_map(|new| base.iter().map(move |base| new - base));
    let mut differences: Vec<f64> = pairs.collect();
    differences.sort_by(f64::total_cmp);
    Some(differences)
}

/// The median of ordered numbers.
fn median(ordered: &[f64]) -> Option<f64> {
    let middle = ordered.len() / 2;
    let upper = ordered.get(middle)?;
    Some(if ordered.len().is_multiple_of(2) {
        f64::midpoint(ordered[middle - 1], *upper)
    } else {
        *upper
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R's `wilcox.test(x, y, conf.int = TRUE)` for the placentas of Hollander and Wolfe: a shift of
    /// 0.305, from −0.15 to 0.76.
    #[test]
    fn the_shift_is_as_in_r() {
        let x = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        let y = [1.15, 0.88, 0.90, 0.74, 1.21];
        let shift = hodges_lehmann_shift(&y, &x).expect("numbers");
        assert!((shift - 0.305).abs() < 1e-12, "{shift}");
        let (low, high) = moses_interval(&y, &x, 0.95).expect("enough numbers");
        assert!(
            (low + 0.15).abs() < 1e-12 && (high - 0.76).abs() < 1e-12,
            "{low} {high}"
        );
    }

    /// R's `wilcox.test(x - y, conf.int = TRUE)` for the depression scores: a pseudomedian of 0.46.
    #[test]
    fn the_center_of_differences_is_as_in_r() {
        let differences = [0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01];
        let center = hodges_lehmann_center(&differences).expect("numbers");
        assert!((center - 0.46).abs() < 1e-9, "{center}");
    }

    #[test]
    fn too_few_numbers_have_no_interval() {
        assert_eq!(
            moses_interval(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0], 0.95),
            None
        );
        assert_eq!(hodges_lehmann_shift(&[], &[1.0]), None);
        assert_eq!(hodges_lehmann_shift(&[1.0], &[f64::INFINITY]), None);
        assert_eq!(hodges_lehmann_center(&[]), None);
    }
}

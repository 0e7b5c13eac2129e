//! Student's t for intervals of 95 %.

/// The least degrees of freedom in the table.
const FIRST: usize = 9;
/// The quantile 0.975 of Student's t with 9 to 19 degrees of freedom.
const T_95: [f64; 11] = [
    2.262_157, 2.228_139, 2.200_985, 2.178_813, 2.160_369, 2.144_787, 2.131_450, 2.119_905,
    2.109_816, 2.100_922, 2.093_024,
];

/// The quantile 0.975 of Student's t, which bounds a two-sided interval of 95 %.
///
/// # Panics
///
/// If there are fewer than 9 or more than 19 degrees of freedom.
pub(super) fn t_95(degrees_of_freedom: usize) -> f64 {
    T_95[degrees_of_freedom - FIRST]
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, StudentsT};

    use super::*;

    #[test]
    fn the_table_is_that_of_student() {
        for degrees_of_freedom in FIRST..FIRST + T_95.len() {
            let exact = StudentsT::new(0.0, 1.0, degrees_of_freedom as f64)
                .expect("the parameters are valid")
                .inverse_cdf(0.975);
            let found = t_95(degrees_of_freedom);
            assert!(
                (found - exact).abs() < 1e-6,
                "{degrees_of_freedom}: {exact}"
            );
        }
    }
}

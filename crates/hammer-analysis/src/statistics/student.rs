//! Quantiles and probabilities of Student's t and of the normal distribution.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// The quantile `p` of Student's t with `degrees_of_freedom`; infinite without any.
pub(crate) fn student_quantile(p: f64, degrees_of_freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, degrees_of_freedom).map_or(f64::INFINITY, |t| t.inverse_cdf(p))
}

/// The probability of a t as far from 0 as this one or farther, in either direction; 1 without
/// degrees of freedom.
pub(crate) fn student_two_sided_p(t: f64, degrees_of_freedom: f64) -> f64 {
    if t.is_infinite() {
        return 0.0;
    }
    let student = StudentsT::new(0.0, 1.0, degrees_of_freedom);
    student.map_or(1.0, |student| (2.0 * student.sf(t.abs())).min(1.0))
}

/// The quantile `p` of the standard normal distribution.
pub(crate) fn normal_quantile(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p)
}

/// The probability of a standard normal number as far from 0 as this one or farther.
pub(crate) fn normal_two_sided_p(z: f64) -> f64 {
    (2.0 * Normal::standard().sf(z.abs())).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of the usual table of the t distribution.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (p, degrees, expected) in [
            (0.975, 1.0, 12.7062),
            (0.975, 2.0, 4.302_65),
            (0.975, 4.0, 2.776_45),
            (0.975, 8.0, 2.306_00),
            (0.95, 8.0, 1.859_55),
            (0.975, 19.0, 2.093_02),
            (0.8, 8.0, 0.888_89),
        ] {
            let found = student_quantile(p, degrees);
            assert!((found - expected).abs() < 1e-4, "{p} {degrees}: {found}");
            let back = 1.0 - student_two_sided_p(found, degrees) / 2.0;
            assert!((back - p).abs() < 1e-9, "{p} {degrees}: {back}");
        }
        assert!((normal_quantile(0.975) - 1.959_964).abs() < 1e-6);
        assert!((normal_two_sided_p(-1.959_964) - 0.05).abs() < 1e-7);
    }

    #[test]
    fn nothing_is_sure_without_degrees_of_freedom() {
        for degrees in [0.0, f64::NAN, -1.0] {
            assert_eq!(student_quantile(0.975, degrees), f64::INFINITY);
            assert_eq!(student_two_sided_p(3.0, degrees), 1.0);
        }
        assert_eq!(student_two_sided_p(f64::INFINITY, 4.0), 0.0);
    }
}

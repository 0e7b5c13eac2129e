//! The comparison operators of thresholds.

/// A comparison of a figure with a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ComparisonOperator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

impl ComparisonOperator {
    /// All operators with their spelling.
    pub(crate) const ALL: [(&'static str, Self); 6] = [
        ("<", Self::Less),
        ("<=", Self::LessOrEqual),
        (">", Self::Greater),
        (">=", Self::GreaterOrEqual),
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
    ];

    /// Common misspellings, with the operator that was meant.
    pub(crate) const ALIASES: [(&'static str, &'static str); 8] = [
        ("=", "=="),
        ("===", "=="),
        ("=<", "<="),
        ("≤", "<="),
        ("=>", ">="),
        ("≥", ">="),
        ("<>", "!="),
        ("≠", "!="),
    ];

    /// Returns true if a character can be part of an operator or of a misspelled one.
    pub(crate) fn is_operator_char(c: char) -> bool {
        matches!(c, '<' | '>' | '=' | '!' | '≤' | '≥' | '≠')
    }

    /// Compares a figure with a bound.
    #[expect(
        clippy::float_cmp,
        reason = "figures and bounds are the floats nearest to exact values"
    )]
    pub(crate) fn holds(self, figure: f64, bound: f64) -> bool {
        match self {
            Self::Less => figure < bound,
            Self::LessOrEqual => figure <= bound,
            Self::Greater => figure > bound,
            Self::GreaterOrEqual => figure >= bound,
            Self::Equal => figure == bound,
            Self::NotEqual => figure != bound,
        }
    }
}

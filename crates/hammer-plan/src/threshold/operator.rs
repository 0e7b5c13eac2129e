/// How a figure and a bound are compared.
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
    /// All of them, as they are written.
    pub(crate) const ALL: [(&'static str, Self); 6] = [
        ("<", Self::Less),
        ("<=", Self::LessOrEqual),
        (">", Self::Greater),
        (">=", Self::GreaterOrEqual),
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
    ];

    /// What people write who mean one of them.
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

    /// Whether a character belongs to an operator, right or wrong.
    pub(crate) fn is_operator_char(c: char) -> bool {
        matches!(c, '<' | '>' | '=' | '!' | '≤' | '≥' | '≠')
    }

    /// Whether the condition is true.
    #[expect(
        clippy::float_cmp,
        reason = "equal means equal: figures and bounds are the nearest floats to exact values"
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

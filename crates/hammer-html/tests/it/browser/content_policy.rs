//! Content security policies under which people open reports.

/// A policy that a server sends with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContentPolicy {
    /// No policy, as in a file.
    Open,
    /// Neither scripts nor styles.
    Strict,
    /// The default of Jenkins for archived files.
    Jenkins,
}

impl ContentPolicy {
    pub(crate) const ALL: [Self; 3] = [Self::Open, Self::Strict, Self::Jenkins];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Strict => "strict",
            Self::Jenkins => "jenkins",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name)
    }

    /// The line of the response's head.
    pub(crate) fn header(self) -> &'static str {
        match self {
            Self::Open => "",
            Self::Strict => "Content-Security-Policy: sandbox; default-src 'none'\r\n",
            Self::Jenkins => {
                "Content-Security-Policy: sandbox; default-src 'none'; img-src 'self'; \
                 style-src 'self'\r\n"
            }
        }
    }
}

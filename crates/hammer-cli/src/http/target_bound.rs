//! Rules of flags that may be bound to one target by its name, such as `[login] 200`.

use hammer_diagnostic::nearest;
use hammer_http::{HttpBuilder, ResponseRules};

/// A value that is meant for the targets of one name, or for all.
#[derive(Debug, Clone)]
pub(super) enum TargetBound<T> {
    All(T),
    /// The name in brackets with the value after them.
    Named {
        name: String,
        value: T,
        /// The text with its brackets, if that is a value as well.
        whole: Option<T>,
    },
}

impl<T> TargetBound<T> {
    /// Parses `VALUE` or `[NAME] VALUE` with the parser of the value.
    pub(super) fn parse(
        text: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Self, String> {
        let brackets = text.strip_prefix('[');
        let Some((name, value)) = brackets.and_then(|rest| rest.split_once("] ")) else {
            return parse(text).map(Self::All);
        };
        let whole = parse(text).ok();
        match parse(value.trim_start()) {
            Ok(value) => Ok(Self::Named {
                name: name.to_owned(),
                value,
                whole,
            }),
            Err(message) => whole.map(Self::All).ok_or(message),
        }
    }

    /// Adds the rule that `rule` makes of the value; `targets` are the names of the targets.
    ///
    /// A text may begin with brackets around something else. The builder refuses an unknown name if it
    /// is near a known one, or if the text with its brackets has no meaning.
    pub(super) fn apply(
        self,
        http: HttpBuilder,
        targets: &[String],
        rule: impl FnOnce(ResponseRules, T) -> ResponseRules,
    ) -> HttpBuilder {
        let is_near = |name: &str| nearest(name, targets.iter().map(String::as_str)).is_some();
        let (name, value) = match self {
            Self::Named { name, value, whole } => match whole.filter(|_| !is_near(&name)) {
                Some(whole) => (None, whole),
                None => (Some(name), value),
            },
            Self::All(value) => (None, value),
        };
        let rules = rule(ResponseRules::new(), value);
        match name {
            Some(name) => http.rules_for(name, rules),
            None => http.rules(rules),
        }
    }
}

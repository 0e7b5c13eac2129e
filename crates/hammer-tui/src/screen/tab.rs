//! The tabs of the screen.

use crate::run_view::run_view::RunView;

/// A tab of the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Tab {
    #[default]
    Overview,
    Latency,
    Heat,
    Results,
    Generator,
    Log,
    /// One row per load, if there are several.
    Loads,
}

/// The key of the tab with all thresholds, failures, codes and groups.
pub(crate) const RESULTS_KEY: char = '4';

/// The key of the tab with all threads of the generator.
pub(crate) const GENERATOR_KEY: char = '5';

/// The key of the tab with the log.
pub(crate) const LOG_KEY: char = '6';

/// The key of the tab with all loads.
pub(crate) const LOADS_KEY: char = '7';

/// All tabs, in the order of their digits from 1.
const TABS: [Tab; 7] = [
    Tab::Overview,
    Tab::Latency,
    Tab::Heat,
    Tab::Results,
    Tab::Generator,
    Tab::Log,
    Tab::Loads,
];

impl Tab {
    /// The tabs of a run, in the order of their digits from 1.
    pub(crate) fn of(run: &RunView) -> &'static [Self] {
        match run.loads.len() {
            0 | 1 => &TABS[..TABS.len() - 1],
            _ => &TABS,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Latency => "latency",
            Self::Heat => "heat",
            Self::Results => "results",
            Self::Generator => "generator",
            Self::Log => "log",
            Self::Loads => "loads",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_tabs() {
        for (key, tab) in [
            (RESULTS_KEY, Tab::Results),
            (GENERATOR_KEY, Tab::Generator),
            (LOG_KEY, Tab::Log),
            (LOADS_KEY, Tab::Loads),
        ] {
            let index = key as usize - '1' as usize;
            assert_eq!(TABS[index], tab);
        }
    }
}

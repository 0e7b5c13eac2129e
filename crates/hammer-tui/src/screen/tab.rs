//! The tabs of the screen.

use crate::run_view::run_view::RunView;

/// A tab of the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Tab {
    #[default]
    Overview,
    Latency,
    Heat,
    Answers,
    Generator,
    Log,
    /// One row per load, if there are several.
    Loads,
}

/// All tabs, in the order of their digits from 1.
const TABS: [Tab; 7] = [
    Tab::Overview,
    Tab::Latency,
    Tab::Heat,
    Tab::Answers,
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
            Self::Answers => "answers",
            Self::Generator => "generator",
            Self::Log => "log",
            Self::Loads => "loads",
        }
    }
}

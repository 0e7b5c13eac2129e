//! A text that says what the last key did.

use super::screen_settings::ScreenSettings;

/// A text that says what the last key did, until the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScreenNotice {
    /// Ctrl-Z does not suspend the process.
    NoSuspend,
    TimeAxis,
    Scale,
    Times,
    Unit,
}

impl ScreenNotice {
    pub(super) fn text(self, settings: &ScreenSettings) -> String {
        match self {
            Self::NoSuspend => {
                "Ctrl-Z does not suspend a run, which would spoil it; q stops it".to_owned()
            }
            Self::TimeAxis => format!("time axis: {}", settings.time_axis_text()),
            Self::Scale => format!("scale: {}", settings.scale.name()),
            Self::Times => format!("times: {}", settings.times.name()),
            Self::Unit => {
                let unit = settings.unit.map_or("automatic", |unit| unit.name());
                format!("unit: {unit}")
            }
        }
    }
}

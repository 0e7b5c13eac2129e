//! The error of a run whose settings the broker does not support.

use std::{error, fmt};

use crate::connection::unsupported_setting::UnsupportedSetting;

/// The settings that the broker does not support, found before the run started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnsupportedByBroker(pub(crate) Vec<UnsupportedSetting>);

impl fmt::Display for UnsupportedByBroker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the broker does not allow this load (MQTT 5.0, section 3.2.2.3)")?;
        for (index, setting) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            setting.fmt(f)?;
        }
        let can_downgrade = |setting: &UnsupportedSetting| setting.downgrade().is_some();
        match self.0.iter().all(can_downgrade) {
            true => f.write_str(" (try `downgrade` to send what the broker allows)"),
            false => Ok(()),
        }
    }
}

impl error::Error for UnsupportedByBroker {}

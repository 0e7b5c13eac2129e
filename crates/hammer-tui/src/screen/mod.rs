//! What is drawn: the settings, the theme, and the tabs.

pub(crate) mod screen_settings;
pub(crate) mod tab;
pub(crate) mod theme;

//! What is drawn: the settings, the theme, and the tabs.

mod clock_text;
mod draw;
mod header;
mod item_line;
#[cfg(test)]
mod key_tests;
mod overview;
pub(crate) mod screen_settings;
mod status_line;
pub(crate) mod tab;
mod tab_bar;
#[cfg(test)]
mod tests;
pub(crate) mod theme;
pub(crate) mod too_small;

pub(crate) use draw::draw;

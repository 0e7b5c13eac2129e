//! The screen: its tabs, settings and theme.

mod clock_text;
mod draw;
mod generator_tab;
pub(crate) mod glyph_set;
mod group_table;
mod header;
mod heat_tab;
mod help_overlay;
mod item_line;
#[cfg(test)]
mod key_tests;
mod latency_tab;
#[cfg(test)]
mod list_tests;
mod loads_tab;
mod log_tab;
mod overview;
mod percentile_table;
mod results_tab;
pub(crate) mod screen_notice;
pub(crate) mod screen_settings;
mod status_line;
pub(crate) mod tab;
mod tab_bar;
mod tab_context;
mod tab_parts;
#[cfg(test)]
mod tab_pictures;
#[cfg(test)]
mod tests;
pub(crate) mod theme;
mod thread_table;
pub(crate) mod too_small;

pub(crate) use draw::draw;

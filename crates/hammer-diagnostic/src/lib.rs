//! The parts of texts that all crates share: of error messages, and numbers as people read them.
//!
//! - [`Diagnostic`] describes what is wrong with a text: where, what was found, what was expected.
//! - [`nearest`] finds the known word closest to a mistyped one.
//! - [`excerpt`], [`shortened`], [`printable`] and [`printable_path`] make foreign text safe to repeat in a message.
//! - [`chain`] writes an error and its sources in one line.
//! - [`format_count`] and its neighbors write numbers, and [`format_micros`] times, as people read them.
//! - [`mask_url`] hides the secrets of a URL, and [`mask_header`] those of a header.
//! - [`shell_words`] writes a command line for a shell.
//! - [`opaque_error!`] defines an error type with a kind, a message and a source.
//!
//! ```
//! use hammer_diagnostic::{excerpt, nearest};
//!
//! let known = ["rate", "duration", "timeout"];
//! assert_eq!(nearest("duratoin", known), Some("duration"));
//! assert_eq!(excerpt("a\u{1b}[2J"), r"'a\u{1b}[2J'");
//! ```

mod chain;
mod count;
mod diagnostic;
mod excerpt;
mod most_frequent;
mod nearest;
mod number;
mod opaque_error;
mod secret;
mod secret_header;
mod shell_words;
mod time_unit;

pub use chain::chain;
pub use count::format_count;
pub use diagnostic::{Diagnostic, line_column};
pub use excerpt::{excerpt, is_control, printable, printable_lines, printable_path, shortened};
pub use most_frequent::format_most_frequent;
pub use nearest::nearest;
pub use number::{
    format_bytes, format_counted, format_decimal, format_percent, format_rate, format_seconds,
    format_significant,
};
pub use opaque_error::BoxError;
pub use secret::{SecretString, is_secret_name, mask_password, mask_query, mask_url};
pub use secret_header::mask_header;
pub use shell_words::shell_words;
pub use time_unit::{TimeUnit, format_micros};

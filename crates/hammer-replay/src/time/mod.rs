//! Time: the stamps of logs, in zones and styles.

mod clock;
mod length;
mod number;
mod stamp;
mod strftime;

pub(crate) use clock::{Clock, Style};
pub(crate) use length::{Unit, length_us};
pub(crate) use number::{decimal, digits};
pub use stamp::Stamp;
pub(crate) use strftime::Strftime;

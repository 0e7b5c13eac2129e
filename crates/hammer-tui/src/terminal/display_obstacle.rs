//! Reasons against a display.

use std::env;
use std::fmt;
use std::io::{self, IsTerminal};

use ratatui::layout::Size;

use super::keyboard::Keyboard;
use super::taken_terminal::stderr_size;

/// The smallest terminal on which a display starts.
const SMALLEST: Size = Size {
    width: 60,
    height: 16,
};

/// The reason that the display cannot be shown here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DisplayObstacle {
    /// Stderr is not a terminal.
    NotATerminal,
    /// The terminal understands no escape sequences: `TERM` is `dumb`.
    DumbTerminal,
    /// The size of the terminal is unknown.
    UnknownSize,
    /// The terminal is below 60×16.
    TooSmall {
        /// Its columns.
        columns: u16,
        /// Its rows.
        rows: u16,
    },
    /// No keys can be read, so that no key could stop the run.
    NoKeyboard,
    /// The process is in the background of its terminal.
    Background,
    /// The process has no controlling terminal, as after `setsid`. The terminal is that of other programs.
    Detached,
    /// Another program reads keys from the terminal, such as a pager or another display. Both would
    /// take the modes of the other for those of before.
    InUse,
}

/// The reason that the display cannot be shown here, if there is one.
#[must_use]
pub fn obstacle() -> Option<DisplayObstacle> {
    if !io::stderr().is_terminal() {
        return Some(DisplayObstacle::NotATerminal);
    }
    if env::var_os("TERM").is_some_and(|terminal| terminal == "dumb") {
        return Some(DisplayObstacle::DumbTerminal);
    }
    match Keyboard::of_process() {
        Err(_) => return Some(DisplayObstacle::NoKeyboard),
        Ok(keyboard) if !keyboard.is_ours() => return Some(DisplayObstacle::Background),
        Ok(_) => {}
    }
    if !has_controlling_terminal() {
        return Some(DisplayObstacle::Detached);
    }
    if is_raw() {
        return Some(DisplayObstacle::InUse);
    }
    obstacle_of_size(stderr_size())
}

/// Returns true if the process has a controlling terminal (tty(4)).
#[cfg(unix)]
fn has_controlling_terminal() -> bool {
    std::fs::File::open("/dev/tty").is_ok()
}

/// Returns true, since there is no such thing.
#[cfg(not(unix))]
fn has_controlling_terminal() -> bool {
    true
}

/// Returns true if a program has set the terminal of stderr to give it single keys.
#[cfg(unix)]
fn is_raw() -> bool {
    use rustix::termios::{LocalModes, tcgetattr};
    let modes = tcgetattr(io::stderr());
    modes.is_ok_and(|modes| !modes.local_modes.contains(LocalModes::ICANON))
}

/// Returns false, since the modes are unknown.
#[cfg(not(unix))]
fn is_raw() -> bool {
    false
}

fn obstacle_of_size(size: Option<Size>) -> Option<DisplayObstacle> {
    let Some(size) = size else {
        return Some(DisplayObstacle::UnknownSize);
    };
    let is_small = size.width < SMALLEST.width || size.height < SMALLEST.height;
    is_small.then_some(DisplayObstacle::TooSmall {
        columns: size.width,
        rows: size.height,
    })
}

impl fmt::Display for DisplayObstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotATerminal => f.write_str("stderr is not a terminal"),
            Self::DumbTerminal => f.write_str("TERM is dumb"),
            Self::UnknownSize => f.write_str("the terminal does not report its size"),
            Self::TooSmall { columns, rows } => write!(
                f,
                "expected a terminal of at least {}×{}, found {columns}×{rows}",
                SMALLEST.width, SMALLEST.height
            ),
            Self::NoKeyboard => f.write_str("no keys can be read (neither stdin nor /dev/tty is a terminal)"),
            Self::Background => f.write_str("hammer runs in the background"),
            Self::Detached => f.write_str("hammer has no controlling terminal"),
            Self::InUse => f.write_str(
                "another program uses the terminal, or one that was killed left it so (try 'reset')",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_terminal_has_60_columns_and_16_rows() {
        let small = |columns, rows| Some(DisplayObstacle::TooSmall { columns, rows });
        for (size, expected) in [
            (Some((60, 16)), None),
            (Some((200, 100)), None),
            (Some((59, 100)), small(59, 100)),
            (Some((200, 15)), small(200, 15)),
            (None, Some(DisplayObstacle::UnknownSize)),
        ] {
            assert_eq!(obstacle_of_size(size.map(Size::from)), expected, "{size:?}");
        }
        let text = DisplayObstacle::TooSmall {
            columns: 30,
            rows: 10,
        };
        let expected = "expected a terminal of at least 60×16, found 30×10";
        assert_eq!(text.to_string(), expected);
    }
}

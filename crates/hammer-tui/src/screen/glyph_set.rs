//! The glyphs that a terminal has.

use std::env;

use ratatui::buffer::Buffer;

/// The glyphs that a terminal has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum GlyphSet {
    /// All of Unicode.
    #[default]
    Unicode,
    /// Those in the fonts of the Linux console: neither braille nor bars of eighths.
    Console,
    /// ASCII.
    Ascii,
}

impl GlyphSet {
    /// The glyphs for the variables `TERM`, `LC_ALL`, `LC_CTYPE` and `LANG`.
    pub(crate) fn from_environment() -> Self {
        let variable = |name| env::var(name).unwrap_or_default();
        let locales = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable);
        glyph_set(&variable("TERM"), &locales)
    }

    /// Replaces the glyphs that the terminal does not have.
    pub(crate) fn apply(self, buffer: &mut Buffer) {
        if self == Self::Unicode {
            return;
        }
        for cell in &mut buffer.content {
            let mut characters = cell.symbol().chars();
            let character = characters.next().unwrap_or(' ');
            let replaced = match self {
                _ if character.is_ascii() => continue,
                Self::Console if is_in_console_fonts(character) => continue,
                _ => ascii(character),
            };
            // A name in another script stays as it is in the console, which may have its font.
            if replaced != '?' || self == Self::Ascii {
                cell.set_char(replaced);
            }
        }
    }
}

/// A locale that names no charset does not say that the terminal lacks UTF-8: many containers have the
/// locale `C`.
fn glyph_set(term: &str, locales: &[String]) -> GlyphSet {
    let locale = locales.iter().find(|locale| !locale.is_empty());
    let charset = locale.and_then(|locale| locale.split_once('.'));
    let charset = charset.map(|(_, charset)| charset.split('@').next().unwrap_or(charset));
    let is_utf8 = |charset: &str| matches!(&*charset.to_lowercase(), "utf-8" | "utf8");
    match charset {
        Some(charset) if !is_utf8(charset) => GlyphSet::Ascii,
        _ if term == "linux" => GlyphSet::Console,
        _ => GlyphSet::Unicode,
    }
}

/// Latin-1, lines, and the blocks of code page 437.
fn is_in_console_fonts(character: char) -> bool {
    matches!(
        character,
        '\u{a0}'..='ÿ' | '─' | '│' | '┌' | '┐' | '└' | '┘' | '░' | '▒' | '▓' | '█'
    )
}

/// The ASCII character that is most alike, or `?`.
fn ascii(character: char) -> char {
    match character {
        '\u{2800}'..='\u{28ff}' => ascii_braille(character),
        '▁'..='▇' => ['.', '.', ':', '-', '=', '+', '*'][character as usize - '▁' as usize],
        '█' => '#',
        '▓' => 'O',
        '▒' => 'o',
        '░' => ':',
        '·' => '.',
        '…' => '~',
        '─' | '┄' | '−' => '-',
        '│' => '|',
        '┌' | '┐' | '└' | '┘' => '+',
        '↑' => '^',
        '↓' => 'v',
        '←' => '<',
        '→' => '>',
        '×' => 'x',
        'µ' => 'u',
        _ => '?',
    }
}

/// A character as high as the dots of a cell of braille.
fn ascii_braille(character: char) -> char {
    let dots = character as u32 - 0x2800;
    // So that a dotted line differs from another.
    if dots.is_power_of_two() {
        return '.';
    }
    let rows = [0x09, 0x12, 0x24, 0xc0].map(|row| dots & row != 0);
    let first = rows.iter().position(|row| *row);
    let last = rows.iter().rposition(|row| *row);
    match first.zip(last) {
        None => ' ',
        Some((first, last)) if last - first >= 2 => '|',
        Some((_, 3)) => '_',
        Some((0, 0)) => '\'',
        Some(_) => '-',
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn the_environment_decides_on_glyphs() {
        for (term, lc_all, lang, set) in [
            ("xterm", "", "en_US.UTF-8", GlyphSet::Unicode),
            ("xterm", "", "", GlyphSet::Unicode),
            ("xterm", "C", "", GlyphSet::Unicode),
            ("xterm", "", "C.utf8", GlyphSet::Unicode),
            ("xterm", "", "de_DE.ISO-8859-15@euro", GlyphSet::Ascii),
            (
                "xterm",
                "en_US.UTF-8",
                "de_DE.ISO-8859-1",
                GlyphSet::Unicode,
            ),
            ("linux", "", "en_US.UTF-8", GlyphSet::Console),
            ("linux", "ru_RU.KOI8-R", "en_US.UTF-8", GlyphSet::Ascii),
        ] {
            let locales = [lc_all, "", lang].map(str::to_owned);
            assert_eq!(glyph_set(term, &locales), set, "{term} {lc_all} {lang}");
        }
    }

    #[test]
    fn glyphs_that_are_missing_are_replaced_by_similar_ones() {
        let text = "│µs ░▒▓█ ▁▄█ ⠉⣀⠤⡇⠄⠀ ┄… ↑日é";
        for (set, shown) in [
            (GlyphSet::Unicode, text),
            (GlyphSet::Console, "│µs ░▒▓█ .-█ '_-|.  -~ ^日é"),
            (GlyphSet::Ascii, "|us :oO# .-# '_-|.  -~ ^??"),
        ] {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 40, 1));
            buffer.set_string(0, 0, text, Style::new());
            set.apply(&mut buffer);
            let cells = buffer.content().iter();
            let symbols: String = cells.map(ratatui::buffer::Cell::symbol).collect();
            // The cell after a wide character is empty.
            let symbols = symbols.replace("日 ", "日").replace("? ?", "??");
            assert_eq!(symbols.trim_end(), shown, "{set:?}");
        }
    }
}

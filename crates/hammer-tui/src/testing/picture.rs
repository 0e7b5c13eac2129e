//! Golden files of what is drawn, readable as pictures.

use std::fmt::Write as _;
use std::path::PathBuf;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// The most columns of a styled text that is shown whole.
const LONGEST_TEXT: usize = 24;

/// The columns that are shown of a longer one.
const LONG_TEXT_BEGIN: usize = 12;

/// Pictures of one size, which a golden file keeps. `HAMMER_WRITE_SCREENS=1` writes the file anew.
#[derive(Debug)]
pub(crate) struct Picture {
    area: Rect,
    text: String,
}

impl Picture {
    pub(crate) fn new(width: u16, height: u16) -> Self {
        Self {
            area: Rect::new(0, 0, width, height),
            text: String::new(),
        }
    }

    /// Adds a picture under a title.
    pub(crate) fn add(&mut self, title: &str, draw: impl FnOnce(Rect, &mut Buffer)) {
        let mut buffer = Buffer::empty(self.area);
        draw(self.area, &mut buffer);
        self.add_buffer(title, &buffer);
    }

    /// Adds what is in a buffer of any size under a title.
    pub(crate) fn add_buffer(&mut self, title: &str, buffer: &Buffer) {
        self.text.push_str(&format!("== {title}\n"));
        for row in rows(buffer) {
            let text = text_of(row);
            writeln!(self.text, "│{text}│").expect("a String can grow");
        }
    }

    /// Adds the styles in a buffer of any size: the styled texts of each row, after the letter of their
    /// style.
    pub(crate) fn add_colors(&mut self, title: &str, buffer: &Buffer) {
        self.text.push_str(&format!("== {title}, colors\n"));
        for (number, row) in rows(buffer).enumerate() {
            let runs = row.chunk_by(|cell, next| letter(cell) == letter(next));
            let styled = runs.filter(|run| letter(&run[0]) != ' ').map(styled_text);
            let styled: Vec<_> = styled.collect();
            if !styled.is_empty() {
                let styled = styled.join(" ");
                writeln!(self.text, "{number:>2} {styled}").expect("a String can grow");
            }
        }
    }

    /// Compares the pictures with the golden file.
    pub(crate) fn check(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/screens");
        let path = folder.join(format!("{name}.txt"));
        if std::env::var_os("HAMMER_WRITE_SCREENS").is_some() {
            std::fs::create_dir_all(&folder).expect("the folder can be made");
            std::fs::write(&path, &self.text).expect("the file can be written");
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            golden == self.text,
            "{} differs (try HAMMER_WRITE_SCREENS=1); found:\n{}",
            path.display(),
            self.text
        );
    }
}

fn rows(buffer: &Buffer) -> impl Iterator<Item = &[Cell]> {
    buffer.content().chunks(buffer.area.width.max(1).into())
}

fn text_of(row: &[Cell]) -> String {
    let mut text = String::new();
    let mut hidden = 0;
    for cell in row {
        if hidden == 0 {
            text.push_str(cell.symbol());
            // A wide character covers the cells after it.
            hidden = cell.symbol().width();
        }
        hidden = hidden.saturating_sub(1);
    }
    text
}

/// A text with the letter of its style: `G[VALID]`. Of a long one, the begin and the number of columns.
fn styled_text(run: &[Cell]) -> String {
    let letter = letter(&run[0]);
    match run.len() {
        0..=LONGEST_TEXT => format!("{letter}[{}]", text_of(run)),
        columns => format!("{letter}[{}…{columns}]", text_of(&run[..LONG_TEXT_BEGIN])),
    }
}

/// The color of a cell as a letter, in upper case if it is bold; `d` is dim, `v` reversed.
fn letter(cell: &Cell) -> char {
    let letter = match cell.fg {
        Color::Reset if cell.modifier.contains(Modifier::REVERSED) => 'v',
        Color::Reset if cell.modifier.contains(Modifier::DIM) => 'd',
        Color::Reset if cell.modifier.contains(Modifier::BOLD) => 'o',
        Color::Reset => ' ',
        Color::Red => 'r',
        Color::Green => 'g',
        Color::Blue => 'b',
        Color::Cyan => 'c',
        Color::Magenta => 'm',
        Color::Indexed(color) => char::from(b'0' + color % 10),
        _ => '?',
    };
    match cell.modifier.contains(Modifier::BOLD) {
        true => letter.to_ascii_uppercase(),
        false => letter,
    }
}

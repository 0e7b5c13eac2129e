//! Golden files of what is drawn, readable as pictures.

use std::fmt::Write as _;
use std::path::PathBuf;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

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
        self.add_rows(title, buffer, |row| {
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
        });
    }

    /// Adds the colors in a buffer of any size, a letter for each cell.
    pub(crate) fn add_color_buffer(&mut self, title: &str, buffer: &Buffer) {
        let title = format!("{title}, colors");
        self.add_rows(&title, buffer, |row| row.iter().map(letter).collect());
    }

    fn add_rows(&mut self, title: &str, buffer: &Buffer, text: impl Fn(&[Cell]) -> String) {
        self.text.push_str(&format!("== {title}\n"));
        for row in buffer.content().chunks(buffer.area.width.into()) {
            writeln!(self.text, "│{}│", text(row)).expect("a String can grow");
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

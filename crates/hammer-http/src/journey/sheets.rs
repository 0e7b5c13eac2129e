use crate::blanks::Sheet;
use crate::template::Template;

/// So many requests a slot has copies of to fill in. Who sends more makes some anew.
const MAX_SHEETS: usize = 16;

/// The copies of a slot, the last used one first.
#[derive(Default)]
pub(super) struct Sheets(Vec<(usize, Sheet)>);

impl Sheets {
    /// The copy of `template`, which is the one of this number.
    pub(super) fn of(&mut self, number: usize, template: &Template) -> &mut Sheet {
        match self.0.iter().position(|(of, _)| *of == number) {
            Some(place) => self.0[..=place].rotate_right(1),
            None => {
                self.0.truncate(MAX_SHEETS - 1);
                self.0.insert(0, (number, Sheet::new(template.clone())));
            }
        }
        &mut self.0[0].1
    }
}

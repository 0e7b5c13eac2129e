//! Names of columns, found in constant time.

use std::collections::HashMap;

/// The names of the columns of a file, in their order.
#[derive(Debug, Default)]
pub(super) struct ColumnNames {
    pub(super) names: Vec<String>,
    indexes: HashMap<String, usize>,
}

impl ColumnNames {
    /// Takes the names, or returns the index of the first one that is there twice.
    pub(super) fn new(names: Vec<String>) -> Result<Self, (usize, Vec<String>)> {
        let mut indexes = HashMap::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            if indexes.insert(name.clone(), index).is_some() {
                return Err((index, names));
            }
        }
        Ok(Self { names, indexes })
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Returns the index of a name. It is `guess` if the names come in their order.
    pub(super) fn index_of(&self, name: &str, guess: usize) -> Option<usize> {
        match self.names.get(guess) {
            Some(guessed) if guessed == name => Some(guess),
            _ => self.indexes.get(name).copied(),
        }
    }
}

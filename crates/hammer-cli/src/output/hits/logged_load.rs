//! The names that the log of hits repeats for a load.

use super::csv_field::push_field;

/// The names of a load and of its groups, as columns of its lines.
#[derive(Debug, Clone)]
pub(crate) struct LoggedLoad {
    name: String,
    named_loads: bool,
    /// The columns from the group to the end of the line, by group.
    group_ends: Vec<Vec<u8>>,
    /// These columns of a hit without a group.
    plain_end: Vec<u8>,
}

impl LoggedLoad {
    /// Creates the columns of a load without groups; `named_loads` adds one for the load.
    pub(crate) fn new(name: String, named_loads: bool) -> Self {
        let mut load = Self {
            name,
            named_loads,
            group_ends: vec![],
            plain_end: vec![],
        };
        load.plain_end = load.line_end("");
        load
    }

    /// Sets the names of the groups of its hits.
    pub(crate) fn set_groups(&mut self, groups: impl IntoIterator<Item = String>) {
        let ends = groups.into_iter().map(|group| self.line_end(&group));
        self.group_ends = ends.collect();
    }

    /// Returns the name of the load.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the columns from the group to the end of the line.
    pub(super) fn end_of(&self, group: Option<usize>) -> &[u8] {
        let end = group.and_then(|group| self.group_ends.get(group));
        end.unwrap_or(&self.plain_end)
    }

    fn line_end(&self, group: &str) -> Vec<u8> {
        let mut end = vec![];
        push_field(&mut end, group);
        if self.named_loads {
            end.push(b',');
            push_field(&mut end, &self.name);
        }
        end.push(b'\n');
        end
    }
}

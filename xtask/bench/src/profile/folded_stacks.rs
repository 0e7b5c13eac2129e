//! Call stacks with amounts, in the folded format of flame graphs.

use std::collections::BTreeMap;

use super::frame_name::{self, KERNEL_SUFFIX};

/// Stacks, each with an amount in samples, bytes or blocks.
#[derive(Debug, Default)]
pub(crate) struct FoldedStacks {
    /// Amounts by frame names, outermost first.
    amounts: BTreeMap<Vec<String>, u64>,
}

impl FoldedStacks {
    /// Reads folded stacks: one per line, outermost frame first, frames separated by `;`, then a
    /// space and the amount.
    pub(crate) fn parse(folded: &str) -> Self {
        let mut stacks = Self::default();
        for line in folded.lines() {
            if let Some((frames, amount)) = line.rsplit_once(' ')
                && let Ok(amount) = amount.parse()
            {
                stacks.add(frames.split(';'), amount);
            }
        }
        stacks
    }

    /// Adds an amount to a stack, given from the outermost frame inwards.
    ///
    /// Wrapper frames are left out, and consecutive equal frames are merged.
    pub(crate) fn add<'a>(&mut self, frames: impl Iterator<Item = &'a str>, amount: u64) {
        let mut names: Vec<String> = frames
            .filter_map(frame_name::display_name)
            .map(Self::escape_frame)
            .collect();
        names.dedup();
        *self.amounts.entry(names).or_default() += amount;
    }

    /// Replaces `;`, which separates frames, as in `<[T; N] as Trait>::call`.
    fn escape_frame(name: &str) -> String {
        name.replace(';', ",")
    }

    /// The sum of all amounts.
    pub(crate) fn total(&self) -> u64 {
        self.amounts.values().sum()
    }

    /// Each stack with its amount.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[String], u64)> {
        self.amounts
            .iter()
            .map(|(frames, amount)| (frames.as_slice(), *amount))
    }

    /// The stacks in the format that [`parse`](Self::parse) reads.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.iter()
            .map(|(frames, amount)| format!("{} {amount}", frames.join(";")))
            .collect()
    }

    /// True if a frame is a function of the kernel.
    pub(crate) fn include_kernel(&self) -> bool {
        self.amounts
            .keys()
            .flatten()
            .any(|name| name.ends_with(KERNEL_SUFFIX))
    }
}

#[cfg(test)]
mod tests {
    use super::FoldedStacks;

    #[test]
    fn adds_up_stacks_with_equal_display_names() {
        let stacks = FoldedStacks::parse(
            "main;std::panic::catch_unwind;a b;a b;c 2\nmain;a b;c 3\nmain;c 5\nno amount\n\n",
        );
        assert_eq!(stacks.lines(), ["main;a b;c 5", "main;c 5"]);
        assert_eq!(stacks.total(), 10);
        assert!(!stacks.include_kernel());
    }
}

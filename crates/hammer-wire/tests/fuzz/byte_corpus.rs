//! Bytes for tests of decoders, and mutations of them.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// The maximum number of mutations of one input.
const MAX_CHANGES: usize = 4;
/// The longest piece that is doubled, removed or taken from another input, in bytes.
const MAX_PIECE_BYTES: usize = 60;
/// Bytes that often cause trouble.
const DIFFICULT_BYTES: [u8; 10] = [0, 1, 4, 5, 9, 0x3f, 0x7f, 0x80, 0x88, 0xff];

/// Inputs of a decoder, and mutations of them, the same ones each time.
pub(crate) struct ByteCorpus(Vec<Vec<u8>>);

/// A sequence of numbers (Marsaglia's xorshift).
struct NumberSequence(u64);

impl NumberSequence {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

impl ByteCorpus {
    /// Creates a corpus of these inputs, of which there is at least one.
    pub(crate) fn new(inputs: Vec<Vec<u8>>) -> Self {
        assert!(!inputs.is_empty(), "the corpus must have an input");
        Self(inputs)
    }

    /// Calls `check` with each input and with `count` mutations; a panic is repeated with the input.
    pub(crate) fn check_each(&self, count: usize, check: impl Fn(&[u8])) {
        let mut numbers = NumberSequence(0x9e37_79b9_7f4a_7c15);
        let mutations = (0..count).map(|index| {
            let mut input = self.0[index % self.0.len()].clone();
            for _ in 0..=numbers.below(MAX_CHANGES) {
                self.change(&mut input, &mut numbers);
            }
            input
        });
        for input in self.0.iter().cloned().chain(mutations) {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(&input))) {
                match panic.downcast_ref::<String>() {
                    Some(message) => panic!("the bytes {}: {message}", input.escape_ascii()),
                    None => resume_unwind(panic),
                }
            }
        }
    }

    fn change(&self, input: &mut Vec<u8>, numbers: &mut NumberSequence) {
        let start = numbers.below(input.len() + 1);
        let end = input.len().min(start + 1 + numbers.below(MAX_PIECE_BYTES));
        let byte = DIFFICULT_BYTES[numbers.below(DIFFICULT_BYTES.len())];
        match numbers.below(7) {
            0 => drop(input.splice(start..end, None)),
            1 => input.insert(start, byte),
            2 | 3 => {
                if let Some(old) = input.get_mut(start) {
                    *old = byte;
                }
            }
            4 => {
                if let Some(old) = input.get_mut(start) {
                    *old ^= 1 << numbers.below(8);
                }
            }
            5 => {
                let piece = input[start..end].to_vec();
                drop(input.splice(start..start, piece));
            }
            _ => {
                let other = &self.0[numbers.below(self.0.len())];
                let from = numbers.below(other.len() + 1);
                let to = other.len().min(from + 1 + numbers.below(MAX_PIECE_BYTES));
                drop(input.splice(start..end, other[from..to].iter().copied()));
            }
        }
    }
}

//! The values that a line may have only once.

use super::text::LogField;

/// Maximum number of keys that formats have for a target.
const MAX_TARGET_KEYS: usize = 4;

/// The fields that a line has had so far, and must not have again.
///
/// Readers of JSON disagree about which of two equal keys is valid (RFC 8259, section 4). A request that
/// is read as a GET could have been a POST.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SingleValues<'l> {
    /// The bits of the fields.
    found: u8,
    /// The keys of targets: Envoy has several for its target.
    target_keys: [Option<&'l [u8]>; MAX_TARGET_KEYS],
}

impl<'l> SingleValues<'l> {
    /// Records the value of `field` under `key`. Returns false if it is another method, target, request line
    /// or status of the line.
    pub(crate) fn admits(&mut self, field: &LogField, key: &'l [u8]) -> bool {
        let bit = match field {
            LogField::Method => 1,
            LogField::Request => 1 << 1,
            LogField::Url => 1 << 2,
            LogField::Status => 1 << 3,
            LogField::Target => return self.admits_target(key),
            _ => return true,
        };
        let is_first = self.found & bit == 0;
        self.found |= bit;
        is_first
    }

    fn admits_target(&mut self, key: &'l [u8]) -> bool {
        let mut slots = self.target_keys.iter_mut();
        match slots.find(|slot| slot.is_none_or(|known| known == key)) {
            Some(slot) if slot.is_none() => {
                *slot = Some(key);
                true
            }
            _ => false,
        }
    }
}

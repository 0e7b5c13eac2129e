//! The order in which the addresses of a host are tried.

use std::net::SocketAddr;

/// The address that a connection tries first, if its host has several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstAddress {
    /// The next in turn, for each connection.
    NextInTurn,
    /// The address of the slot: hits are then shared evenly over addresses even if few connections
    /// are enough for them.
    OfSlot,
    /// The address of this number, modulo the number of addresses.
    Numbered(usize),
}

/// The addresses for one connection, in the order in which they are tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CandidateAddresses {
    pub(crate) first: SocketAddr,
    pub(crate) others: Vec<SocketAddr>,
}

impl CandidateAddresses {
    /// Orders the addresses of a host, whose first `rotating` take turns, for the connection with
    /// this turn. Returns `None` if there are none.
    ///
    /// The families alternate after the first address (RFC 8305, section 4). Otherwise a family that
    /// cannot be reached would delay each connection by all of its addresses.
    pub(crate) fn in_turn(addresses: &[SocketAddr], rotating: usize, turn: usize) -> Option<Self> {
        let (preferred, fallback) = addresses.split_at(rotating.min(addresses.len()));
        let mut rotated = rotated(preferred, turn).chain(rotated(fallback, turn));
        let first = rotated.next()?;
        if addresses.len() == 1 {
            let others = vec![];
            return Some(Self { first, others });
        }
        let is_same_family = |address: &SocketAddr| address.is_ipv4() == first.is_ipv4();
        let (same, other): (Vec<_>, Vec<_>) = rotated.partition(is_same_family);
        let (mut same, mut other) = (same.into_iter(), other.into_iter());
        let mut others = Vec::with_capacity(addresses.len() - 1);
        while let (next_other, next_same) = (other.next(), same.next())
            && (next_other.is_some() || next_same.is_some())
        {
            others.extend(next_other);
            others.extend(next_same);
        }
        Some(Self { first, others })
    }
}

/// The addresses in order, beginning with the one at `turn`.
fn rotated(addresses: &[SocketAddr], turn: usize) -> impl Iterator<Item = SocketAddr> {
    let start = turn.checked_rem(addresses.len()).unwrap_or(0);
    let (before, after) = addresses.split_at(start);
    after.iter().chain(before).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        let parse = |text: &&str| text.parse().expect("valid address");
        texts.iter().map(parse).collect()
    }

    #[test]
    fn the_first_address_takes_turns_and_families_alternate() {
        let two_families = ["[::1]:1", "[::2]:1", "1.1.1.1:1", "2.2.2.2:1", "3.3.3.3:1"];
        let table: [(&[&str], usize, usize, &[&str]); 7] = [
            (&["1.1.1.1:1"], 1, 3, &["1.1.1.1:1"]),
            (
                &["1.1.1.1:1", "2.2.2.2:1"],
                2,
                0,
                &["1.1.1.1:1", "2.2.2.2:1"],
            ),
            (
                &["1.1.1.1:1", "2.2.2.2:1"],
                2,
                1,
                &["2.2.2.2:1", "1.1.1.1:1"],
            ),
            (
                &two_families,
                2,
                0,
                &["[::1]:1", "1.1.1.1:1", "[::2]:1", "2.2.2.2:1", "3.3.3.3:1"],
            ),
            (
                &two_families,
                2,
                1,
                &["[::2]:1", "2.2.2.2:1", "[::1]:1", "3.3.3.3:1", "1.1.1.1:1"],
            ),
            (&["1.1.1.1:1", "[::1]:1"], 2, 1, &["[::1]:1", "1.1.1.1:1"]),
            (&["[::1]:1", "1.1.1.1:1"], 1, 1, &["[::1]:1", "1.1.1.1:1"]),
        ];
        for (listed, rotating, turn, expected) in table {
            let found = CandidateAddresses::in_turn(&addresses(listed), rotating, turn);
            let found = found.expect("an address");
            let mut tried = vec![found.first];
            tried.extend(found.others);
            assert_eq!(tried, addresses(expected), "{listed:?} {turn}");
        }
        assert_eq!(CandidateAddresses::in_turn(&[], 0, 1), None);
    }
}

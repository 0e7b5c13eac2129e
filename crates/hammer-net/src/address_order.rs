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

/// The turns of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct AddressTurn {
    /// Chooses the first address.
    pub(crate) first: usize,
    /// Chooses the order of the others, so that they share the connections of an address that is down.
    pub(crate) others: usize,
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
    pub(crate) fn in_turn(
        addresses: &[SocketAddr],
        rotating: usize,
        turn: AddressTurn,
    ) -> Option<Self> {
        let (preferred, fallback) = addresses.split_at(rotating.min(addresses.len()));
        let mut rotated_preferred = rotated(preferred, turn.first);
        // At least one address is preferred if there is any.
        let first = rotated_preferred.next()?;
        if addresses.len() == 1 {
            let others = vec![];
            return Some(Self { first, others });
        }
        let rest: Vec<_> = rotated_preferred.collect();
        let rest = rotated(&rest, turn.others).chain(rotated(fallback, turn.others));
        let is_same_family = |address: &SocketAddr| address.is_ipv4() == first.is_ipv4();
        let (same, other): (Vec<_>, Vec<_>) = rest.partition(is_same_family);
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

    /// The next address got all connections of an address that was down.
    #[test]
    fn the_other_addresses_take_turns_after_the_first() {
        let three = addresses(&["1.1.1.1:1", "2.2.2.2:1", "3.3.3.3:1"]);
        let second = |others| {
            let turn = AddressTurn { first: 0, others };
            CandidateAddresses::in_turn(&three, 3, turn)
                .expect("an address")
                .others[0]
        };
        assert_eq!(
            [second(0), second(1), second(2)],
            [three[1], three[2], three[1]]
        );
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
                &["[::2]:1", "1.1.1.1:1", "[::1]:1", "2.2.2.2:1", "3.3.3.3:1"],
            ),
            (&["1.1.1.1:1", "[::1]:1"], 2, 1, &["[::1]:1", "1.1.1.1:1"]),
            (&["[::1]:1", "1.1.1.1:1"], 1, 1, &["[::1]:1", "1.1.1.1:1"]),
        ];
        for (listed, rotating, turn, expected) in table {
            let turn = AddressTurn {
                first: turn,
                others: 0,
            };
            let found = CandidateAddresses::in_turn(&addresses(listed), rotating, turn);
            let found = found.expect("an address");
            let mut tried = vec![found.first];
            tried.extend(found.others);
            assert_eq!(tried, addresses(expected), "{listed:?} {turn:?}");
        }
        assert_eq!(
            CandidateAddresses::in_turn(&[], 0, AddressTurn::default()),
            None
        );
    }
}

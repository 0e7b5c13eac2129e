//! The addresses that connections go to.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;

use crate::model::interned_address::intern_address;

/// The number of addresses with figures of their own. Others are counted together.
pub(crate) const MAX_PEERS: usize = 64;

/// The most kinds of slots that take turns.
const MAX_LANES: usize = 256;

/// An address that connections go to, as a worker knows it. It is cheap to copy.
///
/// [`Slot::peer`](crate::Slot::peer) creates it when a connection opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// The number of the address in its worker, up to [`MAX_PEERS`].
    pub(crate) index: usize,
    /// The address, or `None` for all beyond [`MAX_PEERS`]. Each hit copies the peer, so the address
    /// is stored elsewhere.
    pub(crate) address: Option<&'static SocketAddr>,
}

impl Peer {
    /// The address and port, or `None` beyond the 64 addresses of a worker that are known one by one.
    #[must_use]
    pub fn address(self) -> Option<SocketAddr> {
        self.address.copied()
    }
}

/// The addresses that the connections of one worker go to.
#[derive(Debug, Default)]
pub(crate) struct WorkerPeers {
    known: RefCell<Vec<&'static SocketAddr>>,
    lanes: Cell<usize>,
}

impl WorkerPeers {
    /// Returns the peer with this address.
    pub(crate) fn peer(&self, address: SocketAddr) -> Peer {
        let mut known = self.known.borrow_mut();
        let index = known.iter().position(|one| **one == address);
        let index = index.unwrap_or_else(|| {
            let stored = (known.len() < MAX_PEERS)
                .then(|| intern_address(address))
                .flatten();
            known.extend(stored);
            stored.map_or(MAX_PEERS, |_| known.len() - 1)
        });
        Peer {
            index,
            address: known.get(index).copied(),
        }
    }

    /// The number of kinds of slots among which hits are shared evenly.
    pub(crate) fn lanes(&self) -> usize {
        self.lanes.get().max(1)
    }

    /// Shares hits over `addresses` too: the lanes become a common multiple, or the larger number if
    /// that is too large. Returns false if hits are not shared evenly over that many addresses.
    fn spread_over(&self, addresses: usize) -> bool {
        let lanes = self.lanes();
        if lanes.is_multiple_of(addresses) {
            return true;
        }
        if addresses > MAX_LANES {
            return false;
        }
        let multiple = (1..=MAX_LANES / lanes)
            .map(|factor| lanes * factor)
            .find(|multiple| multiple.is_multiple_of(addresses));
        let lanes = multiple.unwrap_or(lanes.max(addresses));
        self.lanes.set(lanes);
        lanes.is_multiple_of(addresses)
    }
}

/// The turn of a slot among the slots of its worker, and the addresses that they take turns with.
#[derive(Debug, Clone)]
pub(crate) struct SlotTurn {
    /// The turn; two slots are of one kind if their turns are equal modulo the number of lanes.
    pub(crate) turn: usize,
    /// The most slots that the worker can open for hits, or 0 if hits do not choose among slots.
    pub(crate) slots: usize,
    /// True if all slots are used in turn, whatever their addresses.
    pub(crate) is_user_pool: bool,
    pub(crate) peers: Rc<WorkerPeers>,
}

impl SlotTurn {
    /// Shares hits over `addresses`, and returns the turn of this slot. Returns `None` if hits do not
    /// choose among slots, or there are too few of them or too many addresses.
    pub(crate) fn spread_over(&self, addresses: usize) -> Option<usize> {
        if addresses == 0 || addresses > self.slots {
            return None;
        }
        (self.is_user_pool || self.peers.spread_over(addresses)).then_some(self.turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_a_common_multiple_of_the_numbers_of_addresses() {
        let table: [(&[usize], usize); 8] = [
            (&[], 1),
            (&[1], 1),
            (&[2, 1, 2], 2),
            (&[2, 3], 6),
            (&[4, 6, 2], 12),
            (&[200, 3], 200),
            (&[3, 256], 256),
            (&[3, 257, 2], 6),
        ];
        for (addresses, lanes) in table {
            let peers = WorkerPeers::default();
            for number in addresses {
                let is_even = peers.spread_over(*number);
                assert_eq!(is_even, peers.lanes().is_multiple_of(*number));
            }
            assert_eq!(peers.lanes(), lanes, "{addresses:?}");
        }
    }

    /// Regression: addresses beyond the most lanes got no hits, since no slot had their turn.
    #[test]
    fn more_addresses_than_lanes_have_no_turns() {
        let slot = SlotTurn {
            turn: 5,
            slots: 1024,
            is_user_pool: false,
            peers: Rc::default(),
        };
        assert_eq!(slot.spread_over(MAX_LANES + 1), None);
        assert_eq!(slot.peers.lanes(), 1);
        assert_eq!(slot.spread_over(MAX_LANES), Some(5));
        assert_eq!(slot.peers.lanes(), MAX_LANES);
    }

    /// Regression: with three users and two addresses, one user sent half of the hits.
    #[test]
    fn users_have_an_address_each_and_stay_in_turn() {
        let user = SlotTurn {
            turn: 2,
            slots: 3,
            is_user_pool: true,
            peers: Rc::default(),
        };
        assert_eq!((user.spread_over(2), user.peers.lanes()), (Some(2), 1));
        assert_eq!(user.spread_over(4), None, "more addresses than users");
    }

    #[test]
    fn addresses_beyond_the_bound_are_counted_together() {
        let peers = WorkerPeers::default();
        let address = |port: usize| SocketAddr::from(([127, 0, 0, 1], port as u16));
        for port in 1..=MAX_PEERS + 9 {
            let peer = peers.peer(address(port));
            assert_eq!(peer.index, (port - 1).min(MAX_PEERS));
            assert_eq!(peer.address.is_some(), port <= MAX_PEERS);
        }
        assert_eq!(peers.peer(address(2)).index, 1);
    }
}

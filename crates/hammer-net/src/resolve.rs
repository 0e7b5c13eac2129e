//! Host names become addresses: once, or again on a timer.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hammer_core::{Failure, Slot};

use crate::family::{Families, Family};
use crate::fault::{NAME_NOT_RESOLVED, NO_ADDRESS_OF_FAMILY};
use crate::host::Host;

/// How long a failed look-up answers for those that follow.
///
/// A look-up takes a thread, and may take seconds to fail. Without this, a run against a name that
/// does not exist would be a queue of look-ups in place of failures at the scheduled rate.
const FAILED_FOR: Duration = Duration::from_secs(1);

/// The addresses of one host and port, and whose turn it is.
pub(crate) struct Resolve {
    host: Host,
    port: u16,
    families: Families,
    /// How old addresses may be; they are looked up once if there is no such time.
    refresh: Option<Duration>,
    /// One look-up at a time.
    looking: tokio::sync::Mutex<()>,
    found: Mutex<Found>,
    turn: AtomicUsize,
}

#[derive(Default)]
struct Found {
    known: Option<Arc<Known>>,
    looked_up: Option<Instant>,
    failed: Option<(Instant, Failure)>,
}

struct Known {
    addresses: Vec<SocketAddr>,
    /// How many of the first take turns; the others are for when none of these takes a connection.
    in_turn: usize,
}

/// Addresses to try, one after the other.
pub(crate) struct Candidates {
    known: Arc<Known>,
    first: usize,
    next: usize,
}

impl Resolve {
    pub(crate) fn new(
        host: Host,
        port: u16,
        families: Families,
        refresh: Option<Duration>,
    ) -> Self {
        let known = match host {
            Host::Address(address) => Some(vec![(address, port).into()]),
            Host::Name(_) => None,
        };
        Self {
            host,
            port,
            families,
            refresh,
            looking: tokio::sync::Mutex::default(),
            found: Mutex::new(Found {
                known: known.map(|known| Arc::new(Known::all_in_turn(known))),
                ..Found::default()
            }),
            turn: AtomicUsize::new(0),
        }
    }

    /// Of addresses that were given, so that nothing has to be looked up.
    pub(crate) fn given(addresses: &[IpAddr], port: u16, families: Families) -> Option<Self> {
        let addresses = addresses.iter().map(|ip| SocketAddr::new(*ip, port));
        let addresses: Vec<_> = addresses.filter(|one| families.allows(*one)).collect();
        let first = addresses.first()?.ip();
        let resolve = Self::new(Host::Address(first), port, families, None);
        resolve.found().known = Some(Arc::new(Known::all_in_turn(addresses)));
        Some(resolve)
    }

    /// The addresses for one connection, beginning with the one whose turn it is.
    pub(crate) async fn candidates(&self, slot: &Slot) -> Result<Candidates, Failure> {
        let known = match self.fresh() {
            Some(known) => known,
            None => self.look_up(slot).await?,
        };
        let first = match known.in_turn {
            0 | 1 => 0,
            several => self.turn.fetch_add(1, Ordering::Relaxed) % several,
        };
        Ok(Candidates {
            known,
            first,
            next: 0,
        })
    }

    fn fresh(&self) -> Option<Arc<Known>> {
        let found = self.found();
        let known = found.known.as_ref()?;
        let old = match (self.refresh, found.looked_up) {
            (Some(refresh), Some(at)) => at.elapsed() >= refresh,
            _ => false,
        };
        (!old).then(|| known.clone())
    }

    async fn look_up(&self, slot: &Slot) -> Result<Arc<Known>, Failure> {
        let stale = self.found().known.clone();
        let _looking = match stale {
            // Somebody is looking already, and what was known is good enough meanwhile.
            Some(stale) => match self.looking.try_lock() {
                Ok(looking) => looking,
                Err(_) => return Ok(stale),
            },
            None => self.looking.lock().await,
        };
        if let Some(known) = self.fresh() {
            slot.mark("lookup");
            return Ok(known);
        }
        if let Some((at, failure)) = self.found().failed
            && at.elapsed() < FAILED_FOR
        {
            return Err(failure);
        }
        let result = self.ask_system().await;
        slot.mark("lookup");
        let mut found = self.found();
        match result {
            Ok(known) => {
                let known = Arc::new(known);
                found.known = Some(known.clone());
                found.looked_up = Some(Instant::now());
                Ok(known)
            }
            // An address that was good goes on being used; the next look-up is when it is time.
            Err(failure) => match found.known.clone() {
                Some(stale) => {
                    found.looked_up = Some(Instant::now());
                    Ok(stale)
                }
                None => {
                    found.failed = Some((Instant::now(), failure));
                    Err(failure)
                }
            },
        }
    }

    async fn ask_system(&self) -> Result<Known, Failure> {
        let Host::Name(name) = &self.host else {
            return Err(NAME_NOT_RESOLVED);
        };
        let found = match tokio::net::lookup_host((name.as_str(), self.port)).await {
            Ok(found) => Vec::from_iter(found),
            Err(error) => {
                tracing::debug!(name, %error, "no address");
                return Err(NAME_NOT_RESOLVED);
            }
        };
        if found.is_empty() {
            return Err(NAME_NOT_RESOLVED);
        }
        let mut addresses = found;
        addresses.retain(|address| self.families.allows(*address));
        tracing::debug!(name, ?addresses, "looked up");
        if addresses.is_empty() {
            return Err(NO_ADDRESS_OF_FAMILY);
        }
        Ok(Known::preferred_in_turn(addresses))
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn all_in_turn(addresses: Vec<SocketAddr>) -> Self {
        Self {
            in_turn: addresses.len(),
            addresses,
        }
    }

    /// The system names addresses of the other family too, reachable or not: turns are taken by
    /// those of the family that it names first.
    fn preferred_in_turn(mut addresses: Vec<SocketAddr>) -> Self {
        let preferred = addresses.first().map(|first| Family::of(first.ip()));
        let other = |address: &SocketAddr| Some(Family::of(address.ip())) != preferred;
        addresses.sort_by_key(other);
        addresses.dedup();
        let in_turn = addresses.iter().filter(|one| !other(one)).count();
        Self { addresses, in_turn }
    }
}

impl Iterator for Candidates {
    type Item = SocketAddr;

    fn next(&mut self) -> Option<SocketAddr> {
        let Known { addresses, in_turn } = &*self.known;
        let index = if self.next < *in_turn {
            (self.first + self.next) % in_turn
        } else {
            self.next
        };
        self.next += 1;
        addresses.get(index).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        let parse = |text: &&str| text.parse().expect("is an address");
        texts.iter().map(parse).collect()
    }

    #[test]
    fn the_familiy_that_the_system_prefers_takes_turns() {
        let found = addresses(&["1.1.1.1:1", "[::1]:1", "2.2.2.2:1", "2.2.2.2:1", "[::2]:1"]);
        let known = Arc::new(Known::preferred_in_turn(found));
        for (first, tried) in [
            (0, ["1.1.1.1:1", "2.2.2.2:1", "[::1]:1", "[::2]:1"]),
            (1, ["2.2.2.2:1", "1.1.1.1:1", "[::1]:1", "[::2]:1"]),
        ] {
            let known = known.clone();
            let candidates = Candidates {
                known,
                first,
                next: 0,
            };
            assert_eq!(candidates.collect::<Vec<_>>(), addresses(&tried));
        }
    }

    #[test]
    fn given_addresses_all_take_turns_unless_of_the_wrong_family() {
        let ips = ["127.0.0.1", "::1"].map(|ip| ip.parse().expect("is an address"));
        let known = |families| Resolve::given(&ips, 80, families)?.fresh();
        let both = known(Families::Both).expect("two are left");
        assert_eq!(both.in_turn, 2);
        let six = known(Families::Only(Family::V6)).expect("one is left");
        assert_eq!(six.addresses, addresses(&["[::1]:80"]));
        let none = Resolve::given(&ips[..1], 80, Families::Only(Family::V6));
        assert!(none.is_none());
    }
}

//! Resolves host names, once or again when the addresses are too old.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hammer_core::{Failure, Slot};

use crate::address_family::{AddressFamily, AllowedFamilies};
use crate::address_order::{AddressTurn, CandidateAddresses, FirstAddress};
use crate::failures::{NAME_NOT_RESOLVED, NO_ADDRESS_OF_FAMILY};
use crate::host::UrlHost;

/// The time for which a failed lookup also fails later ones.
///
/// A lookup occupies a thread and may take seconds to fail. Without this limit, a run against an
/// unknown name would queue lookups instead of failing at the scheduled rate.
const FAILURE_TTL: Duration = Duration::from_secs(1);

/// Resolves one host and port, and takes its addresses in turn.
pub(crate) struct HostResolver {
    host: UrlHost,
    port: u16,
    families: AllowedFamilies,
    /// The age at which addresses are looked up again, or `None` to look them up once.
    refresh: Option<Duration>,
    /// Held during a lookup, so that there is one at a time.
    lookup_lock: tokio::sync::Mutex<()>,
    state: Mutex<ResolverState>,
    next_turn: AtomicUsize,
}

#[derive(Default)]
struct ResolverState {
    resolved: Option<Arc<ResolvedAddresses>>,
    resolved_at: Option<Instant>,
    last_failure: Option<(Instant, Failure)>,
}

struct ResolvedAddresses {
    addresses: Vec<SocketAddr>,
    /// The number of leading addresses that take turns; the others are tried when all of these fail.
    rotating: usize,
}

impl HostResolver {
    pub(crate) fn new(
        host: UrlHost,
        port: u16,
        families: AllowedFamilies,
        refresh: Option<Duration>,
    ) -> Self {
        Self {
            host,
            port,
            families,
            refresh,
            lookup_lock: tokio::sync::Mutex::default(),
            state: Mutex::default(),
            next_turn: AtomicUsize::new(0),
        }
    }

    /// Creates a resolver of known addresses, or returns `None` if no address is of an allowed family.
    pub(crate) fn from_addresses(
        host: UrlHost,
        addresses: &[SocketAddr],
        families: AllowedFamilies,
    ) -> Option<Self> {
        let addresses = addresses.iter().copied();
        let addresses: Vec<_> = addresses.filter(|one| families.allows(*one)).collect();
        let port = addresses.first()?.port();
        let resolver = Self::new(host, port, families, None);
        resolver.lock_state().resolved = Some(Arc::new(ResolvedAddresses::rotate_all(addresses)));
        Some(resolver)
    }

    /// Returns the addresses for one connection, beginning with the `first` choice.
    pub(crate) async fn candidates(
        &self,
        slot: &Slot,
        first: FirstAddress,
    ) -> Result<CandidateAddresses, Failure> {
        let known = match self.fresh_addresses() {
            Some(known) => known,
            None => self.look_up(slot).await?,
        };
        let turn = match (known.addresses.len(), first) {
            (0 | 1, _) => AddressTurn::default(),
            (_, FirstAddress::NextInTurn) => self.next_turn(known.rotating),
            (_, FirstAddress::Numbered(number)) => AddressTurn {
                first: number,
                others: self.take_turn(),
            },
            (_, FirstAddress::OfSlot) => match slot.spread_over(known.rotating) {
                Some(first) => AddressTurn {
                    first,
                    others: self.take_turn(),
                },
                None => self.next_turn(known.rotating),
            },
        };
        CandidateAddresses::in_turn(&known.addresses, known.rotating, turn).ok_or(NAME_NOT_RESOLVED)
    }

    /// The next turn. The order of the other addresses changes with each round.
    fn next_turn(&self, rotating: usize) -> AddressTurn {
        let first = self.take_turn();
        let others = first / rotating.max(1);
        AddressTurn { first, others }
    }

    fn take_turn(&self) -> usize {
        self.next_turn.fetch_add(1, Ordering::Relaxed)
    }

    /// The number of addresses that take turns; 0 before the first lookup.
    pub(crate) fn address_count(&self) -> usize {
        let state = self.lock_state();
        state.resolved.as_ref().map_or(0, |known| known.rotating)
    }

    fn fresh_addresses(&self) -> Option<Arc<ResolvedAddresses>> {
        let state = self.lock_state();
        let known = state.resolved.as_ref()?;
        let old = match (self.refresh, state.resolved_at) {
            (Some(refresh), Some(at)) => at.elapsed() >= refresh,
            _ => false,
        };
        (!old).then(|| known.clone())
    }

    async fn look_up(&self, slot: &Slot) -> Result<Arc<ResolvedAddresses>, Failure> {
        let stale = self.lock_state().resolved.clone();
        let _lookup_guard = match stale {
            // During another lookup, the old addresses are good enough.
            Some(stale) => match self.lookup_lock.try_lock() {
                Ok(guard) => guard,
                Err(_) => return Ok(stale),
            },
            None => self.lookup_lock.lock().await,
        };
        if let Some(known) = self.fresh_addresses() {
            slot.mark("lookup");
            return Ok(known);
        }
        if let Some((at, failure)) = self.lock_state().last_failure
            && at.elapsed() < FAILURE_TTL
        {
            return Err(failure);
        }
        let result = self.system_lookup().await;
        slot.mark("lookup");
        let mut state = self.lock_state();
        match result {
            Ok(known) => {
                let known = Arc::new(known);
                state.resolved = Some(known.clone());
                state.resolved_at = Some(Instant::now());
                Ok(known)
            }
            // Known addresses stay in use until the next lookup.
            Err(failure) => match state.resolved.clone() {
                Some(stale) => {
                    state.resolved_at = Some(Instant::now());
                    Ok(stale)
                }
                None => {
                    state.last_failure = Some((Instant::now(), failure));
                    Err(failure)
                }
            },
        }
    }

    async fn system_lookup(&self) -> Result<ResolvedAddresses, Failure> {
        let UrlHost::Name(name) = &self.host else {
            return Err(NAME_NOT_RESOLVED);
        };
        let mut addresses = match tokio::net::lookup_host((name.as_str(), self.port)).await {
            Ok(addresses) => Vec::from_iter(addresses),
            Err(error) => {
                tracing::debug!(name, %error, "lookup failed");
                return Err(NAME_NOT_RESOLVED);
            }
        };
        if addresses.is_empty() {
            return Err(NAME_NOT_RESOLVED);
        }
        addresses.retain(|address| self.families.allows(*address));
        tracing::debug!(name, ?addresses, "looked up");
        if addresses.is_empty() {
            return Err(NO_ADDRESS_OF_FAMILY);
        }
        Ok(ResolvedAddresses::rotate_preferred(addresses))
    }

    fn lock_state(&self) -> MutexGuard<'_, ResolverState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ResolvedAddresses {
    fn rotate_all(mut addresses: Vec<SocketAddr>) -> Self {
        remove_repeated(&mut addresses);
        Self {
            rotating: addresses.len(),
            addresses,
        }
    }

    /// Lets addresses of the family that the system lists first take turns.
    ///
    /// The system lists the other family too, even if it cannot be reached.
    fn rotate_preferred(mut addresses: Vec<SocketAddr>) -> Self {
        let preferred = addresses
            .first()
            .map(|first| AddressFamily::of_address(first.ip()));
        let other =
            |address: &SocketAddr| Some(AddressFamily::of_address(address.ip())) != preferred;
        addresses.sort_by_key(other);
        remove_repeated(&mut addresses);
        let rotating = addresses.iter().filter(|one| !other(one)).count();
        Self {
            addresses,
            rotating,
        }
    }
}

/// Keeps the first of equal addresses, so that each has the same share of connections.
fn remove_repeated(addresses: &mut Vec<SocketAddr>) {
    let mut known = vec![];
    addresses.retain(|address| {
        let is_new = !known.contains(address);
        known.extend(is_new.then_some(*address));
        is_new
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        let parse = |text: &&str| text.parse().expect("valid address");
        texts.iter().map(parse).collect()
    }

    #[test]
    fn addresses_of_the_preferred_family_take_turns() {
        let listed = addresses(&["1.1.1.1:1", "[::1]:1", "2.2.2.2:1", "2.2.2.2:1", "[::2]:1"]);
        let known = ResolvedAddresses::rotate_preferred(listed);
        let sorted = addresses(&["1.1.1.1:1", "2.2.2.2:1", "[::1]:1", "[::2]:1"]);
        assert_eq!((known.addresses, known.rotating), (sorted, 2));
    }

    #[test]
    fn known_addresses_of_allowed_families_take_turns() {
        let listed = addresses(&["127.0.0.1:80", "[::1]:80"]);
        let host = || UrlHost::Name("a.test".into());
        let known =
            |families| HostResolver::from_addresses(host(), &listed, families)?.fresh_addresses();
        let both = known(AllowedFamilies::Both).expect("two are left");
        assert_eq!(both.rotating, 2);
        let six = known(AllowedFamilies::Only(AddressFamily::V6)).expect("one is left");
        assert_eq!(six.addresses, addresses(&["[::1]:80"]));
        let none = HostResolver::from_addresses(
            host(),
            &listed[..1],
            AllowedFamilies::Only(AddressFamily::V6),
        );
        assert!(none.is_none());
    }
}

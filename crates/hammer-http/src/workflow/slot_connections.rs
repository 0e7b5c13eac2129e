//! A slot's connections to several origins.

use crate::connection::lifetime::ConnectionEnd;
use crate::connection::origin::OriginConnection;

/// Maximum number of origins that a slot keeps connections to; beyond that, connections are
/// reopened.
const MAX_ORIGIN_CONNECTIONS: usize = 16;

/// The connections of a slot, the most recently used one first.
#[derive(Default)]
pub(super) struct SlotConnections(Vec<(usize, OriginConnection)>);

impl SlotConnections {
    pub(super) fn insert(&mut self, origin: usize, connection: OriginConnection) {
        self.0.insert(0, (origin, connection));
    }

    /// Returns the connection to `origin`; closes the least recently used one if there are too many.
    pub(super) fn connection_to(&mut self, origin: usize) -> &mut OriginConnection {
        match self.0.iter().position(|(known, _)| *known == origin) {
            Some(0) => {}
            Some(position) => self.0[..=position].rotate_right(1),
            None => {
                if self.0.len() == MAX_ORIGIN_CONNECTIONS
                    && let Some((_, oldest)) = self.0.pop()
                {
                    oldest.close_own(ConnectionEnd::Dropped);
                }
                self.insert(origin, OriginConnection::for_origin(origin));
            }
        }
        &mut self.0[0].1
    }

    pub(super) fn open_count(&self) -> usize {
        self.0
            .iter()
            .filter(|(_, connection)| connection.is_open())
            .count()
    }

    pub(super) async fn close(self) {
        for (_, connection) in self.0 {
            connection.close().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_recently_used_are_kept() {
        let mut connections = SlotConnections::default();
        for origin in 0..MAX_ORIGIN_CONNECTIONS {
            connections.connection_to(origin);
        }
        connections.connection_to(0);
        connections.connection_to(MAX_ORIGIN_CONNECTIONS);
        let kept: Vec<usize> = connections.0.iter().map(|(origin, _)| *origin).collect();
        let mut expected: Vec<usize> = (2..MAX_ORIGIN_CONNECTIONS).rev().collect();
        expected.splice(0..0, [MAX_ORIGIN_CONNECTIONS, 0]);
        assert_eq!(kept, expected);
    }
}

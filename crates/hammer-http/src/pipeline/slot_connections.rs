use crate::connection::origin::OriginConnection;

/// So many origins a slot keeps connections to. Who hits more opens some anew.
const MAX_ORIGIN_CONNECTIONS: usize = 16;

/// The connections of a slot, the last used one first.
#[derive(Default)]
pub(super) struct SlotConnections(Vec<(usize, OriginConnection)>);

impl SlotConnections {
    pub(super) fn insert(&mut self, origin: usize, connection: OriginConnection) {
        self.0.insert(0, (origin, connection));
    }

    /// The link to `origin`. The one that was not used for longest is closed if there are too many.
    pub(super) async fn connection_to(&mut self, origin: usize) -> &mut OriginConnection {
        match self.0.iter().position(|(to, _)| *to == origin) {
            Some(place) => self.0[..=place].rotate_right(1),
            None => {
                if self.0.len() == MAX_ORIGIN_CONNECTIONS
                    && let Some((_, oldest)) = self.0.pop()
                {
                    oldest.close_own().await;
                }
                self.insert(origin, OriginConnection::for_origin(origin));
            }
        }
        &mut self.0[0].1
    }

    pub(super) fn open_count(&self) -> usize {
        self.0.iter().filter(|(_, link)| link.is_open()).count()
    }

    pub(super) async fn close(self) {
        for (_, link) in self.0 {
            link.close().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_used_are_kept() {
        let mut links = SlotConnections::default();
        for origin in 0..MAX_ORIGIN_CONNECTIONS {
            links.connection_to(origin).await;
        }
        links.connection_to(0).await;
        links.connection_to(MAX_ORIGIN_CONNECTIONS).await;
        let kept: Vec<usize> = links.0.iter().map(|(origin, _)| *origin).collect();
        let mut expected: Vec<usize> = (2..MAX_ORIGIN_CONNECTIONS).rev().collect();
        expected.splice(0..0, [MAX_ORIGIN_CONNECTIONS, 0]);
        assert_eq!(kept, expected);
    }
}

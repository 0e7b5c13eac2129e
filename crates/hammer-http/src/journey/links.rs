use crate::link::Link;

/// So many origins a slot keeps connections to. Who hits more opens some anew.
const MAX_LINKS: usize = 16;

/// The connections of a slot, the last used one first.
#[derive(Default)]
pub(super) struct Links(Vec<(usize, Link)>);

impl Links {
    pub(super) fn keep(&mut self, origin: usize, link: Link) {
        self.0.insert(0, (origin, link));
    }

    /// The link to `origin`. The one that was not used for longest is closed if there are too many.
    pub(super) async fn to(&mut self, origin: usize) -> &mut Link {
        match self.0.iter().position(|(to, _)| *to == origin) {
            Some(place) => self.0[..=place].rotate_right(1),
            None => {
                if self.0.len() == MAX_LINKS
                    && let Some((_, oldest)) = self.0.pop()
                {
                    oldest.leave().await;
                }
                self.keep(origin, Link::to(origin));
            }
        }
        &mut self.0[0].1
    }

    pub(super) fn open(&self) -> usize {
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
        let mut links = Links::default();
        for origin in 0..MAX_LINKS {
            links.to(origin).await;
        }
        links.to(0).await;
        links.to(MAX_LINKS).await;
        let kept: Vec<usize> = links.0.iter().map(|(origin, _)| *origin).collect();
        let mut expected: Vec<usize> = (2..MAX_LINKS).rev().collect();
        expected.splice(0..0, [MAX_LINKS, 0]);
        assert_eq!(kept, expected);
    }
}

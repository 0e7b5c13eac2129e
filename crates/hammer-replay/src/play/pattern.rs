/// The template of a path: `{name}` is a segment, and a `*` at the end whatever follows.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    segments: Vec<Segment>,
    open: bool,
}

#[derive(Debug, Clone)]
enum Segment {
    Literal(String),
    Any(String),
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with('/') {
            return Err(format!("path '{text}' does not begin with /"));
        }
        let closed = text.strip_suffix('*');
        let segments = closed.unwrap_or(text).split('/').map(|segment| {
            let name = segment
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            name.map_or(Segment::Literal(segment.into()), |name| {
                Segment::Any(name.into())
            })
        });
        let pattern = Self {
            segments: segments.collect(),
            open: closed.is_some(),
        };
        let twice = (pattern.names().enumerate())
            .find(|(index, name)| pattern.names().take(*index).any(|other| other == *name));
        match twice {
            Some((_, name)) => Err(format!("path '{text}' has two segments called {name}")),
            None => Ok(pattern),
        }
    }

    /// The names of its segments, in the order in which [`find`](Self::find) has them.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Any(name) => Some(&**name),
            Segment::Literal(_) => None,
        })
    }

    /// What stands for each name, if the path fits.
    pub(super) fn find<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        let mut parts = path.split('/');
        let mut found = vec![];
        let last = self.segments.len() - 1;
        for (index, segment) in self.segments.iter().enumerate() {
            let part = parts.next()?;
            match segment {
                Segment::Any(_) if !part.is_empty() => found.push(part),
                Segment::Literal(text) if self.open && index == last => {
                    return part.starts_with(&**text).then_some(found);
                }
                Segment::Literal(text) if text == part => {}
                _ => return None,
            }
        }
        parts.next().is_none().then_some(found)
    }
}

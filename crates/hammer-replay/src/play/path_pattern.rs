//! Patterns of paths.

/// A pattern of paths: `{name}` matches a segment, and `*` at the end matches any rest.
#[derive(Debug, Clone)]
pub(super) struct PathPattern {
    segments: Vec<PathSegment>,
    open_ended: bool,
}

#[derive(Debug, Clone)]
enum PathSegment {
    Literal(String),
    Named(String),
}

impl PathPattern {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with('/') {
            return Err(format!("path '{text}' does not begin with /"));
        }
        let prefix = text.strip_suffix('*');
        let segments = prefix.unwrap_or(text).split('/').map(|segment| {
            let name = segment
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            name.map_or(PathSegment::Literal(segment.into()), |name| {
                PathSegment::Named(name.into())
            })
        });
        let pattern = Self {
            segments: segments.collect(),
            open_ended: prefix.is_some(),
        };
        let duplicate = (pattern.names().enumerate())
            .find(|(index, name)| pattern.names().take(*index).any(|other| other == *name));
        match duplicate {
            Some((_, name)) => Err(format!("path '{text}' has two segments named {name}")),
            None => Ok(pattern),
        }
    }

    /// Returns the names of the segments, in the order of [`match_path`](Self::match_path).
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            PathSegment::Named(name) => Some(&**name),
            PathSegment::Literal(_) => None,
        })
    }

    /// Returns the segment of each name if the path matches.
    pub(super) fn match_path<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        let mut parts = path.split('/');
        let mut captures = vec![];
        let last = self.segments.len() - 1;
        for (index, segment) in self.segments.iter().enumerate() {
            let part = parts.next()?;
            match segment {
                PathSegment::Named(_) if !part.is_empty() => captures.push(part),
                PathSegment::Literal(text) if self.open_ended && index == last => {
                    return part.starts_with(&**text).then_some(captures);
                }
                PathSegment::Literal(text) if text == part => {}
                _ => return None,
            }
        }
        parts.next().is_none().then_some(captures)
    }
}

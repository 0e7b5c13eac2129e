use std::fmt;

use bytes::Bytes;
use hammer_core::Failure;
use hammer_data::Template;

use super::RenderContext;
use crate::failures;
use crate::request::prepared::copy_body;
use crate::{ContentCoding, Error};

/// A body.
#[derive(Clone)]
pub(crate) enum BodyTemplate {
    /// The same in each hit.
    Fixed(Bytes),
    /// Another one in each.
    Dynamic(Box<DynamicBody>),
}

/// A body with texts in it that differ.
#[derive(Clone)]
pub(crate) struct DynamicBody {
    /// One behind the other.
    parts: Vec<Template>,
    coding: Option<ContentCoding>,
}

impl BodyTemplate {
    /// These parts, one behind the other.
    pub(crate) fn from_parts(parts: Vec<Template>) -> Self {
        let literals = parts.iter().map(Template::literal);
        match literals.collect::<Option<Vec<&[u8]>>>() {
            Some(literals) => Self::Fixed(literals.concat().into()),
            None => Self::Dynamic(Box::new(DynamicBody {
                parts,
                coding: None,
            })),
        }
    }

    /// The same in a coding, made by each hit if it has to be.
    pub(crate) fn with_coding(
        self,
        coding: ContentCoding,
        compress: impl FnOnce(&Bytes, ContentCoding) -> Result<Bytes, Error>,
    ) -> Result<Self, Error> {
        Ok(match self {
            Self::Fixed(body) => Self::Fixed(compress(&body, coding)?),
            Self::Dynamic(mut varying) => {
                varying.coding = Some(coding);
                Self::Dynamic(varying)
            }
        })
    }

    /// A copy that shares no memory with this one, unless it is large.
    pub(crate) fn deep_copy(&self) -> Self {
        match self {
            Self::Fixed(body) => Self::Fixed(copy_body(body)),
            Self::Dynamic(varying) => Self::Dynamic(varying.clone()),
        }
    }

    /// About how many bytes it takes.
    pub(crate) fn approximate_bytes(&self) -> usize {
        match self {
            Self::Fixed(body) => body.len(),
            Self::Dynamic(_) => self.templates().map(|text| text.source().len()).sum(),
        }
    }

    /// The bytes, if they are the same in each hit.
    pub(crate) fn as_fixed(&self) -> Option<&Bytes> {
        match self {
            Self::Fixed(body) => Some(body),
            Self::Dynamic(_) => None,
        }
    }

    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        let parts = match self {
            Self::Fixed(_) => &[][..],
            Self::Dynamic(varying) => &varying.parts[..],
        };
        parts.iter()
    }
}

impl Default for BodyTemplate {
    fn default() -> Self {
        Self::Fixed(Bytes::new())
    }
}

impl DynamicBody {
    /// Appends the body of a hit, plain.
    pub(super) fn render(
        &self,
        context: &mut RenderContext<'_>,
        to: &mut Vec<u8>,
    ) -> Result<(), Failure> {
        for part in &self.parts {
            context.render(part, to)?;
        }
        Ok(())
    }

    /// What begins at `start` in its coding, if it has one; then it is taken out of `text`.
    pub(super) fn encode(
        &self,
        text: &mut Vec<u8>,
        start: usize,
    ) -> Result<Option<Bytes>, Failure> {
        let Some(coding) = self.coding else {
            return Ok(None);
        };
        let coded = coding.encode(&text[start..]).map_err(|error| {
            tracing::debug!(%error, "a body that can't be compressed");
            failures::COMPRESSION_FAILED
        })?;
        text.truncate(start);
        Ok(Some(coded))
    }
}

impl fmt::Debug for BodyTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(body) => f.debug_tuple("Fixed").field(body).finish(),
            // Its texts may have secrets.
            Self::Dynamic(_) => f.write_str("Varying"),
        }
    }
}

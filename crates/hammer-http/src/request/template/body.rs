//! Bodies of requests, fixed or rendered for each hit.

use std::fmt;

use bytes::Bytes;
use hammer_core::Failure;
use hammer_data::Template;

use super::RenderContext;
use crate::failures;
use crate::request::prepared::copy_body;
use crate::{ContentCoding, Error};

/// The body of a request.
#[derive(Clone)]
pub(crate) enum BodyTemplate {
    /// Identical for every hit.
    Fixed(Bytes),
    /// Rendered for each hit.
    Dynamic(Box<DynamicBody>),
}

/// A body with parts that vary from hit to hit.
#[derive(Clone)]
pub(crate) struct DynamicBody {
    /// The parts, in order.
    parts: Vec<Template>,
    coding: Option<ContentCoding>,
}

impl BodyTemplate {
    /// Concatenates parts; the body is fixed if all of them are literal.
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

    /// Compresses a fixed body now, and a dynamic one with each hit.
    pub(crate) fn with_coding(
        self,
        coding: ContentCoding,
        compress: impl FnOnce(&Bytes, ContentCoding) -> Result<Bytes, Error>,
    ) -> Result<Self, Error> {
        Ok(match self {
            Self::Fixed(body) => Self::Fixed(compress(&body, coding)?),
            Self::Dynamic(mut dynamic) => {
                dynamic.coding = Some(coding);
                Self::Dynamic(dynamic)
            }
        })
    }

    /// Copies the body to its own memory, unless it is large.
    pub(crate) fn deep_copy(&self) -> Self {
        match self {
            Self::Fixed(body) => Self::Fixed(copy_body(body)),
            Self::Dynamic(dynamic) => Self::Dynamic(dynamic.clone()),
        }
    }

    /// The approximate size in bytes.
    pub(crate) fn approximate_bytes(&self) -> usize {
        match self {
            Self::Fixed(body) => body.len(),
            Self::Dynamic(_) => self.templates().map(|text| text.source().len()).sum(),
        }
    }

    /// The bytes, if they are the same for every hit.
    pub(crate) fn as_fixed(&self) -> Option<&Bytes> {
        match self {
            Self::Fixed(body) => Some(body),
            Self::Dynamic(_) => None,
        }
    }

    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        let parts = match self {
            Self::Fixed(_) => &[][..],
            Self::Dynamic(dynamic) => &dynamic.parts[..],
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
    /// Appends the uncompressed body of a hit to `output`.
    pub(super) fn render(
        &self,
        context: &mut RenderContext<'_>,
        output: &mut Vec<u8>,
    ) -> Result<(), Failure> {
        for part in &self.parts {
            context.render(part, output)?;
        }
        Ok(())
    }

    /// Compresses the rendered body, if it has a coding.
    pub(super) fn encode(&self, body: &mut Vec<u8>) -> Result<(), Failure> {
        let Some(coding) = self.coding else {
            return Ok(());
        };
        let coded = coding.encode(body).map_err(|error| {
            tracing::debug!(%error, "failed to compress a body");
            failures::COMPRESSION_FAILED
        })?;
        body.clear();
        body.extend_from_slice(&coded);
        Ok(())
    }
}

impl fmt::Debug for BodyTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(body) => f.debug_tuple("Fixed").field(body).finish(),
            // The templates may contain secrets.
            Self::Dynamic(_) => f.write_str("Dynamic"),
        }
    }
}

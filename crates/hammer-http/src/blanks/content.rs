use std::fmt;

use bytes::Bytes;
use hammer_core::Failure;
use hammer_data::Template;

use super::Moment;
use crate::fault;
use crate::template::unshared;
use crate::{Coding, Error};

/// A body.
#[derive(Clone)]
pub(crate) enum Content {
    /// The same in each hit.
    Fixed(Bytes),
    /// Another one in each.
    Varying(Box<Varying>),
}

/// A body with texts in it that differ.
#[derive(Clone)]
pub(crate) struct Varying {
    /// One behind the other.
    parts: Vec<Template>,
    coding: Option<Coding>,
}

impl Content {
    /// These parts, one behind the other.
    pub(crate) fn of(parts: Vec<Template>) -> Self {
        let literals = parts.iter().map(Template::literal);
        match literals.collect::<Option<Vec<&[u8]>>>() {
            Some(literals) => Self::Fixed(literals.concat().into()),
            None => Self::Varying(Box::new(Varying {
                parts,
                coding: None,
            })),
        }
    }

    /// The same in a coding, made by each hit if it has to be.
    pub(crate) fn compressed(
        self,
        coding: Coding,
        compress: impl FnOnce(&Bytes, Coding) -> Result<Bytes, Error>,
    ) -> Result<Self, Error> {
        Ok(match self {
            Self::Fixed(body) => Self::Fixed(compress(&body, coding)?),
            Self::Varying(mut varying) => {
                varying.coding = Some(coding);
                Self::Varying(varying)
            }
        })
    }

    /// A copy that shares no memory with this one, unless it is large.
    pub(crate) fn unshared(&self) -> Self {
        match self {
            Self::Fixed(body) => Self::Fixed(unshared(body)),
            Self::Varying(varying) => Self::Varying(varying.clone()),
        }
    }

    /// About how many bytes it takes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Fixed(body) => body.len(),
            Self::Varying(_) => self.texts().map(|text| text.source().len()).sum(),
        }
    }

    /// The bytes, if they are the same in each hit.
    pub(crate) fn fixed(&self) -> Option<&Bytes> {
        match self {
            Self::Fixed(body) => Some(body),
            Self::Varying(_) => None,
        }
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = &Template> {
        let parts = match self {
            Self::Fixed(_) => &[][..],
            Self::Varying(varying) => &varying.parts[..],
        };
        parts.iter()
    }
}

impl Default for Content {
    fn default() -> Self {
        Self::Fixed(Bytes::new())
    }
}

impl Varying {
    /// Appends the body of a hit, plain.
    pub(super) fn render(&self, moment: &mut Moment<'_>, to: &mut Vec<u8>) -> Result<(), Failure> {
        for part in &self.parts {
            moment.render(part, to)?;
        }
        Ok(())
    }

    /// What begins at `start` in its coding, if it has one; then it is taken out of `text`.
    pub(super) fn coded(&self, text: &mut Vec<u8>, start: usize) -> Result<Option<Bytes>, Failure> {
        let Some(coding) = self.coding else {
            return Ok(None);
        };
        let coded = coding.encode(&text[start..]).map_err(|error| {
            tracing::debug!(%error, "a body that can't be compressed");
            fault::NOT_COMPRESSED
        })?;
        text.truncate(start);
        Ok(Some(coded))
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(body) => f.debug_tuple("Fixed").field(body).finish(),
            // Its texts may have secrets.
            Self::Varying(_) => f.write_str("Varying"),
        }
    }
}

//! Who a hit says it is: users for slots, and tokens that are renewed before they expire.
//!
//! A [`TokenSource`] fetches a token: from a [`TokenCommand`], a [`WatchedFile`], or [`OAuth`] over
//! the HTTP of whoever embeds it. [`Tokens`] fetches the first one before a run begins, and the
//! others on threads of its own; templates have them as `{{token}}`, which never waits for a fetch.

mod command;
mod error;
mod oauth;
mod present;
mod running;
mod secret;
mod token;
mod tokens;
mod users;
mod watched;

pub use command::TokenCommand;
pub use error::{CredentialError, CredentialErrorKind};
pub use oauth::{Answer, Exchange, Grant, OAuth};
pub use present::Present;
pub use secret::Secret;
pub use token::{Ender, Token, TokenSource};
pub use tokens::{Renewals, Tokens};
pub use users::{User, Users};
pub use watched::WatchedFile;

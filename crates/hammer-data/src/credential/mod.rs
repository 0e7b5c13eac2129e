//! Who a hit says it is: users for slots, and tokens that are renewed before they expire.
//!
//! A [`TokenSource`] fetches a token: from a [`TokenCommand`], a [`WatchedFile`], or [`OAuth`] over
//! the HTTP of whoever embeds it. [`Tokens`] fetches the first one before a run begins, and the
//! others on threads of its own; a hit asks a [`TokenReader`], which never waits for a fetch.
//!
//! ```
//! use std::time::Duration;
//! use hammer_data::credential::{TokenCommand, Tokens};
//!
//! # #[cfg(unix)] {
//! let command = TokenCommand::new("echo t0ken").lifetime(Duration::from_secs(300));
//! let tokens = Tokens::start(vec![Box::new(command)])?;
//! // In a session:
//! let mut reader = tokens.reader(0);
//! // In a hit:
//! assert_eq!(reader.get(), b"t0ken");
//! # }
//! # Ok::<(), hammer_data::credential::CredentialError>(())
//! ```

mod command;
mod error;
mod oauth;
mod reader;
mod secret;
mod token;
mod tokens;
mod users;
mod watched;

pub use command::TokenCommand;
pub use error::{CredentialError, CredentialErrorKind};
pub use oauth::{Answer, Exchange, Grant, OAuth};
pub use reader::TokenReader;
pub use secret::Secret;
pub use token::{Token, TokenSource};
pub use tokens::{Renewals, Tokens};
pub use users::{User, Users};
pub use watched::WatchedFile;

//! Credentials of hits: users for slots, and tokens that are renewed before they expire.
//!
//! A [`TokenSource`] fetches tokens: a [`TokenCommand`], a [`WatchedTokenFile`], or an
//! [`OAuthTokenSource`] over your HTTP client. A [`TokenStore`] fetches the first tokens before a run
//! and renews them on background threads. Templates insert them with `{{token}}`, which never waits for a
//! fetch.

mod command;
mod command_process_handle;
mod current_token;
mod error;
mod oauth;
mod secret;
mod token_source;
mod token_store;
mod users;
mod watched_token_file;

pub use command::TokenCommand;
pub use current_token::CurrentToken;
pub use error::{CredentialError, CredentialErrorKind};
pub use oauth::{OAuthGrant, OAuthTokenSource, TokenEndpointClient, TokenHttpResponse};
pub use secret::SecretBytes;
pub use token_source::{FetchCanceler, FetchedToken, TokenSource};
pub use token_store::{TokenRenewalCounts, TokenStore};
pub use users::{SlotUsers, UserLogin};
pub use watched_token_file::WatchedTokenFile;

//! Users for slots, from the columns of a feeder.

use std::sync::Arc;

use hammer_diagnostic::excerpt;

use super::{CredentialError, CredentialErrorKind, SecretBytes};
use crate::Feeder;

/// A user for each slot, from two columns of a feeder.
///
/// ```
/// use std::sync::Arc;
/// use hammer_data::{Feeder, FeederFormat, credential::SlotUsers};
///
/// let csv = "name,password\nada,secret\ngrace,hush\n";
/// let feeder = Feeder::read(csv.as_bytes(), FeederFormat::Csv)?;
/// let users = SlotUsers::new(Arc::new(feeder), "name", "password")?;
/// let user = users.get(1)?;
/// assert_eq!((user.name.as_str(), user.password.expose()), ("grace", &b"hush"[..]));
/// assert!(!format!("{user:?}").contains("hush"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct SlotUsers {
    feeder: Arc<Feeder>,
    name: usize,
    password: usize,
}

/// The name and password of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserLogin {
    /// The name of the user.
    pub name: String,
    /// The password of the user.
    pub password: SecretBytes,
}

impl SlotUsers {
    /// Creates users from the columns with their names and passwords.
    ///
    /// # Errors
    ///
    /// If the feeder lacks one of the columns.
    pub fn new(feeder: Arc<Feeder>, name: &str, password: &str) -> Result<Self, CredentialError> {
        let column = |wanted: &str| {
            let columns = feeder.columns();
            let found = columns.iter().position(|column| column == wanted);
            found.ok_or_else(|| {
                let (wanted, known) = (excerpt(wanted), columns.join(", "));
                let message = format!("unknown column {wanted}; expected one of {known}");
                CredentialError::new(CredentialErrorKind::Malformed, message)
            })
        };
        let (name, password) = (column(name)?, column(password)?);
        Ok(Self {
            feeder,
            name,
            password,
        })
    }

    /// Returns the user of a slot.
    ///
    /// # Errors
    ///
    /// If each user is used once and there are no more, or the file cannot be read any more.
    pub fn get(&self, slot: usize) -> Result<UserLogin, CredentialError> {
        let field = |column| {
            let mut text = vec![];
            let result = self.feeder.append_field(slot as u64, column, &mut text);
            result.map(|()| text).map_err(|error| {
                CredentialError::new(CredentialErrorKind::TooFewUsers, error.to_string())
            })
        };
        Ok(UserLogin {
            name: String::from_utf8_lossy(&field(self.name)?).into_owned(),
            password: SecretBytes::new(field(self.password)?),
        })
    }
}

use std::sync::Arc;

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

/// Somebody to log in as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserLogin {
    /// What to call them.
    pub name: String,
    /// What only they know.
    pub password: SecretBytes,
}

impl SlotUsers {
    /// The users whose names and passwords are in these columns.
    ///
    /// # Errors
    ///
    /// If there is no such column.
    pub fn new(feeder: Arc<Feeder>, name: &str, password: &str) -> Result<Self, CredentialError> {
        let column = |wanted: &str| {
            let columns = feeder.columns();
            let found = columns.iter().position(|column| column == wanted);
            found.ok_or_else(|| {
                let message = format!("no column {wanted:?} among {}", columns.join(", "));
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

    /// The user of the slot of this index.
    ///
    /// # Errors
    ///
    /// If each user is handed out once and there are no more, or their file can't be read any more.
    pub fn get(&self, slot: usize) -> Result<UserLogin, CredentialError> {
        let field = |column| {
            let mut text = vec![];
            let pushed = self.feeder.append_field(slot as u64, column, &mut text);
            pushed.map(|()| text).map_err(|error| {
                CredentialError::new(CredentialErrorKind::TooFewUsers, error.to_string())
            })
        };
        Ok(UserLogin {
            name: String::from_utf8_lossy(&field(self.name)?).into_owned(),
            password: SecretBytes::new(field(self.password)?),
        })
    }
}

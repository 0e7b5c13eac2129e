//! How connections are made, whatever they are made to.

use crate::Error;
use crate::builder::{Connect, TlsOptions};
use crate::dial::Dial;
use crate::url::Url;

/// Makes a [`Dial`] for each host that connections go to.
pub(crate) struct Dialer {
    pub(crate) connect: Connect,
    pub(crate) tls: TlsOptions,
}

impl Dialer {
    /// What opens connections to the target of `url`.
    pub(crate) fn to(&self, url: &Url) -> Result<Dial, Error> {
        let tls = self.tls.build(url)?;
        Ok(self.connect.dial(url, tls))
    }
}

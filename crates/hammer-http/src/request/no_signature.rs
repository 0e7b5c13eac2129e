//! Placeholders for the types of signatures in builds without the feature `aws`.
//!
//! They have no values, so that the code that uses them is the same with and without the feature.

use std::convert::Infallible;
use std::time::SystemTime;

use crate::Error;
use crate::request::prepared::RequestHead;

/// The scope of a signature, of which there is none.
#[derive(Debug, Clone)]
pub(crate) struct SignatureScope(Infallible);

/// A signer of requests, of which there is none.
#[derive(Debug)]
pub(crate) struct RequestSigner(Infallible);

impl RequestSigner {
    pub(crate) fn new(_: &str, _: &str, _: Option<String>, scope: SignatureScope) -> Self {
        match scope.0 {}
    }

    pub(crate) fn sign(
        &self,
        _scheme: &str,
        _head: &mut RequestHead,
        _body: &[u8],
        _now: SystemTime,
    ) -> Result<(), Error> {
        match self.0 {}
    }
}

//! A macro that defines the public error type of a crate.

/// Defines an opaque error type: a kind for programs, a message for people, and a source.
///
/// The kind is a `Copy` type of the calling crate. The error has `new`, `with_source` and
/// `from_static`, which does not allocate, within the calling crate; public `kind` and `into_parts`;
/// [`Display`](std::fmt::Display), which writes the message alone; and [`Error`](std::error::Error).
///
/// ```
/// #[derive(Debug, Clone, Copy, PartialEq, Eq)]
/// pub enum ErrorKind {
///     /// The file cannot be read.
///     Unreadable,
/// }
///
/// hammer_diagnostic::opaque_error! {
///     /// An error that kept a file from being loaded.
///     pub struct Error(ErrorKind);
/// }
///
/// let error = Error::new(ErrorKind::Unreadable, "cannot read a.toml")
///     .with_source(std::io::Error::other("disk full"));
/// assert_eq!(error.kind(), ErrorKind::Unreadable);
/// assert_eq!(hammer_diagnostic::chain(&error), "cannot read a.toml: disk full");
/// ```
#[macro_export]
macro_rules! opaque_error {
    ($(#[$attribute:meta])* $visibility:vis struct $Name:ident($Kind:ty);) => {
        $(#[$attribute])*
        #[derive(Debug)]
        $visibility struct $Name {
            kind: $Kind,
            message: ::std::borrow::Cow<'static, str>,
            source: ::std::option::Option<$crate::BoxError>,
        }

        impl $Name {
            /// Makes an error without a source.
            pub(crate) fn new(
                kind: $Kind,
                message: impl ::std::convert::Into<::std::string::String>,
            ) -> Self {
                Self {
                    kind,
                    message: ::std::borrow::Cow::Owned(message.into()),
                    source: ::std::option::Option::None,
                }
            }

            /// Makes an error with a constant message, without an allocation.
            pub(crate) const fn from_static(kind: $Kind, message: &'static str) -> Self {
                Self {
                    kind,
                    message: ::std::borrow::Cow::Borrowed(message),
                    source: ::std::option::Option::None,
                }
            }

            /// Adds the error that caused this one.
            pub(crate) fn with_source(
                mut self,
                source: impl ::std::convert::Into<$crate::BoxError>,
            ) -> Self {
                self.source = ::std::option::Option::Some(source.into());
                self
            }

            /// Returns the kind of the error.
            #[must_use]
            $visibility fn kind(&self) -> $Kind {
                self.kind
            }

            /// Splits the error into kind, message and source, for an error that replaces it.
            #[must_use]
            $visibility fn into_parts(
                self,
            ) -> (
                $Kind,
                ::std::borrow::Cow<'static, str>,
                ::std::option::Option<$crate::BoxError>,
            ) {
                (self.kind, self.message, self.source)
            }
        }

        impl ::std::fmt::Display for $Name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.message)
            }
        }

        impl ::std::error::Error for $Name {
            fn source(&self) -> ::std::option::Option<&(dyn ::std::error::Error + 'static)> {
                self.source.as_ref().map(|source| source.as_ref() as _)
            }
        }
    };
}

/// An error of any type, as the source of an opaque one.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::error::Error as _;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum TestErrorKind {
        Setting,
    }

    opaque_error! {
        /// An error for this test.
        struct TestError(TestErrorKind);
    }

    #[test]
    fn shows_the_message_and_keeps_kind_and_source() {
        let error = TestError::new(TestErrorKind::Setting, "timeout is 0");
        assert_eq!(error.to_string(), "timeout is 0");
        assert_eq!(error.kind(), TestErrorKind::Setting);
        assert!(error.source().is_none());

        let error = error.with_source("not a duration");
        assert_eq!(error.to_string(), "timeout is 0");
        assert_eq!(
            error.source().map(ToString::to_string).as_deref(),
            Some("not a duration")
        );
        let (kind, message, source) = error.into_parts();
        assert_eq!((kind, &*message), (TestErrorKind::Setting, "timeout is 0"));
        assert!(source.is_some());
    }

    #[test]
    fn a_constant_message_is_borrowed() {
        const ERROR: TestError = TestError::from_static(TestErrorKind::Setting, "timeout is 0");
        let (_, message, _) = ERROR.into_parts();
        assert!(matches!(message, Cow::Borrowed("timeout is 0")));
    }
}

//! The limit on open files.

/// Raises the soft limit on open files to the hard limit, since each connection is a file.
///
/// A failure is ignored: the report names the limit if a run reaches it.
pub(crate) fn raise() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let _ = setrlimit(
            Resource::Nofile,
            Rlimit {
                current: limit.maximum,
                ..limit
            },
        );
    }
}

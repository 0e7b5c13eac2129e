//! Names of errors of the operating system.

use std::io;

use crate::model::failure::Failure;

/// Names an error of the operating system, so that a hammer can use `?`.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        tracing::debug!(%error, "I/O error");
        #[cfg(unix)]
        if let Some(code) = rustix::io::Errno::from_io_error(&error) {
            use rustix::io::Errno;
            match code {
                Errno::MFILE | Errno::NFILE => return Self::OUT_OF_FILES,
                Errno::ADDRNOTAVAIL => return Self::OUT_OF_PORTS,
                Errno::NOBUFS => return Self::OUT_OF_MEMORY,
                _ => {}
            }
        }
        use io::ErrorKind as E;
        match error.kind() {
            E::ConnectionRefused => Self::CONNECT_REFUSED,
            E::ConnectionReset | E::ConnectionAborted | E::BrokenPipe => Self::RESET,
            E::UnexpectedEof | E::NotConnected => Self::CLOSED_EARLY,
            E::TimedOut => Self::CONNECT_TIMEOUT,
            E::AddrNotAvailable => Self::OUT_OF_PORTS,
            E::OutOfMemory => Self::OUT_OF_MEMORY,
            E::HostUnreachable | E::NetworkUnreachable | E::NetworkDown => Self::UNREACHABLE,
            _ => Self::IO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn io_errors_have_names() {
        let table: [(io::Error, &str); 6] = [
            (io::ErrorKind::ConnectionRefused.into(), "connect_refused"),
            (io::ErrorKind::ConnectionReset.into(), "connection_reset"),
            (io::ErrorKind::BrokenPipe.into(), "connection_reset"),
            (io::ErrorKind::UnexpectedEof.into(), "closed_early"),
            (io::ErrorKind::AddrNotAvailable.into(), "out_of_ports"),
            (io::ErrorKind::PermissionDenied.into(), "io"),
        ];
        for (error, name) in table {
            assert_eq!(Failure::from(error).name(), name);
        }
    }

    #[cfg(unix)]
    #[test]
    fn running_out_of_files_is_named() {
        let error = io::Error::from(rustix::io::Errno::MFILE);
        assert_eq!(Failure::from(error), Failure::OUT_OF_FILES);
    }
}

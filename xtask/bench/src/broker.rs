//! MQTT brokers for the scenarios: a sink in this process, and mosquitto.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::core_pinning::{CorePinning, CoreRole};
use crate::error::Error;

/// Longest wait for a broker to listen.
const START_TIMEOUT: Duration = Duration::from_secs(5);

/// Starts a sink on the target's core, and returns its port.
///
/// It acknowledges each packet at once, and runs until this process ends.
///
/// # Errors
///
/// If no port is free, or the process cannot be pinned.
pub(crate) fn start_sink(cores: &CorePinning) -> Result<u16, Error> {
    let failed = |error| Error::failed(format!("failed to start a sink: {error}"));
    let listener = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    cores.run_on(CoreRole::Target, || {
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                thread::spawn(move || acknowledge_packets(stream));
            }
        })
    })?;
    Ok(port)
}

/// Acknowledges packets until the client disconnects.
fn acknowledge_packets(mut stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let (mut bytes, mut filled, mut answers) = (vec![0; 256 * 1024], 0, vec![]);
    loop {
        match stream.read(&mut bytes[filled..]) {
            Ok(0) | Err(_) => return,
            Ok(read) => filled += read,
        }
        let mut at = 0;
        while let Some((size, body)) = first_packet(&bytes[at..filled]) {
            let packet = &bytes[at..at + size];
            at += size;
            match packet[0] >> 4 {
                1 => answers.extend([0x20, 2, 0, 0]),
                3 if packet[0] & 6 != 0 => {
                    let topic = usize::from(u16::from_be_bytes([packet[body], packet[body + 1]]));
                    let answer = if packet[0] & 6 == 2 { 0x40 } else { 0x50 };
                    let id = body + 2 + topic;
                    answers.extend([answer, 2, packet[id], packet[id + 1]]);
                }
                6 => answers.extend([0x70, 2, packet[2], packet[3]]),
                12 => answers.extend([0xd0, 0]),
                14 => return,
                _ => {}
            }
        }
        bytes.copy_within(at..filled, 0);
        filled -= at;
        if stream.write_all(&answers).is_err() {
            return;
        }
        answers.clear();
    }
}

/// The size of the first packet and the offset of its body; `None` if it is incomplete.
fn first_packet(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut length = 0;
    for (index, byte) in bytes.get(1..)?.iter().take(4).enumerate() {
        length |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let size = index + 2 + length;
            return (size <= bytes.len()).then_some((size, index + 2));
        }
    }
    None
}

/// A mosquitto on the target's core.
pub(crate) struct MosquittoBroker {
    child: Child,
    pub(crate) port: u16,
    _folder: tempfile::TempDir,
}

impl MosquittoBroker {
    /// Starts mosquitto; `None` if it is not on PATH.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub(crate) fn start(cores: &CorePinning) -> Result<Option<Self>, Error> {
        let Some(program) = find_on_path("mosquitto") else {
            return Ok(None);
        };
        let failed = |error| Error::failed(format!("failed to start mosquitto: {error}"));
        let folder = tempfile::tempdir().map_err(failed)?;
        let free = TcpListener::bind("127.0.0.1:0").map_err(failed)?;
        let port = free.local_addr().map_err(failed)?.port();
        drop(free);
        let path = folder.path().join("mosquitto.conf");
        let config = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n\
             persistence false\nlog_dest none\n"
        );
        fs::write(&path, config).map_err(failed)?;
        let mut command = Command::new("sh");
        // Its connections are limited by the number of open files.
        command
            .args(["-c", "ulimit -n $(ulimit -Hn); exec \"$0\" -c \"$1\""])
            .args([&program, &path])
            .stderr(Stdio::null());
        let child = cores
            .run_on(CoreRole::Target, || command.spawn())?
            .map_err(failed)?;
        let broker = Self {
            child,
            port,
            _folder: folder,
        };
        let deadline = Instant::now() + START_TIMEOUT;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > deadline {
                return Err(Error::failed("mosquitto did not listen in time"));
            }
            thread::yield_now();
        }
        Ok(Some(broker))
    }

    /// Stops the process for a while: it neither reads nor writes, but its sockets stay open.
    pub(crate) fn pause_for(&self, time: Duration) {
        let signal = |name: &str| {
            let id = self.child.id().to_string();
            let _ = Command::new("kill").args([name, &id]).status();
        };
        signal("-STOP");
        thread::sleep(time);
        signal("-CONT");
    }

    /// Its process ID.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for MosquittoBroker {
    fn drop(&mut self) {
        // Both fail if it has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Finds a program on PATH, or in the folder of servers on Debian.
pub(crate) fn find_on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    folders
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sink_acknowledges_each_packet() {
        let port = start_sink(&CorePinning::detect()).expect("the sink starts");
        let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the sink listens");
        let packets =
            b"\x10\x00\x30\x03\x00\x01a\x32\x05\x00\x01a\x00\x07\x34\x05\x00\x01a\x01\x00\
                     \x62\x02\x01\x00\xc0\x00";
        stream.write_all(packets).expect("the connection is open");
        let mut received = [0; 18];
        stream.read_exact(&mut received).expect("the sink answers");
        let answers = b"\x20\x02\0\0\x40\x02\0\x07\x50\x02\x01\0\x70\x02\x01\0\xd0\0";
        assert_eq!(&received, answers);
    }
}

//! Mosquitto as a server for tests.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// A running mosquitto.
pub(crate) struct MosquittoServer {
    child: Child,
    pub(crate) port: u16,
    program: PathBuf,
    folder: tempfile::TempDir,
    /// The log of the broker.
    log: Arc<Mutex<String>>,
}

impl MosquittoServer {
    /// Starts mosquitto with lines of configuration. Returns `None` if it is not installed.
    pub(crate) fn start(config: &str) -> Option<Self> {
        let program = program("mosquitto")?;
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let config = format!(
            "listener {port} 127.0.0.1\nset_tcp_nodelay true\nlog_dest stderr\nlog_type subscribe\n\
             persistence false\nmax_queued_messages 100000\n{config}\n"
        );
        let config = config.replace("FOLDER", &folder.path().display().to_string());
        fs::write(folder.path().join("mosquitto.conf"), config).expect("writable folder");
        let log = Arc::default();
        let child = spawn(&program, folder.path(), &log);
        let mut server = Self {
            child,
            port,
            program,
            folder,
            log,
        };
        server.wait();
        Some(server)
    }

    /// Starts mosquitto without a login.
    pub(crate) fn anonymous() -> Option<Self> {
        Self::start("allow_anonymous true")
    }

    /// Starts mosquitto with files in a folder, which the configuration calls FOLDER.
    pub(crate) fn with_files(config: &str, files: &[(&str, &str)]) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in files {
            fs::write(folder.path().join(name), content).expect("writable folder");
        }
        let kept = folder.keep();
        Self::start(&config.replace("FOLDER", &kept.display().to_string()))
    }

    fn wait(&mut self) {
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = self.child.try_wait().expect("child process");
            assert!(ended.is_none(), "mosquitto has ended: {ended:?}");
            std::thread::yield_now();
        }
    }

    /// Waits until the broker listens on another port.
    pub(crate) fn wait_for_listener(&self, port: u16) {
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            thread::yield_now();
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    /// Counts a text in the log.
    pub(crate) fn count_in_log(&self, text: &str) -> usize {
        self.log
            .lock()
            .expect("no thread panicked")
            .matches(text)
            .count()
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("child process");
        self.child.wait().expect("child process");
    }

    /// Restarts the broker on the same port.
    pub(crate) fn start_again(&mut self) {
        self.child = spawn(&self.program, self.folder.path(), &self.log);
        self.wait();
    }

    /// Starts `mosquitto_sub`, subscribed to `filter`. It ends after `messages` messages.
    pub(crate) fn subscriber(&self, filter: &str, messages: u64) -> Option<MosquittoSubscriber> {
        let mut child = Command::new(program("mosquitto_sub")?)
            .args(["-p", &self.port.to_string(), "-q", "1", "-t", filter])
            .args(["-C", &messages.to_string(), "-W", "60"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("program starts");
        while !self
            .log
            .lock()
            .expect("no thread panicked")
            .contains(filter)
        {
            let ended = child.try_wait().expect("child process");
            assert!(ended.is_none(), "mosquitto_sub has ended: {ended:?}");
            thread::yield_now();
        }
        let lines = BufReader::new(child.stdout.take().expect("piped"));
        let counting = thread::spawn(move || lines.lines().map_while(Result::ok).count());
        Some(MosquittoSubscriber { child, counting })
    }
}

impl Drop for MosquittoServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A running `mosquitto_sub`.
pub(crate) struct MosquittoSubscriber {
    child: Child,
    counting: JoinHandle<usize>,
}

impl MosquittoSubscriber {
    /// Waits for the end of the program and returns the number of messages.
    pub(crate) fn count(mut self) -> usize {
        let count = self.counting.join().expect("no panic");
        let ended = self.child.wait().expect("child process");
        assert!(ended.success(), "after {count} messages: {ended}");
        count
    }
}

fn spawn(program: &Path, folder: &Path, log: &Arc<Mutex<String>>) -> Child {
    let mut child = Command::new(program)
        .arg("-c")
        .arg(folder.join("mosquitto.conf"))
        .stderr(Stdio::piped())
        .spawn()
        .expect("program starts");
    let lines = BufReader::new(child.stderr.take().expect("piped"));
    let log = log.clone();
    thread::spawn(move || {
        for line in lines.lines().map_while(Result::ok) {
            let mut log = log.lock().expect("no thread panicked");
            log.push_str(&line);
            log.push('\n');
        }
    });
    child
}

pub(crate) fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    free.local_addr().expect("bound").port()
}

fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path)
        .chain(["/usr/sbin".into()])
        .collect();
    program_in(name, &folders)
}

/// Finds a program in one of the folders. If there is none, the test is reported as skipped.
pub(crate) fn program_in(name: &str, folders: &[impl AsRef<Path>]) -> Option<PathBuf> {
    let mut folders = folders.iter().map(|folder| folder.as_ref().join(name));
    let found = folders.find(|program| program.is_file());
    if found.is_none() {
        assert!(
            env::var_os("HAMMER_REQUIRE_SERVERS").is_none(),
            "{name} is missing"
        );
        // Writes to stderr directly, since the test harness hides the output of passing tests.
        let _ = writeln!(io::stderr(), "SKIPPED: {name} is not on PATH");
    }
    found
}

/// Connects with a client id to its session, and disconnects without ending the session.
pub(crate) fn take_over(port: u16, id: &str, level: u8) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("listening");
    let mut body = b"\0\x04MQTT".to_vec();
    body.extend([level, 0, 0, 60]);
    if level == 5 {
        // A session expiry of 60 s.
        body.extend([5, 17, 0, 0, 0, 60]);
    }
    body.extend([0, id.len() as u8]);
    body.extend(id.as_bytes());
    let mut connect = vec![0x10, body.len() as u8];
    connect.extend(body);
    stream.write_all(&connect).expect("open connection");
    let mut connack = [0; 4];
    stream.read_exact(&mut connack).expect("an answer");
    assert_eq!(
        (connack[0], connack[2]),
        (0x20, 1),
        "the session is present"
    );
}

/// Writes a password file with mosquitto's own program.
pub(crate) fn passwords(user: &str, password: &str) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("passwords");
    let made = Command::new(program("mosquitto_passwd")?)
        .args(["-b", "-c"])
        .arg(&path)
        .args([user, password])
        .status()
        .expect("program starts");
    assert!(made.success());
    Some(fs::read_to_string(&path).expect("readable file"))
}

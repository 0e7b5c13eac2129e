use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// A broker that nobody here wrote.
pub(crate) struct MosquittoServer {
    child: Child,
    pub(crate) port: u16,
    program: PathBuf,
    folder: tempfile::TempDir,
    /// Subscriptions that it has logged.
    log: Arc<Mutex<String>>,
}

impl MosquittoServer {
    /// Starts it with these lines of configuration; none where it is not installed.
    pub(crate) fn start(config: &str) -> Option<Self> {
        let program = program("mosquitto")?;
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let config = format!(
            "listener {port} 127.0.0.1\nset_tcp_nodelay true\nlog_dest stderr\nlog_type subscribe\n\
             persistence false\nmax_queued_messages 100000\n{config}\n"
        );
        let config = config.replace("FOLDER", &folder.path().display().to_string());
        fs::write(folder.path().join("mosquitto.conf"), config).expect("the folder is there");
        let log = Arc::default();
        let child = spawn(&program, folder.path(), &log);
        let mut broker = Self {
            child,
            port,
            program,
            folder,
            log,
        };
        broker.wait();
        Some(broker)
    }

    /// One that lets everybody in.
    pub(crate) fn anonymous() -> Option<Self> {
        Self::start("allow_anonymous true")
    }

    /// Puts a file where the configuration says FOLDER.
    pub(crate) fn with_files(config: &str, files: &[(&str, &str)]) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in files {
            fs::write(folder.path().join(name), content).expect("the folder is there");
        }
        let kept = folder.keep();
        Self::start(&config.replace("FOLDER", &kept.display().to_string()))
    }

    fn wait(&mut self) {
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = self.child.try_wait().expect("it is ours");
            assert!(ended.is_none(), "mosquitto has ended: {ended:?}");
            std::thread::yield_now();
        }
    }

    /// Waits until it listens there too.
    pub(crate) fn wait_for_listener(&self, port: u16) {
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            thread::yield_now();
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    /// How often its log has this.
    pub(crate) fn count_in_log(&self, text: &str) -> usize {
        self.log
            .lock()
            .expect("nobody panicked")
            .matches(text)
            .count()
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it is ours");
        self.child.wait().expect("it is ours");
    }

    /// Starts it again, on the same port.
    pub(crate) fn start_again(&mut self) {
        self.child = spawn(&self.program, self.folder.path(), &self.log);
        self.wait();
    }

    /// A subscriber of theirs, which has subscribed and ends after so many messages.
    pub(crate) fn subscriber(&self, filter: &str, messages: u64) -> Option<MosquittoSubscriber> {
        let mut child = Command::new(program("mosquitto_sub")?)
            .args(["-p", &self.port.to_string(), "-q", "1", "-t", filter])
            .args(["-C", &messages.to_string(), "-W", "60"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it is a program");
        while !self.log.lock().expect("nobody panicked").contains(filter) {
            let ended = child.try_wait().expect("it is ours");
            assert!(ended.is_none(), "mosquitto_sub has ended: {ended:?}");
            thread::yield_now();
        }
        let said = BufReader::new(child.stdout.take().expect("it is piped"));
        let counting = thread::spawn(move || said.lines().map_while(Result::ok).count());
        Some(MosquittoSubscriber { child, counting })
    }
}

impl Drop for MosquittoServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `mosquitto_sub`.
pub(crate) struct MosquittoSubscriber {
    child: Child,
    counting: JoinHandle<usize>,
}

impl MosquittoSubscriber {
    /// How many messages it got, when it has got enough.
    pub(crate) fn count(mut self) -> usize {
        let count = self.counting.join().expect("it counts");
        let ended = self.child.wait().expect("it is ours");
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
        .expect("it is a program");
    let said = BufReader::new(child.stderr.take().expect("it is piped"));
    let log = log.clone();
    thread::spawn(move || {
        for line in said.lines().map_while(Result::ok) {
            let mut log = log.lock().expect("nobody panicked");
            log.push_str(&line);
            log.push('\n');
        }
    });
    child
}

pub(crate) fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    free.local_addr().expect("it is bound").port()
}

fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path)
        .chain(["/usr/sbin".into()])
        .collect();
    program_in(name, &folders)
}

/// The program of this name in one of these folders; says so if there is none.
pub(crate) fn program_in(name: &str, folders: &[impl AsRef<Path>]) -> Option<PathBuf> {
    let mut folders = folders.iter().map(|folder| folder.as_ref().join(name));
    let found = folders.find(|program| program.is_file());
    if found.is_none() {
        assert!(
            env::var_os("HAMMER_REQUIRE_SERVERS").is_none(),
            "{name} is missing"
        );
        // Straight to stderr, past the test harness, which hides what passing tests print.
        let _ = writeln!(
            io::stderr(),
            "SKIPPED: {name} is not on PATH, so nothing was tested here"
        );
    }
    found
}

/// Connects as the client of this id, to its session, and leaves that behind.
pub(crate) fn take_over(port: u16, id: &str, level: u8) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let mut body = b"\0\x04MQTT".to_vec();
    body.extend([level, 0, 0, 60]);
    if level == 5 {
        // The session is to last for a minute.
        body.extend([5, 17, 0, 0, 0, 60]);
    }
    body.extend([0, id.len() as u8]);
    body.extend(id.as_bytes());
    let mut connect = vec![0x10, body.len() as u8];
    connect.extend(body);
    stream.write_all(&connect).expect("it is open");
    let mut connack = [0; 4];
    stream.read_exact(&mut connack).expect("it answers");
    assert_eq!((connack[0], connack[2]), (0x20, 1), "the session is there");
}

/// A file of passwords for mosquitto, which only its own program writes.
pub(crate) fn passwords(user: &str, password: &str) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("passwords");
    let made = Command::new(program("mosquitto_passwd")?)
        .args(["-b", "-c"])
        .arg(&path)
        .args([user, password])
        .status()
        .expect("it is a program");
    assert!(made.success());
    Some(fs::read_to_string(&path).expect("it was written"))
}

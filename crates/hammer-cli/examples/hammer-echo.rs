//! A hammer for TCP echo servers: `hammer-echo HOST:PORT -r 100`, or `hammer echo …` from PATH.
use hammer_cli::{App, HammerArgs, HammerBuildError};
use hammer_core::{Failure, Hammer, Hit, Outcome, Slot};
use tokio::{io::AsyncReadExt, io::AsyncWriteExt, net::TcpStream};

#[derive(clap::Args)]
struct EchoHammer {
    /// Address of the server: HOST:PORT
    addr: String,
}

impl HammerArgs for EchoHammer {
    const NAME: &'static str = "echo";
    const ABOUT: &'static str = "Hit a TCP echo server";
    type Hammer = Self;
    fn target(&self) -> String {
        self.addr.clone()
    }
    fn build(self, _: u64) -> Result<Self, HammerBuildError> {
        Ok(self)
    }
}

impl Hammer for EchoHammer {
    type Session = TcpStream;
    async fn open(&self, _: &Slot) -> Result<TcpStream, Failure> {
        Ok(TcpStream::connect(&self.addr).await?)
    }
    async fn hit(&self, stream: &mut TcpStream, hit: &mut Hit) -> Result<Outcome, Failure> {
        let (sent, mut echo) = (hit.number().to_be_bytes(), [0; 8]);
        stream.write_all(&sent).await?;
        stream.read_exact(&mut echo).await?;
        let outcome = (echo == sent).then_some(Outcome::ok("echo"));
        outcome.ok_or(Failure::new("garbled"))
    }
}

fn main() -> std::process::ExitCode {
    App::new().hammer::<EchoHammer>().main()
}

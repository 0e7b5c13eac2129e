//! A hammer with a template: `hammer-say HOST:PORT 'user {{users.id}}' --feed users=users.csv`.
use hammer_cli::{App, DataArgs, HammerArgs, HammerBuildError};
use hammer_core::{Description, Failure, Hammer, Hit, Outcome, PrepareError, Slot, WorkerContext};
use hammer_data::{HitContext, Template, TemplateScope};
use tokio::{io::AsyncReadExt, io::AsyncWriteExt, net::TcpStream};

#[derive(clap::Args)]
struct SayArgs {
    /// Address of an echo server: HOST:PORT
    addr: String,
    /// Template of the text to say
    text: String,
    #[command(flatten)]
    data: DataArgs,
}

struct SayHammer {
    addr: String,
    text: Template,
    scope: TemplateScope,
}

impl HammerArgs for SayArgs {
    const NAME: &'static str = "say";
    const ABOUT: &'static str = "Say something to a TCP echo server";
    type Hammer = SayHammer;
    fn target(&self) -> String {
        self.addr.clone()
    }
    fn build(self, seed: u64) -> Result<SayHammer, HammerBuildError> {
        let scope = self.data.template_scope(seed)?;
        let text = Template::compile(&self.text, &scope)?;
        let addr = self.addr;
        Ok(SayHammer { addr, text, scope })
    }
}

impl Hammer for SayHammer {
    type Session = (TcpStream, Vec<u8>, Vec<u8>);
    async fn prepare(&self, _: &WorkerContext) -> Result<(), PrepareError> {
        Ok(self.scope.ready().await?)
    }
    fn describe(&self) -> Description {
        Description::new()
            .max_hits(self.text.max_hits())
            .doubts(self.scope.warnings())
    }
    async fn open(&self, _: &Slot) -> Result<Self::Session, Failure> {
        Ok((TcpStream::connect(&self.addr).await?, vec![], vec![]))
    }
    async fn hit(&self, session: &mut Self::Session, hit: &mut Hit) -> Result<Outcome, Failure> {
        let (stream, text, echo) = session;
        let mut context = HitContext::new(hit.number(), hit.slot().index(), hit.rng());
        text.clear();
        let rendered = self.text.render(&mut context, text);
        rendered.map_err(|_| Failure::new("no_value"))?;
        stream.write_all(text).await?;
        echo.resize(text.len(), 0);
        stream.read_exact(echo).await?;
        let outcome = (text == echo).then_some(Outcome::ok("echo"));
        outcome.ok_or(Failure::new("garbled"))
    }
}

fn main() -> std::process::ExitCode {
    App::new().hammer::<SayArgs>().main()
}

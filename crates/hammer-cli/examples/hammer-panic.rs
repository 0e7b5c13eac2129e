//! A hammer with a bug: every tenth hit panics, which fails the hit and not the run.
use hammer_cli::{App, HammerArgs, HammerBuildError};
use hammer_core::{Failure, Hammer, Hit, Outcome, Slot};

#[derive(clap::Args)]
struct PanicHammer {}

impl HammerArgs for PanicHammer {
    const NAME: &'static str = "panic";
    const ABOUT: &'static str = "Hit nothing, and panic now and then";
    type Hammer = Self;
    fn target(&self) -> String {
        "nothing".into()
    }
    fn build(self, _: u64) -> Result<Self, HammerBuildError> {
        Ok(self)
    }
}

impl Hammer for PanicHammer {
    type Session = ();
    async fn open(&self, _: &Slot) -> Result<(), Failure> {
        Ok(())
    }
    async fn hit(&self, (): &mut (), hit: &mut Hit) -> Result<Outcome, Failure> {
        assert!(!hit.number().is_multiple_of(10), "the hammer has a bug");
        Ok(Outcome::ok("done"))
    }
}

fn main() -> std::process::ExitCode {
    App::new().hammer::<PanicHammer>().main()
}

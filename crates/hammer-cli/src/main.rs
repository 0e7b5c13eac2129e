//! The `hammer` command.

use std::process::ExitCode;

use hammer_cli::{App, HttpArgs, MqttArgs};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    App::new().hammer::<HttpArgs>().hammer::<MqttArgs>().main()
}

//! The `hammer` command.

use std::process::ExitCode;

use hammer_cli::App;

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let app = App::new();
    #[cfg(feature = "http")]
    let app = app.hammer::<hammer_cli::HttpArgs>();
    #[cfg(feature = "mqtt")]
    let app = app.hammer::<hammer_cli::MqttArgs>();
    app.main()
}

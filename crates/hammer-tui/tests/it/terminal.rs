//! The terminal is restored after each kind of end.

use std::time::{Duration, Instant};

use crate::script_terminal::ScriptTerminal;

/// The sequences that enter and leave the alternate screen, and show the cursor.
const ENTER: &str = "\u{1b}[?1049h";
const LEAVE: &str = "\u{1b}[?1049l";
const SHOW_CURSOR: &str = "\u{1b}[?25h";

const CTRL_C: &str = "\u{3}";
const CTRL_Z: &str = "\u{1a}";

/// A command that prints the modes of the terminal before and after.
fn between_modes(show: &str) -> String {
    format!("echo modes=$(stty -g)=; {show}; echo code=$?; echo modes=$(stty -g)=")
}

/// Checks that the terminal is as it was, and returns what was printed after the display.
fn after_display(printed: &str) -> String {
    let mut modes = printed.split("modes=").skip(1);
    let mut next = || modes.next().and_then(|text| text.split('=').next());
    let (before, after) = (next(), next());
    assert!(
        before.is_some() && before == after,
        "{before:?}, {after:?}: {printed:?}"
    );
    let (display, rest) = printed.rsplit_once(LEAVE).unwrap();
    assert!(display.contains(ENTER), "{display:?}");
    assert!(
        !rest.contains(ENTER) && rest.contains(SHOW_CURSOR),
        "{rest:?}"
    );
    rest.to_owned()
}

#[test]
fn q_ends_the_run_and_ctrl_z_and_pasted_text_do_not() {
    let Some(mut terminal) = ScriptTerminal::start(&between_modes("show 600")) else {
        return;
    };
    terminal.wait_for("whole run");
    terminal.type_keys("\u{1b}[200~q\u{1b}[201~");
    terminal.type_keys(CTRL_Z);
    terminal.wait_for("Ctrl-Z");
    terminal.type_keys("q");
    let printed = terminal.wait_for_end();
    let rest = after_display(&printed);
    assert!(rest.contains(" hits\r\ncode=0\r\n"), "{rest:?}");
    assert!(rest.contains("second 1\r\n"), "{rest:?}");
}

/// With stdin from a file or a pipe, keys come from the controlling terminal.
#[test]
fn ctrl_c_ends_the_run_even_if_stdin_is_a_file() {
    let command = between_modes("show 600 < /dev/null");
    let Some(mut terminal) = ScriptTerminal::start(&command) else {
        return;
    };
    terminal.wait_for("whole run");
    terminal.type_keys(CTRL_C);
    let rest = after_display(&terminal.wait_for_end());
    assert!(rest.contains(" hits\r\ncode=0\r\n"), "{rest:?}");
}

#[test]
fn a_panic_of_a_hammer_is_printed_after_the_run() {
    let Some(terminal) = ScriptTerminal::start(&between_modes("show 3 hammer")) else {
        return;
    };
    let rest = after_display(&terminal.wait_for_end());
    assert!(rest.contains("the hammer panicked"), "{rest:?}");
    assert!(rest.contains("1500 hits\r\ncode=0\r\n"), "{rest:?}");
}

#[test]
fn a_panic_of_the_coordinator_restores_the_terminal_first() {
    let Some(terminal) = ScriptTerminal::start(&between_modes("show 600 coordinator")) else {
        return;
    };
    let rest = after_display(&terminal.wait_for_end());
    assert!(rest.contains("the coordinator panicked"), "{rest:?}");
    assert!(rest.contains("code=1\r\n"), "{rest:?}");
}

#[test]
fn a_run_goes_on_without_its_terminal() {
    let folder = std::env::temp_dir().join(format!("hammer-tui-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("hits");
    let command = format!("trap '' HUP; show 4 > {}", file.display());
    let Some(mut terminal) = ScriptTerminal::start(&command) else {
        return;
    };
    terminal.wait_for("whole run");
    terminal.hang_up();
    let end = Instant::now() + Duration::from_secs(60);
    let hits = || std::fs::read_to_string(&file).unwrap_or_default();
    while !hits().ends_with('\n') {
        assert!(Instant::now() < end, "{:?}", hits());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(hits(), "2000 hits\n");
    std::fs::remove_dir_all(folder).unwrap();
}

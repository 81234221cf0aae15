//! `blobctl completions SHELL`.

use std::io::Write;

use crate::cli::{self, Completions};
use crate::exit::{Exit, Signal};

/// Prints the script on stdout.
pub fn run(arguments: &Completions) -> Exit {
    match std::io::stdout().lock().write_all(&script(arguments.shell)) {
        Ok(()) => Exit::Ok,
        Err(_) => Exit::Signal(Signal::Pipe),
    }
}

/// The completion script for a shell, as kept in `completions/`.
pub fn script(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "blobctl", &mut script);
    script
}

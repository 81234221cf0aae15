//! `blobctl completions SHELL`.

use crate::cli::Completions;
use crate::exit::Exit;
use crate::{cli, report};

/// Prints the script on stdout.
pub fn run(arguments: &Completions) -> Exit {
    report::print_alone(&script(arguments.shell))
}

/// The completion script for a shell, as kept in `completions/`.
pub fn script(shell: clap_complete::Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "blobctl", &mut script);
    script
}

//! The binary: argv → settings → command → report → exit code.

use std::io::Write;
use std::process::ExitCode;

use blobctl::cli::Cli;
use blobctl::command;
use blobctl::exit::{Exit, Signal};
use blobctl::report;
use clap::Parser;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        // stderr may be gone; there is nobody else to tell.
        let _ = writeln!(
            std::io::stderr(),
            "blobctl: this is a bug: {panic}\nhint: please report it with what you typed"
        );
    }));
    let exit = std::panic::catch_unwind(|| match Cli::try_parse() {
        Ok(cli) => command::run(&cli),
        Err(error) => usage(&error),
    });
    ExitCode::from(exit.unwrap_or(Exit::Bug).code())
}

/// Help and version go to stdout and are a success; everything else is a wrong command line.
fn usage(error: &clap::Error) -> Exit {
    if !error.use_stderr() {
        let text = error.render().to_string();
        return match std::io::stdout().lock().write_all(text.as_bytes()) {
            Ok(()) => Exit::Ok,
            Err(_) => Exit::Signal(Signal::Pipe),
        };
    }
    let error = report::usage(error);
    let hint = error
        .the_hint()
        .map_or(String::new(), |hint| format!("hint: {hint}\n"));
    let _ = write!(std::io::stderr(), "blobctl: {error}\n{hint}");
    error.exit()
}

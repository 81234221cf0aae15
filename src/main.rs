//! The binary: argv → settings → command → report → exit code.

use std::io::Write;
use std::process::ExitCode;

use blobctl::cli::Cli;
use blobctl::command;
use blobctl::exit::Exit;
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
        return report::print_alone(error.render().to_string().as_bytes());
    }
    report::complain(&report::usage(error))
}

//! The binary: parse → session → command → exit.

use std::io::Write;
use std::process::ExitCode;

use blobctl::cli::{Cli, Command, Stop};
use blobctl::command::session::{Session, report_failed_start};
use blobctl::command::{completions, config, dispatch, help};
use blobctl::exit::Exit;
use blobctl::report;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        // stderr may be closed, and there is no other place for the message.
        let _ = writeln!(
            std::io::stderr(),
            "blobctl: this is a bug: {panic}\nhint: please report it together with the command line"
        );
    }));
    let exit = std::panic::catch_unwind(run).unwrap_or(Exit::Bug);
    ExitCode::from(exit.code())
}

fn run() -> Exit {
    let cli = match Cli::parse_arguments() {
        Ok(cli) => cli,
        Err(stop) => return help_or_usage_error(&stop),
    };
    // These work with a broken config file, too.
    match &cli.command {
        Command::Completions(arguments) => return completions::run(arguments),
        Command::Config(arguments) => return config::run(&cli, arguments),
        _ => {}
    }
    match Session::start(&cli) {
        Ok(mut session) => {
            let result = dispatch(&mut session, &cli);
            session.finish(result)
        }
        Err(error) => report_failed_start(&cli, error),
    }
}

/// Help and version are printed on stdout and are a success; everything else is a usage error.
fn help_or_usage_error(stop: &Stop) -> Exit {
    match stop {
        Stop::Help(request) => help::run(request),
        Stop::Version(line) => report::print_alone(line.as_bytes()),
        Stop::Usage(error) => report::complain(&report::usage(error)),
    }
}

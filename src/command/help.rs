//! `-h`, `--help` and `blobctl help`.

use crate::cli::help::HelpRequest;
use crate::exit::Exit;
use crate::report;

/// The width without a terminal.
const COLUMNS: u16 = 80;
/// The longest lines that are easy to read.
const MAX_COLUMNS: u16 = 100;

/// Prints the text on stdout, as wide as the terminal and at most 100 columns.
pub fn run(request: &HelpRequest) -> Exit {
    let size = rustix::termios::tcgetwinsize(std::io::stdout());
    let columns = size.map_or(0, |size| size.ws_col);
    let columns = if columns == 0 { COLUMNS } else { columns };
    report::print_alone(request.render(columns.min(MAX_COLUMNS).into()).as_bytes())
}

//! Default signal dispositions for the programs that the tests start.
//!
//! `nohup cargo test &` makes the tests inherit ignored signals and pass them on to the binary, which then keeps them ignored,
//! as it should. A signal that this process catches is at its default in the programs that it starts, so the ignored ones are
//! caught here, without effect.

use std::sync::Once;

use tokio::signal::unix::{SignalKind, signal};

/// Makes programs that are started from now on have default dispositions for the signals that stop the binary.
pub fn catch_ignored_signals() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let ignored = ignored_signals();
        let kinds = [
            SignalKind::hangup(),
            SignalKind::interrupt(),
            SignalKind::quit(),
            SignalKind::terminate(),
        ];
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let _context = runtime.enter();
        for kind in kinds {
            if ignored & (1 << (kind.as_raw_value() - 1)) != 0 {
                // The handler stays for the rest of the process.
                drop(signal(kind).unwrap());
            }
        }
    });
}

/// The mask of ignored signals: bit n-1 stands for signal n (proc_pid_status(5)).
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    u64::from_str_radix(mask.unwrap().trim(), 16).unwrap()
}

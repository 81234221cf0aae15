//! The program under ptrace(2): its system calls that change files are recorded, one of them can fail, and the program can be
//! killed before one of them.
//!
//! The numbers of system calls and the registers are those of Linux on x86-64.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use nix::errno::Errno;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::{Outcome, Sandbox};

/// The treatment of one change, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intervention {
    None,
    /// The program is killed before the change takes place.
    Kill(usize),
    /// The change does not take place, and the system call returns this error.
    Fail(usize, Errno),
}

/// A system call that changes a file or a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// As in its manual page.
    pub call: &'static str,
    /// The file or directory; for a rename, its old path.
    pub path: PathBuf,
    /// For a rename or a link, the new path.
    pub to: Option<PathBuf>,
}

/// The record of a run.
pub struct TracedRun {
    pub changes: Vec<Change>,
    /// The run reached the change to be treated.
    pub is_treated: bool,
    pub outcome: Outcome,
}

/// Runs the program with these arguments. `None` if this system does not permit ptrace(2), as in some containers.
#[expect(
    clippy::zombie_processes,
    reason = "waitpid(2) reaps the child, with the threads that it traces"
)]
pub fn trace(
    sandbox: &Sandbox,
    arguments: &[&str],
    intervention: Intervention,
) -> Option<TracedRun> {
    let begin = Instant::now();
    // The shell stops itself, so that the tracer sees the program from its first instruction.
    let mut command = sandbox.shell("kill -STOP $$; exec \"$@\"", arguments);
    let shown = format!("{arguments:?} {intervention:?}");
    let mut child = command.spawn().unwrap();
    let main = Pid::from_raw(child.id().try_into().unwrap());
    let stopped = waitpid(main, Some(WaitPidFlag::WUNTRACED)).unwrap();
    assert!(matches!(stopped, WaitStatus::Stopped(..)), "{stopped:?}");
    let options = Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEFORK
        | Options::PTRACE_O_TRACEVFORK
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_EXITKILL;
    if let Err(error) = ptrace::seize(main, options) {
        eprintln!("*** NOT TESTED: ptrace is not permitted here: {error} ***");
        kill(main, Signal::SIGKILL).unwrap();
        waitpid(main, None).unwrap();
        return None;
    }
    kill(main, Signal::SIGCONT).unwrap();
    let mut tracer = Tracer {
        main,
        intervention,
        has_begun: false,
        is_treated: false,
        inside: HashMap::new(),
        changes: Vec::new(),
    };
    let (code, signal) = tracer.follow();
    let read = |stream: &mut dyn Read| {
        let mut text = Vec::new();
        stream.read_to_end(&mut text).unwrap();
        text
    };
    let outcome = Outcome {
        shown,
        code,
        signal,
        stdout: read(child.stdout.as_mut().unwrap()),
        stderr: String::from_utf8(read(child.stderr.as_mut().unwrap())).unwrap(),
        elapsed: begin.elapsed(),
    };
    Some(TracedRun {
        changes: tracer.changes,
        is_treated: tracer.is_treated,
        outcome,
    })
}

struct Tracer {
    main: Pid,
    intervention: Intervention,
    /// The shell has become the program.
    has_begun: bool,
    is_treated: bool,
    /// The threads within a system call, and the error that it is to return.
    inside: HashMap<Pid, Option<Errno>>,
    changes: Vec<Change>,
}

impl Tracer {
    /// Follows the program to its end: its exit code or the signal that ended it.
    fn follow(&mut self) -> (Option<i32>, Option<i32>) {
        // The children of this thread alone: other tests run in other threads.
        let flags = WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
        loop {
            let (thread, signal) = match waitpid(None, Some(flags)) {
                Ok(WaitStatus::Exited(pid, code)) if pid == self.main => return (Some(code), None),
                Ok(WaitStatus::Signaled(pid, signal, _)) if pid == self.main => {
                    return (None, Some(signal as i32));
                }
                Ok(WaitStatus::PtraceSyscall(thread)) => {
                    self.at_system_call(thread);
                    (thread, None)
                }
                Ok(WaitStatus::PtraceEvent(thread, _, event)) => {
                    self.has_begun |= event == ptrace::Event::PTRACE_EVENT_EXEC as i32;
                    (thread, None)
                }
                Ok(WaitStatus::Stopped(thread, signal)) => (thread, Some(signal)),
                Ok(_) | Err(Errno::EINTR) => continue,
                Err(error) => panic!("waitpid: {error}"),
            };
            // A thread that was killed in the meantime cannot continue.
            let _ = ptrace::syscall(thread, signal);
        }
    }

    /// Handles the begin or the end of a system call.
    fn at_system_call(&mut self, thread: Pid) {
        if let Some(error) = self.inside.remove(&thread) {
            if let (Some(error), Ok(mut registers)) = (error, ptrace::getregs(thread)) {
                registers.rax = (-(error as i64)).cast_unsigned();
                ptrace::setregs(thread, registers).unwrap();
            }
            return;
        }
        self.inside.insert(thread, None);
        let Ok(registers) = ptrace::getregs(thread) else {
            return;
        };
        let arguments = [registers.rdi, registers.rsi, registers.rdx, registers.r10];
        let Some(change) = change(thread, registers.orig_rax, arguments) else {
            return;
        };
        if !self.has_begun || self.is_treated && matches!(self.intervention, Intervention::Kill(_))
        {
            return;
        }
        let number = self.changes.len();
        self.changes.push(change);
        match self.intervention {
            Intervention::Kill(at) if at == number => {
                self.is_treated = true;
                kill(self.main, Signal::SIGKILL).unwrap();
            }
            Intervention::Fail(at, error) if at == number => {
                self.is_treated = true;
                self.inside.insert(thread, Some(error));
                let mut registers = registers;
                registers.orig_rax = u64::MAX;
                ptrace::setregs(thread, registers).unwrap();
            }
            _ => {}
        }
    }
}

/// The change that a system call makes, if it is one of a file or a directory.
fn change(thread: Pid, number: u64, arguments: [u64; 4]) -> Option<Change> {
    const O_CREAT: u64 = 0o100;
    let [first, second, third, fourth] = arguments;
    let of_file = |call| {
        let path = std::fs::read_link(format!("/proc/{thread}/fd/{first}")).ok()?;
        let is_file = path.is_absolute() && !path.starts_with("/dev") && !path.starts_with("/proc");
        is_file.then_some(Change {
            call,
            path,
            to: None,
        })
    };
    let of_name = |call, directory, name| {
        Some(Change {
            call,
            path: path(thread, directory, name)?,
            to: None,
        })
    };
    let here = u64::from(u32::MAX) - 99; // AT_FDCWD
    // syscall_64.tbl of Linux.
    match number {
        1 => of_file("write"),
        18 => of_file("pwrite64"),
        20 => of_file("writev"),
        40 => of_file("sendfile"),
        74 => of_file("fsync"),
        75 => of_file("fdatasync"),
        77 => of_file("ftruncate"),
        91 => of_file("fchmod"),
        190 => of_file("fsetxattr"),
        199 => of_file("fremovexattr"),
        280 if second == 0 => of_file("utimensat"),
        285 => of_file("fallocate"),
        326 => of_file("copy_file_range"),
        2 if second & O_CREAT != 0 => of_name("open", here, first),
        257 if third & O_CREAT != 0 => of_name("openat", first, second),
        83 => of_name("mkdir", here, first),
        258 => of_name("mkdirat", first, second),
        84 => of_name("rmdir", here, first),
        87 => of_name("unlink", here, first),
        263 => of_name("unlinkat", first, second),
        82 => Some(Change {
            call: "rename",
            path: path(thread, here, first)?,
            to: path(thread, here, second),
        }),
        264 | 316 => Some(Change {
            call: "renameat",
            path: path(thread, first, second)?,
            to: path(thread, third, fourth),
        }),
        265 => Some(Change {
            call: "linkat",
            path: path(thread, first, second)?,
            to: path(thread, third, fourth),
        }),
        _ => None,
    }
}

/// The path that a system call names relative to a directory.
fn path(thread: Pid, directory: u64, address: u64) -> Option<PathBuf> {
    let name = PathBuf::from(OsString::from_vec(text(thread, address)?));
    #[expect(clippy::cast_possible_truncation, reason = "a descriptor is an int")]
    let directory = match directory as i32 {
        -100 => format!("/proc/{thread}/cwd"),
        descriptor => format!("/proc/{thread}/fd/{descriptor}"),
    };
    let directory = std::fs::read_link(Path::new(&directory)).ok()?;
    Some(directory.join(name))
}

/// A string in the memory of a thread that ends with NUL.
fn text(thread: Pid, address: u64) -> Option<Vec<u8>> {
    let memory = File::open(format!("/proc/{thread}/mem")).ok()?;
    let mut text = vec![0; 4096];
    // The page after it may not be mapped.
    let len = memory.read_at(&mut text, address).ok()?;
    text.truncate(len);
    let end = text.iter().position(|byte| *byte == 0)?;
    text.truncate(end);
    Some(text)
}

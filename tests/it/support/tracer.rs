//! Runs the program under ptrace(2): records the system calls that change files, ends the program at one of them, or makes
//! one fail.
//!
//! For x86-64 Linux. Elsewhere, and where a sandbox refuses ptrace, [`trace`] returns `None`.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{IoSliceMut, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::errno::Errno;
use nix::libc;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::uio::{RemoteIoVec, process_vm_readv};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// The intervention in a run. Calls are counted from 0.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    /// None.
    Record,
    /// SIGKILL before this call.
    KillAt(usize),
    /// SIGKILL after half of the bytes of this call, if it is a write; else after the call.
    KillInside(usize),
    /// This call fails with the error, without any effect.
    Fail(usize, Errno),
}

/// A kind of system call that changes files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Create,
    Write,
    SetLength,
    SetAttributes,
    Sync,
    Rename,
    Unlink,
    MakeDirectory,
}

/// A system call that changed files.
#[derive(Debug, Clone)]
pub struct Call {
    pub op: Op,
    /// The file, or the directory that is synced.
    pub path: PathBuf,
    /// The new path of a rename.
    pub to: Option<PathBuf>,
    /// `st_ino` of the file.
    pub inode: u64,
    /// The end of the bytes written, from the beginning of the file.
    pub bytes: u64,
    pub succeeded: bool,
}

/// The result of a traced run.
#[derive(Debug)]
pub struct Trace {
    pub calls: Vec<Call>,
    /// `None` after a signal.
    pub code: Option<i32>,
    pub stderr: String,
}

/// Runs the program; `within` is the directory whose files count. `None` if ptrace is not available.
#[expect(
    clippy::zombie_processes,
    reason = "Tracer::run waits for it with waitpid"
)]
pub fn trace(command: &mut Command, within: &Path, act: Act) -> Option<Trace> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return None;
    }
    let mut stderr = tempfile::tempfile().unwrap();
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(stderr.try_clone().unwrap());
    let mut child = command.spawn().unwrap();
    let pid = Pid::from_raw(child.id().cast_signed());
    let options = Options::PTRACE_O_TRACESYSGOOD
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_EXITKILL;
    if ptrace::seize(pid, options).is_err() {
        child.kill().unwrap();
        child.wait().unwrap();
        return None;
    }
    // The shell waits for this line before it executes the program.
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    let mut tracer = Tracer {
        pid,
        within,
        act,
        has_begun: false,
        entered: 0,
        inside: HashMap::new(),
        calls: Vec::new(),
    };
    let code = tracer.run();
    let mut text = String::new();
    stderr.rewind().unwrap();
    stderr.read_to_string(&mut text).unwrap();
    Some(Trace {
        calls: tracer.calls,
        code,
        stderr: text,
    })
}

/// What happens at the end of a call.
enum AtExit {
    Record,
    Kill,
    Fail(Errno),
}

struct Tracer<'a> {
    pid: Pid,
    within: &'a Path,
    act: Act,
    /// The shell has executed the program.
    has_begun: bool,
    /// Calls so far.
    entered: usize,
    /// The call that each thread is in.
    inside: HashMap<Pid, (Call, AtExit)>,
    calls: Vec<Call>,
}

impl Tracer<'_> {
    /// Returns the exit code.
    fn run(&mut self) -> Option<i32> {
        // Other tests trace in other threads: only this thread's children.
        let flags = WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
        loop {
            let (pid, signal) = match waitpid(Pid::from_raw(-1), Some(flags)) {
                Ok(WaitStatus::Exited(pid, code)) if pid == self.pid => return Some(code),
                Ok(WaitStatus::Signaled(pid, _, _)) if pid == self.pid => return None,
                Ok(WaitStatus::PtraceEvent(pid, _, event)) => {
                    self.has_begun |= event == libc::PTRACE_EVENT_EXEC;
                    (pid, None)
                }
                Ok(WaitStatus::PtraceSyscall(pid)) => {
                    // A thread that was killed meanwhile cannot be examined.
                    let _ = self.at_call(pid);
                    (pid, None)
                }
                Ok(WaitStatus::Stopped(pid, signal)) => (pid, Some(signal)),
                Err(Errno::ECHILD) => return None,
                Ok(_) | Err(Errno::EINTR) => continue,
                Err(errno) => panic!("waitpid: {errno}"),
            };
            let _ = match self.has_begun {
                true => ptrace::syscall(pid, signal),
                false => ptrace::cont(pid, signal),
            };
        }
    }

    fn at_call(&mut self, thread: Pid) -> nix::Result<()> {
        match ptrace::syscall_info(thread)?.op {
            libc::PTRACE_SYSCALL_INFO_ENTRY => self.at_entry(thread),
            libc::PTRACE_SYSCALL_INFO_EXIT => self.at_exit(thread),
            _ => Ok(()),
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn at_entry(&mut self, thread: Pid) -> nix::Result<()> {
        let mut registers = ptrace::getregs(thread)?;
        let Some(call) = self.classify(thread, &registers) else {
            return Ok(());
        };
        let number = self.entered;
        self.entered += 1;
        let at_exit = match self.act {
            Act::KillAt(at) if at == number => return kill(self.pid, Signal::SIGKILL),
            Act::KillInside(at) if at == number => {
                if call.op == Op::Write {
                    registers.rdx /= 2;
                    ptrace::setregs(thread, registers)?;
                }
                AtExit::Kill
            }
            Act::Fail(at, errno) if at == number => {
                registers.orig_rax = u64::MAX;
                ptrace::setregs(thread, registers)?;
                AtExit::Fail(errno)
            }
            _ => AtExit::Record,
        };
        self.inside.insert(thread, (call, at_exit));
        Ok(())
    }

    #[cfg(target_arch = "x86_64")]
    fn at_exit(&mut self, thread: Pid) -> nix::Result<()> {
        let Some((mut call, at_exit)) = self.inside.remove(&thread) else {
            return Ok(());
        };
        let mut registers = ptrace::getregs(thread)?;
        match at_exit {
            AtExit::Kill => return kill(self.pid, Signal::SIGKILL),
            AtExit::Fail(errno) => {
                registers.rax = (-i64::from(errno as i32)).cast_unsigned();
                ptrace::setregs(thread, registers)?;
                call.succeeded = false;
            }
            AtExit::Record => call.succeeded = registers.rax.cast_signed() >= 0,
        }
        if call.op == Op::Create && call.succeeded {
            call.inode = inode(&call.path);
        }
        self.calls.push(call);
        Ok(())
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn at_entry(&mut self, _: Pid) -> nix::Result<()> {
        Ok(())
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn at_exit(&mut self, _: Pid) -> nix::Result<()> {
        Ok(())
    }

    /// The call that a thread is about to make, if it changes files of the directory.
    #[cfg(target_arch = "x86_64")]
    fn classify(&self, thread: Pid, registers: &libc::user_regs_struct) -> Option<Call> {
        let (first, second, third, fourth) =
            (registers.rdi, registers.rsi, registers.rdx, registers.r10);
        let at = |directory: u64, path: u64| self.resolve(thread, directory, path);
        let file = |number: u64| self.descriptor(number);
        let creates = |flags: u64| flags & u64::from(libc::O_CREAT.cast_unsigned()) != 0;
        let (op, path, to, bytes) = match registers.orig_rax.cast_signed() {
            libc::SYS_write | libc::SYS_writev => (Op::Write, file(first)?, None, third),
            libc::SYS_pwrite64 => (Op::Write, file(first)?, None, third + fourth),
            libc::SYS_pwritev | libc::SYS_pwritev2 | libc::SYS_sendfile => {
                (Op::Write, file(first)?, None, third)
            }
            libc::SYS_copy_file_range => (Op::Write, file(third)?, None, 0),
            libc::SYS_ftruncate => (Op::SetLength, file(first)?, None, second),
            libc::SYS_fallocate => (Op::SetLength, file(first)?, None, third + fourth),
            libc::SYS_fchmod => (Op::SetAttributes, file(first)?, None, 0),
            libc::SYS_utimensat if second == 0 => (Op::SetAttributes, file(first)?, None, 0),
            libc::SYS_fsync | libc::SYS_fdatasync => (Op::Sync, file(first)?, None, 0),
            libc::SYS_openat if creates(third) => (Op::Create, at(first, second)?, None, 0),
            libc::SYS_open if creates(second) => (Op::Create, at(CWD, first)?, None, 0),
            libc::SYS_rename => (Op::Rename, at(CWD, first)?, at(CWD, second), 0),
            libc::SYS_renameat | libc::SYS_renameat2 => {
                (Op::Rename, at(first, second)?, at(third, fourth), 0)
            }
            libc::SYS_unlink => (Op::Unlink, at(CWD, first)?, None, 0),
            libc::SYS_unlinkat => (Op::Unlink, at(first, second)?, None, 0),
            libc::SYS_mkdir => (Op::MakeDirectory, at(CWD, first)?, None, 0),
            libc::SYS_mkdirat => (Op::MakeDirectory, at(first, second)?, None, 0),
            _ => return None,
        };
        path.starts_with(self.within).then(|| Call {
            op,
            inode: inode(&path),
            path,
            to,
            bytes,
            succeeded: false,
        })
    }

    fn descriptor(&self, number: u64) -> Option<PathBuf> {
        let number = i32::try_from(number & 0xffff_ffff).ok()?;
        fs::read_link(format!("/proc/{}/fd/{number}", self.pid)).ok()
    }

    fn resolve(&self, thread: Pid, directory: u64, path: u64) -> Option<PathBuf> {
        let directory = match directory & 0xffff_ffff {
            CWD => fs::read_link(format!("/proc/{}/cwd", self.pid)).ok()?,
            number => self.descriptor(number)?,
        };
        Some(directory.join(text(thread, usize::try_from(path).ok()?)?))
    }
}

/// `AT_FDCWD` as an unsigned int.
const CWD: u64 = 0xffff_ff9c;

fn inode(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    fs::symlink_metadata(path).map_or(0, |metadata| metadata.ino())
}

/// The text at an address, page by page: the next page may not be mapped.
fn text(thread: Pid, mut address: usize) -> Option<String> {
    let mut all = Vec::new();
    while all.len() < 8192 {
        let mut page = vec![0; 4096 - address % 4096];
        let remote = RemoteIoVec {
            base: address,
            len: page.len(),
        };
        let read = process_vm_readv(thread, &mut [IoSliceMut::new(&mut page)], &[remote]).ok()?;
        match page[..read].iter().position(|byte| *byte == 0) {
            Some(end) => {
                all.extend_from_slice(&page[..end]);
                return String::from_utf8(all).ok();
            }
            None => all.extend_from_slice(&page[..read]),
        }
        address += read;
    }
    None
}

/// Returns whether ptrace works here; says so on the terminal if not.
pub fn is_available() -> bool {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "read go; exec /bin/sh -c :"]);
    let works = trace(&mut command, Path::new("/"), Act::Record).is_some();
    if !works {
        say_not_run("ptrace is refused or unsupported here");
    }
    works
}

/// Says that a test tested nothing, past the capture of the test harness: it must be seen also when the test passes.
pub fn say_not_run(reason: &str) {
    if let Ok(mut terminal) = File::options().write(true).open("/dev/stderr") {
        let _ = writeln!(terminal, "NOT RUN, a crash test: {reason}");
    }
}

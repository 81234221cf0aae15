//! Blocking workers and the signals that stop them: the only file that knows tokio.
//!
//! The first SIGINT, SIGTERM or SIGHUP trips the [`Cancel`]; workers then have [`GRACE`] to clean up and return. A worker
//! that does not, because a disk or a peer does not answer, is not waited for: local files that it would leave behind
//! are removed. Another Ctrl-C ends the process at once; other signals do not, because they arrive in pairs: the shell and
//! the kernel both send SIGHUP when a terminal is closed, and timeout(1) sends SIGTERM to the child and to its group.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::signal::unix::{SignalKind, signal};

use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result};
use crate::exit::{Exit, Signal};

/// The time in which workers have to stop.
const GRACE: Duration = Duration::from_millis(1800);

/// A SIGINT that follows another one sooner is the same Ctrl-C, sent to the process and to its group.
const SAME_CTRL_C: Duration = Duration::from_millis(100);

/// Bytes of a worker's stack: no recursion of ours is deep.
const STACK: usize = 512 << 10;

/// Does `work` for every job, at most `workers` at a time, and returns the results in order of completion. After a
/// signal no further job is begun, so that there may be fewer results than jobs.
///
/// At the deadline everything is asked to stop as by a signal. A panic of a worker is resumed here.
pub fn run<J, R>(
    jobs: Vec<J>,
    workers: usize,
    cancel: &Arc<Cancel>,
    deadline: Option<Instant>,
    work: impl Fn(J) -> R + Send + Sync + 'static,
) -> Result<Vec<R>>
where
    J: Send + 'static,
    R: Send + 'static,
{
    let workers = workers.clamp(1, jobs.len().max(1));
    check_descriptors()?;
    let failed = |error: std::io::Error| Error::local("start the workers", &error);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(workers)
        .thread_stack_size(STACK)
        .build()
        .map_err(failed)?;
    let shared = Arc::new(Queue {
        jobs: Mutex::new(jobs.into()),
        results: Mutex::new(Vec::new()),
        work,
        cancel: Arc::clone(cancel),
    });
    let finished = runtime.block_on(async {
        let mut signals = Signals::listen().map_err(failed)?;
        let mut running: Vec<_> = (0..workers)
            .map(|_| {
                let shared = Arc::clone(&shared);
                tokio::task::spawn_blocking(move || shared.drain_queue())
            })
            .collect();
        let all = async {
            for worker in &mut running {
                worker.await?;
            }
            Ok::<(), tokio::task::JoinError>(())
        };
        tokio::pin!(all);
        let mut ctrl_c = None;
        tokio::select! {
            ended = &mut all => return Ok(Some(ended)),
            signal = signals.next() => {
                if signal == Signal::Interrupt {
                    ctrl_c = Some(Instant::now());
                }
                cancel.cancel(signal);
            }
            () = until(deadline) => cancel.expire(),
        }
        tokio::select! {
            ended = &mut all => Ok(Some(ended)),
            () = signals.another_ctrl_c(ctrl_c) => Ok(None),
            () = tokio::time::sleep(GRACE) => Ok(None),
        }
    })?;
    match finished {
        Some(Ok(())) => {}
        Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Some(Err(_)) => return Err(Error::new(Kind::Local, "a worker vanished")),
        None => exit_now(cancel),
    }
    // All workers have ended: nobody else holds the lock.
    Ok(std::mem::take(
        &mut *shared
            .results
            .lock()
            .unwrap_or_else(PoisonError::into_inner),
    ))
}

/// The least number of file descriptors: below it tokio's signal handling panics instead of failing.
const LEAST_DESCRIPTORS: u64 = 16;

fn check_descriptors() -> Result<()> {
    match rustix::process::getrlimit(rustix::process::Resource::Nofile).current {
        Some(limit) if limit < LEAST_DESCRIPTORS => {
            let text = format!("the limit of {limit} open files is too low");
            Err(Error::new(Kind::Local, text)
                .with_hint(format!("raise it: ulimit -n {LEAST_DESCRIPTORS}, or more")))
        }
        _ => Ok(()),
    }
}

/// Does `work` on a worker, under the same signals and deadline as [`run`].
pub fn run_one<T: Send + 'static>(
    cancel: &Arc<Cancel>,
    deadline: Option<Instant>,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let results = run(vec![work], 1, cancel, deadline, |work| work())?;
    results.into_iter().next().unwrap_or_else(|| {
        // Nothing is begun after a signal.
        cancel.check()?;
        Err(Error::new(Kind::Local, "a worker vanished"))
    })
}

/// Runs `work` on `workers` threads, this one (number 0) included, until all of them return. A panic of one is resumed here.
pub fn run_workers(workers: usize, work: impl Fn(usize) + Sync) {
    run_with_helpers(
        workers.saturating_sub(1),
        |worker| work(worker + 1),
        || work(0),
    );
}

/// Runs `lead` on this thread and `work` on up to `helpers` others, until all of them return. A panic of one is resumed here.
pub fn run_with_helpers<R>(
    helpers: usize,
    work: impl Fn(usize) + Sync,
    lead: impl FnOnce() -> R,
) -> R {
    let work = &work;
    std::thread::scope(|scope| {
        // Spawned in reverse: if threads run out, the in-order hasher must still get one.
        for helper in (0..helpers).rev() {
            let started = std::thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, move || work(helper));
            if started.is_err() {
                // The system has no more threads: fewer workers do the same work.
                break;
            }
        }
        lead()
    })
}

/// Reports by its closure that a worker panicked, so that no thread waits for the worker's part.
pub struct PanicGuard<F: Fn(Error)>(pub F);

impl<F: Fn(Error)> Drop for PanicGuard<F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let text = "a worker ended in the middle of its part";
            (self.0)(Error::new(Kind::Local, text));
        }
    }
}

struct Queue<J, R, W> {
    jobs: Mutex<VecDeque<J>>,
    results: Mutex<Vec<R>>,
    work: W,
    cancel: Arc<Cancel>,
}

impl<J, R, W: Fn(J) -> R> Queue<J, R, W> {
    fn drain_queue(&self) {
        while self.cancel.check().is_ok() {
            let Some(job) = self
                .jobs
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop_front()
            else {
                return;
            };
            let result = (self.work)(job);
            self.results
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(result);
        }
    }
}

/// The signals that stop a run, less those that whoever started us had set to be ignored (nohup, a shell's `&`).
struct Signals(Vec<(Signal, tokio::signal::unix::Signal)>);

impl Signals {
    fn listen() -> std::io::Result<Self> {
        let ignored = ignored_signals();
        let kinds = [
            (Signal::Interrupt, SignalKind::interrupt()),
            (Signal::Terminate, SignalKind::terminate()),
            (Signal::Hangup, SignalKind::hangup()),
        ];
        let mut listeners = Vec::new();
        for (name, kind) in kinds {
            if ignored & (1 << (name.number() - 1)) == 0 {
                listeners.push((name, signal(kind)?));
            }
        }
        // While SIGCHLD is ignored, as we may have inherited it, the exit statuses of our children are lost. The handler stays.
        drop(signal(SignalKind::child())?);
        Ok(Self(listeners))
    }

    /// Waits for the next one; for ever, if all are ignored.
    async fn next(&mut self) -> Signal {
        poll_fn(|context| {
            for (name, listener) in &mut self.0 {
                if let Poll::Ready(Some(())) = listener.poll_recv(context) {
                    return Poll::Ready(*name);
                }
            }
            Poll::Pending
        })
        .await
    }

    /// Waits for a SIGINT that is not the `first` one again.
    async fn another_ctrl_c(&mut self, mut first: Option<Instant>) {
        loop {
            if self.next().await != Signal::Interrupt {
                continue;
            }
            match first {
                Some(first) if first.elapsed() > SAME_CTRL_C => return,
                Some(_) => {}
                None => first = Some(Instant::now()),
            }
        }
    }
}

/// Waits for the deadline; for ever, if there is none.
async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

/// The mask of ignored signals that we inherited: bit n-1 stands for signal n (proc_pid_status(5)).
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

/// Ends the process although workers are still busy.
#[expect(
    clippy::exit,
    reason = "workers that do not answer cannot be joined, and the user does not want to wait"
)]
fn exit_now(cancel: &Cancel) -> ! {
    cancel.run_cleanups();
    let reason = cancel.check().err();
    if let Some(error) = &reason {
        // stderr may be closed, and there is no other place for the message.
        let _ = writeln!(
            std::io::stderr(),
            "blobctl: {error}, and the clean-up did not finish in time: unfinished uploads or temporary files may remain"
        );
    }
    let exit = reason.map_or(Exit::Bug, |error| error.exit());
    std::process::exit(exit.code().into())
}

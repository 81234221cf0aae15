//! Worker threads, and the signals that stop them. The only file that uses tokio.
//!
//! The first SIGINT, SIGTERM or SIGHUP trips the [`Cancel`]; workers then have [`GRACE`] to clean up and return. The process
//! does not wait longer for a worker that is blocked by a disk or a peer: it removes the worker's local temporary files and
//! exits. A second Ctrl-C makes it exit at once. Other repeated signals do not, because they arrive in pairs: the shell and
//! the kernel both send SIGHUP when a terminal is closed, and timeout(1) sends SIGTERM to the child and to its group.

use std::future::poll_fn;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{JoinError, JoinHandle};

use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result};
use crate::exit::{Exit, Signal};

/// The time that workers have to stop.
const GRACE: Duration = Duration::from_millis(1800);

/// A SIGINT that follows the first one sooner belongs to the same Ctrl-C, sent to the process and to its group.
const SAME_CTRL_C: Duration = Duration::from_millis(100);

/// Bytes of a worker's stack. No code recurses deeply.
const STACK: usize = 512 << 10;

/// The smallest limit of file descriptors: enough for one transfer, from a store to another, of 4 parts. Below 16, tokio's
/// signal handling panics instead of failing.
const LEAST_DESCRIPTORS: u64 = 32;

/// Does `work` for every job, at most `workers` at a time, and returns the results in order of completion. After a
/// signal no further job is begun, so there may be fewer results than jobs.
///
/// A worker takes its next job from the iterator when it needs one: jobs need not be known before the first one is done, nor
/// be in memory. The deadline stops the workers like a signal. A panic of a worker is resumed here.
pub fn run<I, J, R>(
    jobs: I,
    workers: usize,
    cancel: &Arc<Cancel>,
    deadline: Option<Instant>,
    work: impl Fn(J) -> R + Send + Sync + 'static,
) -> Result<Vec<R>>
where
    I: Iterator<Item = J> + Send + 'static,
    J: 'static,
    R: Send + 'static,
{
    let most = jobs.size_hint().1.unwrap_or(usize::MAX);
    let workers = workers.clamp(1, most.max(1));
    check_descriptors()?;
    let runtime = build_runtime(workers)?;
    let crew = Arc::new(Crew {
        jobs: Mutex::new(jobs),
        results: Mutex::new(Vec::new()),
        work,
        cancel: Arc::clone(cancel),
        most: workers,
        started: AtomicUsize::new(0),
        handles: Mutex::new(Vec::new()),
        runtime: runtime.handle().clone(),
    });
    let end = runtime.block_on(async {
        // Before the workers start: a signal that arrives earlier has its default action.
        let signals = Signals::listen().map_err(cannot_start)?;
        crew.start_worker();
        Ok::<_, Error>(wait_for_workers(join(&crew), signals, cancel, deadline).await)
    })?;
    match end {
        WorkersEnd::Returned => Ok(crew.take_results()),
        WorkersEnd::Failed(error) if error.is_panic() => {
            std::panic::resume_unwind(error.into_panic())
        }
        WorkersEnd::Failed(_) => Err(no_result()),
        WorkersEnd::StillBusy => exit_now(cancel),
    }
}

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

fn build_runtime(workers: usize) -> Result<Runtime> {
    Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(workers)
        .thread_stack_size(STACK)
        .build()
        .map_err(cannot_start)
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn cannot_start(error: std::io::Error) -> Error {
    Error::local("start the workers", &error)
}

fn no_result() -> Error {
    Error::new(Kind::Local, "a worker ended without a result")
}

/// The state of the workers when the wait for them ends.
enum WorkersEnd {
    /// All have returned.
    Returned,
    /// One has panicked.
    Failed(JoinError),
    /// Some did not return within [`GRACE`], or before another Ctrl-C.
    StillBusy,
}

/// Waits until all workers have returned. A signal and the deadline ask them to stop, and bound the wait.
async fn wait_for_workers(
    all: impl Future<Output = WorkersEnd>,
    mut signals: Signals,
    cancel: &Cancel,
    deadline: Option<Instant>,
) -> WorkersEnd {
    tokio::pin!(all);
    let first_ctrl_c = tokio::select! {
        end = &mut all => return end,
        signal = signals.next() => {
            let now = Instant::now();
            cancel.cancel(signal);
            (signal == Signal::Interrupt).then_some(now)
        }
        () = until(deadline) => {
            cancel.expire();
            None
        }
    };
    tokio::select! {
        end = &mut all => end,
        () = signals.another_ctrl_c(first_ctrl_c) => WorkersEnd::StillBusy,
        () = tokio::time::sleep(GRACE) => WorkersEnd::StillBusy,
    }
}

/// Waits for all workers, or until one fails. A worker that starts another one has not ended yet, so none is missed.
async fn join<I, R, W>(crew: &Crew<I, R, W>) -> WorkersEnd {
    while let Some(worker) = crew.next_handle() {
        if let Err(error) = worker.await {
            return WorkersEnd::Failed(error);
        }
    }
    WorkersEnd::Returned
}

/// Does `work` on a worker, under the same signals and deadline as [`run`].
pub fn run_one<T: Send + 'static>(
    cancel: &Arc<Cancel>,
    deadline: Option<Instant>,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let jobs = std::iter::once(work);
    let results = run(jobs, 1, cancel, deadline, |work| work())?;
    results.into_iter().next().unwrap_or_else(|| {
        // No job is begun after a signal.
        cancel.check()?;
        Err(no_result())
    })
}

/// Runs `work` on `workers` threads, of which the calling one is number 0, until all of them return. A panic of a thread is
/// resumed here.
pub fn run_workers(workers: usize, work: impl Fn(usize) + Sync) {
    run_with_helpers(
        workers.saturating_sub(1),
        |worker| work(worker + 1),
        || work(0),
    );
}

/// Runs `work` on a thread that is not waited for.
pub fn start_thread(work: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work);
    thread.map(drop).map_err(cannot_start)
}

/// Runs `lead` on the calling thread and `work` on up to `helpers` others, until all of them return. A panic of a thread is
/// resumed here.
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
                // The system has no more threads: fewer workers do the work.
                break;
            }
        }
        lead()
    })
}

/// Calls its closure if the worker panics, so that no other thread waits for the worker's part.
pub struct PanicGuard<F: Fn(Error)>(pub F);

impl<F: Fn(Error)> Drop for PanicGuard<F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.0)(no_result());
        }
    }
}

/// The workers of a run, and what they share.
struct Crew<I, R, W> {
    jobs: Mutex<I>,
    results: Mutex<Vec<R>>,
    work: W,
    cancel: Arc<Cancel>,
    /// The maximum number of workers.
    most: usize,
    started: AtomicUsize,
    handles: Mutex<Vec<JoinHandle<()>>>,
    runtime: Handle,
}

impl<I, J, R, W> Crew<I, R, W>
where
    I: Iterator<Item = J> + Send + 'static,
    J: 'static,
    R: Send + 'static,
    W: Fn(J) -> R + Send + Sync + 'static,
{
    /// Starts one more worker, unless there are enough.
    fn start_worker(self: &Arc<Self>) {
        if self.started.fetch_add(1, Ordering::Relaxed) >= self.most {
            return;
        }
        let crew = Arc::clone(self);
        let handle = self.runtime.spawn_blocking(move || crew.drain_queue());
        self.lock_handles().push(handle);
    }

    /// Does one job after the other until none is left or the run was asked to stop. A worker that has found a job starts
    /// another worker, which may find one, too: few jobs need few threads.
    fn drain_queue(self: &Arc<Self>) {
        let mut is_first = true;
        while self.cancel.check().is_ok() {
            let Some(job) = self.next_job() else {
                return;
            };
            if std::mem::take(&mut is_first) {
                self.start_worker();
            }
            let result = (self.work)(job);
            self.results
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(result);
        }
    }

    /// Holds the lock while the iterator looks for the next job.
    fn next_job(&self) -> Option<J> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.next()
    }

    fn take_results(&self) -> Vec<R> {
        let mut results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *results)
    }
}

impl<I, R, W> Crew<I, R, W> {
    fn lock_handles(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.handles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_handle(&self) -> Option<JoinHandle<()>> {
        self.lock_handles().pop()
    }
}

/// The signals that stop a run, except those that the parent process has set to be ignored (nohup, a shell's `&`).
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
        // By default SIGXFSZ kills the process at the limit of `ulimit -f`; with a handler, the write fails.
        let too_large = rustix::process::Signal::XFSZ.as_raw();
        drop(signal(SignalKind::from_raw(too_large))?);
        Ok(Self(listeners))
    }

    /// Waits for the next signal; forever if all are ignored.
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

    /// Waits for a SIGINT that does not belong to the `first` Ctrl-C.
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

/// Waits for the deadline; forever if there is none.
async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

/// The inherited mask of ignored signals: bit n-1 stands for signal n (proc_pid_status(5)).
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

/// Ends the process although workers are still busy.
#[expect(
    clippy::exit,
    reason = "a thread that does not return cannot be joined, and the user does not want to wait"
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

//! Crashes at every system call that changes files: the process is killed, the power is cut, or the call fails.
//!
//! After each: every name holds its old or its new content, what is not blobctl's is as it was, `mv` has not lost both
//! copies, and the same command run again ends as if nothing had happened.
#![allow(
    clippy::print_stdout,
    reason = "--nocapture shows how many cases there were"
)]

mod power_cut;
mod random_kills;
mod scenarios;
mod small_disk;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use nix::errno::Errno;

use crate::support::tracer::{self, Act, Call, Op, Trace, trace};
use crate::support::{Sandbox, files};
use scenarios::{SCENARIOS, Scenario};

/// Executes the program once the tracer has said so.
const WAIT: &str = "read go; exec \"$@\"";

/// Runs a scenario's command, from its beginning, with an intervention.
fn traced(scenario: &Scenario, act: Act) -> (Sandbox, Trace) {
    let sandbox = (scenario.prepare)();
    let within = sandbox.work().parent().unwrap().to_path_buf();
    let mut command = sandbox.shell(WAIT, scenario.arguments);
    let trace = trace(&mut command, &within, act).unwrap();
    (sandbox, trace)
}

/// The content of all files, by path relative to the sandbox.
fn contents(sandbox: &Sandbox) -> BTreeMap<PathBuf, Vec<u8>> {
    let root = sandbox.work().parent().unwrap().to_path_buf();
    let read = |path: PathBuf| {
        let content = std::fs::read(&path).unwrap();
        (path.strip_prefix(&root).unwrap().to_path_buf(), content)
    };
    files(&root).into_iter().map(read).collect()
}

/// The files before and after the undisturbed command.
struct Expected {
    before: BTreeMap<PathBuf, Vec<u8>>,
    after: BTreeMap<PathBuf, Vec<u8>>,
    calls: Vec<Call>,
}

impl Expected {
    fn of(scenario: &Scenario) -> Self {
        let before = contents(&(scenario.prepare)());
        let (sandbox, trace) = traced(scenario, Act::Record);
        assert_eq!(trace.code, Some(0), "{}: {}", scenario.name, trace.stderr);
        let after = contents(&sandbox);
        assert_ne!(before, after, "{}", scenario.name);
        Self {
            before,
            after,
            calls: trace.calls,
        }
    }

    /// Fails if a file is neither old nor new, or if a file is gone that neither the old nor the new state lacks.
    fn check_old_or_new(&self, found: &BTreeMap<PathBuf, Vec<u8>>, context: &str) {
        let names = self.before.keys().chain(self.after.keys());
        for name in names {
            let (old, new) = (self.before.get(name), self.after.get(name));
            let found = found.get(name);
            assert!(
                found == old || found == new,
                "{context}: {} is neither old nor new: {:?} bytes",
                name.display(),
                found.map(Vec::len)
            );
        }
        for name in found.keys() {
            let is_known = self.before.contains_key(name) || self.after.contains_key(name);
            assert!(
                is_known || is_temporary(name),
                "{context}: a new file {}",
                name.display()
            );
        }
        // Of mv: what is gone from the source is whole at the destination.
        let stored: Vec<_> = found.values().collect();
        for (name, content) in &self.before {
            let is_moved = self.after.values().any(|new| new == content);
            assert!(
                !is_moved || stored.contains(&content),
                "{context}: both copies of {} are lost",
                name.display()
            );
        }
    }
}

/// The names that an ended process may leave until the command runs again.
fn is_temporary(name: &std::path::Path) -> bool {
    let file = name.file_name().unwrap().to_string_lossy();
    (file.starts_with(".blobctl-") && file.ends_with(".part"))
        || name.starts_with("home/.local/state/blobctl/resume")
}

/// Runs the cases on all cores; all of them, also after a failure.
fn in_parallel<T: Sync>(cases: &[T], check: impl Fn(&T) + Sync) {
    let (next, failures) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let checked = catch_unwind(AssertUnwindSafe(|| check(case)));
                    failures.fetch_add(usize::from(checked.is_err()), Ordering::Relaxed);
                }
            });
        }
    });
    let failures = failures.into_inner();
    assert_eq!(failures, 0, "of {} cases; see above", cases.len());
}

/// Fails unless the same command, run again, ends as if nothing had happened before.
fn check_repeated(scenario: &Scenario, expected: &Expected, sandbox: &Sandbox, context: &str) {
    let again = sandbox.run(scenario.arguments);
    let is_done = scenario.name.starts_with("mv") && matches!(again.code, Some(1 | 3));
    assert!(again.code == Some(0) || is_done, "{context}: {again:?}");
    let mut found = contents(sandbox);
    // The probe by which mv finds two names of one file has a random name, so that two runs cannot mistake each other's: gc
    // removes it.
    found.retain(|name, content| {
        !(content.is_empty() && is_temporary(name) && scenario.name == "mv")
    });
    let differing: Vec<_> = found
        .iter()
        .filter(|(name, content)| expected.after.get(*name) != Some(content))
        .map(|(name, _)| name)
        .collect();
    assert!(
        found == expected.after,
        "{context}: differing after the second run: {differing:?} {again:?}"
    );
}

#[test]
fn a_process_killed_at_any_call_leaves_old_or_new_and_the_next_run_completes() {
    if !tracer::is_available() {
        return;
    }
    let expected: Vec<_> = SCENARIOS.iter().map(Expected::of).collect();
    let mut cases = Vec::new();
    for (scenario, expected) in SCENARIOS.iter().zip(&expected) {
        for at in 0..expected.calls.len() {
            cases.push((scenario, expected, Act::KillAt(at)));
            if expected.calls[at].op == Op::Write {
                cases.push((scenario, expected, Act::KillInside(at)));
            }
        }
    }
    assert!(cases.len() >= 400, "{} points", cases.len());
    println!("{} points", cases.len());
    let killed = AtomicUsize::new(0);
    in_parallel(&cases, |(scenario, expected, act)| {
        let (sandbox, trace) = traced(scenario, *act);
        let context = format!("{} {act:?}", scenario.name);
        killed.fetch_add(usize::from(trace.code.is_none()), Ordering::Relaxed);
        expected.check_old_or_new(&contents(&sandbox), &context);
        check_repeated(scenario, expected, &sandbox, &context);
    });
    // The number of calls varies a little from run to run, so that the last points may not exist.
    let killed = killed.into_inner();
    assert!(killed * 100 >= cases.len() * 95, "{killed} killed");
}

/// The errors that a file system may answer with at any call.
const ERRORS: [Errno; 6] = [
    Errno::ENOSPC,
    Errno::EIO,
    Errno::EDQUOT,
    Errno::EROFS,
    Errno::EMFILE,
    Errno::EINTR,
];

#[test]
fn an_error_at_any_call_ends_the_run_cleanly() {
    if !tracer::is_available() {
        return;
    }
    let scenarios: Vec<_> = SCENARIOS
        .iter()
        .filter(|scenario| scenario.is_small)
        .collect();
    let expected: Vec<_> = scenarios
        .iter()
        .map(|scenario| Expected::of(scenario))
        .collect();
    let mut cases = Vec::new();
    for (scenario, expected) in scenarios.iter().zip(&expected) {
        for at in 0..expected.calls.len() {
            cases.extend(ERRORS.map(|errno| (*scenario, expected, at, errno)));
        }
    }
    println!("{} faults", cases.len());
    in_parallel(&cases, |(scenario, expected, at, errno)| {
        let (sandbox, trace) = traced(scenario, Act::Fail(*at, *errno));
        let Some(failed) = trace.calls.iter().find(|call| !call.succeeded) else {
            return;
        };
        let context = format!(
            "{} {errno} at {:?} {}: code {:?}, {}",
            scenario.name,
            failed.op,
            failed.path.display(),
            trace.code,
            trace.stderr
        );
        let found = contents(&sandbox);
        expected.check_old_or_new(&found, &context);
        let is_interrupted = *errno == Errno::EINTR;
        match trace.code {
            Some(0) => assert!(
                found == expected.after || failed.op == Op::Unlink,
                "{context}"
            ),
            Some(8) if !is_interrupted => {
                let errors = trace
                    .stderr
                    .lines()
                    .filter(|line| line.starts_with("blobctl: "));
                let hints = trace
                    .stderr
                    .lines()
                    .filter(|line| line.starts_with("hint: "));
                let lines = trace.stderr.lines().count();
                let (errors, hints) = (errors.count(), hints.count());
                assert!(
                    errors == 1 && hints <= 1 && lines == errors + hints,
                    "{context}"
                );
            }
            _ => panic!("wrong code\n{context}"),
        }
        let left = found.keys().filter(|name| is_temporary(name)).count();
        let known = expected
            .before
            .keys()
            .filter(|name| is_temporary(name))
            .count();
        assert!(
            left <= known || failed.op == Op::Unlink,
            "{left} left\n{context}"
        );
        if trace.code != Some(0) {
            check_repeated(scenario, expected, &sandbox, &context);
        }
    });
}

#[test]
fn a_full_state_disk_costs_a_warning_at_most() {
    if !tracer::is_available() {
        return;
    }
    let scenario = &SCENARIOS[1];
    let expected = Expected::of(scenario);
    let is_state = |call: &Call| {
        let path = call.path.to_string_lossy();
        path.contains("/home/.local") && call.op != Op::Unlink
    };
    let calls = expected.calls.iter().enumerate();
    let cases: Vec<_> = calls.filter(|(_, call)| is_state(call)).collect();
    assert!(cases.len() >= 4, "{cases:?}");
    in_parallel(&cases, |(at, call)| {
        let (sandbox, trace) = traced(scenario, Act::Fail(*at, Errno::ENOSPC));
        let context = format!("{call:?}: {trace:?}");
        assert_eq!(trace.code, Some(0), "{context}");
        let lines = trace.stderr.lines();
        let are_warnings = lines.clone().all(|line| {
            line.starts_with("blobctl: warning: this transfer cannot be resumed later: ")
        });
        assert!(are_warnings && lines.count() <= 1, "{context}");
        assert_eq!(contents(&sandbox), expected.after, "{context}");
    });
}

#[test]
fn any_state_that_a_power_cut_can_leave_is_old_or_new() {
    if !tracer::is_available() {
        return;
    }
    let mut states = 0;
    for scenario in &SCENARIOS {
        let expected = Expected::of(scenario);
        let (sandbox, trace) = traced(scenario, Act::Record);
        states += power_cut::check(scenario.name, &sandbox, &expected, &trace.calls);
    }
    println!("{states} states");
    assert!(states >= 1000, "{states}");
}

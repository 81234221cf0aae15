//! The states of a disk after a power cut, built from the recorded system calls.
//!
//! What is synced is on the disk. Of what is not, each change of a directory may be there or not, independently of the others,
//! and the bytes of each file may be there or not.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::{Expected, is_temporary};
use crate::support::Sandbox;
use crate::support::tracer::{Call, Op};

/// The most changes whose combinations are all built.
const MOST: usize = 8;

/// The names on the disk, and the inode of each; `None` for a file that was there before and was not touched.
type Names = HashMap<PathBuf, Option<u64>>;

/// Checks all states after each call; returns their number.
pub fn check(name: &str, sandbox: &Sandbox, expected: &Expected, calls: &[Call]) -> usize {
    let root = sandbox.work().parent().unwrap().to_path_buf();
    let mut states = 0;
    for cut in 0..=calls.len() {
        let history = History::of(&calls[..cut]);
        let is_over = cut == calls.len();
        for kept in combinations(&history.pending) {
            let names = history.names(&root, expected, &kept);
            let context = format!("{name}: the power is cut after call {cut}, kept {kept:?}");
            check_state(&names, &history, expected, &root, &context);
            if is_over {
                check_durable(&names, expected, &root, &context);
            }
            states += 1;
        }
    }
    states
}

/// The calls before the cut.
struct History<'a> {
    calls: &'a [Call],
    /// The indexes of changes of directories that no sync has made durable.
    pending: Vec<usize>,
    /// Files with bytes that no sync has made durable.
    unsynced: HashSet<u64>,
}

impl<'a> History<'a> {
    fn of(calls: &'a [Call]) -> Self {
        let mut pending: Vec<usize> = Vec::new();
        let mut unsynced = HashSet::new();
        for (index, call) in calls.iter().enumerate().filter(|(_, call)| call.succeeded) {
            match call.op {
                Op::Write | Op::SetLength => {
                    unsynced.insert(call.inode);
                }
                Op::Sync => {
                    unsynced.remove(&call.inode);
                    pending.retain(|at| calls[*at].path.parent() != Some(&call.path));
                }
                Op::Create | Op::Rename | Op::Unlink | Op::MakeDirectory => pending.push(index),
                Op::SetAttributes => {}
            }
        }
        Self {
            calls,
            pending,
            unsynced,
        }
    }

    /// The names on the disk, if of the pending changes only these are on it.
    fn names(&self, root: &Path, expected: &Expected, kept: &[usize]) -> Names {
        let before = expected.before.keys();
        let mut names: Names = before.map(|name| (root.join(name), None)).collect();
        let mut lost_directories = HashSet::new();
        for (index, call) in self.calls.iter().enumerate() {
            if !call.succeeded {
                continue;
            }
            let is_lost = self.pending.contains(&index) && !kept.contains(&index);
            match call.op {
                Op::MakeDirectory if is_lost => {
                    lost_directories.insert(call.path.clone());
                }
                _ if is_lost => {}
                Op::Create => {
                    names.entry(call.path.clone()).or_insert(Some(call.inode));
                }
                Op::Rename => {
                    names.remove(&call.path);
                    names.insert(call.to.clone().unwrap(), Some(call.inode));
                }
                Op::Unlink => {
                    names.remove(&call.path);
                }
                _ => {}
            }
        }
        names.retain(|name, _| {
            !name
                .ancestors()
                .any(|above| lost_directories.contains(above))
        });
        names
    }
}

/// All subsets of a few changes. Of many, the first n, all but one, and single ones.
fn combinations(pending: &[usize]) -> Vec<Vec<usize>> {
    if pending.len() <= MOST {
        let subset = |bits: usize| {
            let chosen = pending.iter().enumerate();
            let chosen = chosen.filter(move |(at, _)| bits & (1 << at) != 0);
            chosen.map(|(_, index)| *index).collect()
        };
        return (0..1 << pending.len()).map(subset).collect();
    }
    let mut all: Vec<Vec<usize>> = (0..=pending.len())
        .map(|count| pending[..count].to_vec())
        .collect();
    for index in pending {
        all.push(vec![*index]);
        all.push(pending.iter().copied().filter(|at| at != index).collect());
    }
    all
}

/// Each name is as it was, or holds a new file whose bytes are all on the disk; nothing that moved is lost.
fn check_state(
    names: &Names,
    history: &History<'_>,
    expected: &Expected,
    root: &Path,
    context: &str,
) {
    for (name, inode) in names {
        let relative = name.strip_prefix(root).unwrap();
        if let Some(inode) = inode
            && !is_temporary(relative)
        {
            let is_durable = !history.unsynced.contains(inode);
            assert!(is_durable, "{context}: {} lost its bytes", name.display());
        }
    }
    for (old, content) in &expected.before {
        let new = expected.after.iter().find(|(_, new)| *new == content);
        let Some((new, _)) = new else { continue };
        assert!(
            names.contains_key(&root.join(old)) || names.contains_key(&root.join(new)),
            "{context}: both copies of {} are lost",
            old.display()
        );
    }
}

/// After the end of a successful command everything new is on the disk.
fn check_durable(names: &Names, expected: &Expected, root: &Path, context: &str) {
    for name in expected.after.keys() {
        let is_new = expected.before.get(name) != expected.after.get(name);
        let found = names.get(&root.join(name));
        assert!(
            found.is_some_and(|inode| inode.is_some() == is_new),
            "{context}: {} is not durable",
            name.display()
        );
    }
}

//! Death and failure at every change: the program is killed before each system call that changes a file, or one of these
//! calls fails. Each file is the old or the new one, files of others are untouched, and the same command, run again, ends with
//! the new files and leaves nothing.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use nix::errno::Errno;

use crate::support::s3::S3Server;
use crate::support::tracer::{Change, Intervention, TracedRun, trace};
use crate::support::{MIB, Sandbox, bytes, files, leftovers};

/// A command in a sandbox of its own.
struct Case {
    sandbox: Sandbox,
    arguments: Vec<String>,
    /// The files that the command replaces or creates.
    results: Vec<Replaced>,
    /// The exit codes of the same command after it was killed.
    codes_again: &'static [i32],
}

/// A file before and after the command.
struct Replaced {
    path: PathBuf,
    old: Option<Vec<u8>>,
    new: Option<Vec<u8>>,
    /// Another file that holds `new` until this one does: the source of a move.
    source: Option<PathBuf>,
}

/// A file that belongs to somebody else, next to ours. Its name looks like one of ours.
const FOREIGN: [&str; 3] = [".blobctl-notours.part", "foreign", ".blobctl-"];

fn content(path: &Path) -> Option<Vec<u8>> {
    std::fs::read(path).ok()
}

impl Case {
    fn new(sandbox: Sandbox, arguments: &[&str]) -> Self {
        Self {
            sandbox,
            arguments: arguments.iter().map(|word| (*word).to_owned()).collect(),
            results: Vec::new(),
            codes_again: &[0],
        }
    }

    fn words(&self) -> Vec<&str> {
        self.arguments.iter().map(String::as_str).collect()
    }

    /// A result; the old file is written now.
    fn replaces(
        &mut self,
        path: PathBuf,
        old: Option<&[u8]>,
        new: Option<&[u8]>,
        source: Option<PathBuf>,
    ) {
        let directory = path.parent().unwrap();
        std::fs::create_dir_all(directory).unwrap();
        for name in FOREIGN {
            std::fs::write(directory.join(name), name).unwrap();
        }
        if let Some(old) = old {
            std::fs::write(&path, old).unwrap();
        }
        self.results.push(Replaced {
            path,
            old: old.map(<[u8]>::to_vec),
            new: new.map(<[u8]>::to_vec),
            source,
        });
    }

    /// Each file is the old or the new one, and nothing else was touched.
    #[track_caller]
    fn is_whole(&self, run: &TracedRun) {
        for result in &self.results {
            let found = content(&result.path);
            assert!(
                found == result.old || found == result.new,
                "{} has {:?} bytes\n{:?}",
                result.path.display(),
                found.map(|bytes| bytes.len()),
                run.outcome
            );
            if let Some(source) = &result.source {
                assert!(
                    found == result.new || content(source) == result.new,
                    "{} is lost\n{:?}",
                    result.path.display(),
                    run.outcome
                );
            }
            for name in FOREIGN {
                let path = result.path.with_file_name(name);
                let found = content(&path).unwrap_or_default();
                assert_eq!(found, name.as_bytes(), "{}", path.display());
            }
        }
    }

    /// All files are the new ones, and nothing of ours is left.
    #[track_caller]
    fn is_done(&self, at: Intervention) {
        for result in &self.results {
            assert_eq!(
                content(&result.path),
                result.new,
                "{} after {at:?}",
                result.path.display()
            );
            if let Some(source) = &result.source {
                assert_eq!(content(source), None, "{}", source.display());
            }
        }
        let ours = leftovers(self.sandbox.work().parent().unwrap());
        let is_ours =
            |path: &PathBuf| !FOREIGN.contains(&path.file_name().unwrap().to_str().unwrap());
        let ours: Vec<PathBuf> = ours.into_iter().filter(is_ours).collect();
        assert_eq!(ours, Vec::<PathBuf>::new(), "left after {at:?}");
        let journals = files(&self.sandbox.home().join(".local/state"));
        assert_eq!(journals, Vec::<PathBuf>::new(), "left after {at:?}");
    }
}

/// Kills the command before each of its changes. Returns the number of changes.
fn kill_at_every_change(prepare: impl Fn() -> Case) -> usize {
    for number in 0.. {
        let case = prepare();
        let at = Intervention::Kill(number);
        let Some(run) = trace(&case.sandbox, &case.words(), at) else {
            return usize::MAX;
        };
        case.is_whole(&run);
        if !run.is_treated {
            assert_eq!(run.outcome.code, Some(0), "{:?}", run.outcome);
            case.is_done(at);
            return number;
        }
        assert_eq!(run.outcome.signal, Some(9), "{:?}", run.outcome);
        let again = case.sandbox.run(case.words());
        assert!(
            again
                .code
                .is_some_and(|code| case.codes_again.contains(&code)),
            "{again:?} after {at:?}"
        );
        case.is_done(at);
    }
    unreachable!("a run has an end")
}

/// The new content of file `number`.
fn new(number: u64) -> Vec<u8> {
    bytes(3000, number + 1)
}

const FILES: u64 = 14;

fn put_case() -> Case {
    let sandbox = Sandbox::new();
    for number in 0..FILES {
        sandbox.write(&format!("d/{number}"), new(number));
    }
    let mut case = Case::new(sandbox, &["put", "-r", "d", "p/", "--jobs", "2"]);
    for number in 0..FILES {
        let path = case.sandbox.default_root().join(format!("p/d/{number}"));
        // Half of them are new.
        let old = (number % 2 == 0).then_some(&b"old"[..]);
        case.replaces(path, old, Some(&new(number)), None);
    }
    case
}

#[test]
fn a_put_to_a_directory_survives_death_at_every_change() {
    assert!(kill_at_every_change(put_case) >= 70);
}

/// A store with blobs, and a get of all of them.
fn get_case(server: &S3Server) -> Case {
    let sandbox = Sandbox::new().envs(&server.variables());
    let mut case = Case::new(sandbox, &["get", "-r", "g/", "out", "--jobs", "2"]);
    for number in 0..FILES {
        let path = case.sandbox.work().join(format!("out/g/{number}"));
        let old = (number % 2 == 0).then_some(&b"old"[..]);
        case.replaces(path, old, Some(&new(number)), None);
    }
    case
}

fn server_with_blobs() -> S3Server {
    let server = S3Server::start();
    let sandbox = Sandbox::new().envs(&server.variables());
    for number in 0..FILES {
        sandbox.write(&number.to_string(), new(number));
    }
    let names = (0..FILES).map(|number| number.to_string());
    let words = ["put".to_owned()].into_iter().chain(names);
    sandbox.run(words.chain(["g/".to_owned()])).succeeds();
    server
}

#[test]
fn a_get_survives_death_at_every_change() {
    let server = server_with_blobs();
    assert!(kill_at_every_change(|| get_case(&server)) >= 70);
}

#[test]
fn a_get_in_parts_survives_death_at_every_change() {
    let server = S3Server::start();
    let whole = bytes(11 * MIB, 7);
    std::fs::write(server.bucket().join("big"), &whole).unwrap();
    let prepare = || {
        let sandbox = Sandbox::new()
            .envs(&server.variables())
            .env("BLOBCTL_RESUME", "auto");
        let words = [
            "get",
            "big",
            "out/big",
            "--parts",
            "2",
            "--part-size",
            "5MiB",
        ];
        let mut case = Case::new(sandbox, &words);
        let path = case.sandbox.work().join("out/big");
        case.replaces(path, Some(b"old"), Some(&whole), None);
        case
    };
    assert!(kill_at_every_change(prepare) >= 15);
}

#[test]
fn a_put_in_parts_survives_death_at_every_change_of_its_journal() {
    let server = S3Server::start();
    let whole = bytes(11 * MIB, 8);
    let stored = server.bucket().join("big");
    let prepare = || {
        let sandbox = Sandbox::new()
            .envs(&server.variables())
            .env("BLOBCTL_RESUME", "auto")
            .file("big", &whole);
        std::fs::write(&stored, "old").unwrap();
        let words = ["put", "big", "--parts", "2", "--part-size", "5MiB"];
        let mut case = Case::new(sandbox, &words);
        case.results.push(Replaced {
            path: stored.clone(),
            old: Some(b"old".to_vec()),
            new: Some(whole.clone()),
            source: None,
        });
        for name in FOREIGN {
            std::fs::write(stored.with_file_name(name), name).unwrap();
        }
        case
    };
    assert!(kill_at_every_change(prepare) >= 8);
    // Each upload has two files. One that was begun and not yet in the journal is left to `gc`.
    assert!(server.unfinished_uploads().len() <= 2 * 2);
}

#[test]
fn a_sync_survives_death_at_every_change() {
    let prepare = || {
        let sandbox = Sandbox::new();
        for number in 0..FILES {
            sandbox.write(&format!("from/{number}"), new(number));
        }
        let mut case = Case::new(
            sandbox,
            &["sync", "--delete", "./from", "to/", "--jobs", "2"],
        );
        let root = case.sandbox.default_root().join("to");
        for number in 0..FILES {
            case.replaces(
                root.join(number.to_string()),
                None,
                Some(&new(number)),
                None,
            );
        }
        for number in FILES..FILES + 3 {
            case.replaces(root.join(number.to_string()), Some(b"extra"), None, None);
        }
        // Without --delete it would stay: it belongs to the destination.
        std::fs::remove_file(root.join("foreign")).unwrap();
        std::fs::write(case.sandbox.work().join("from/foreign"), "foreign").unwrap();
        std::fs::write(root.join("foreign"), "foreign").unwrap();
        case
    };
    assert!(kill_at_every_change(prepare) >= 80);
}

#[test]
fn a_move_never_loses_both_copies() {
    let prepare = || {
        let sandbox = Sandbox::new();
        for number in 0..FILES {
            sandbox.write(&format!("from/{number}"), new(number));
        }
        let mut case = Case::new(sandbox, &["mv", "-r", "./from", "to/", "--jobs", "2"]);
        // If the last source has been removed, there is nothing to move.
        case.codes_again = &[0, 1, 8];
        for number in 0..FILES {
            let path = case
                .sandbox
                .default_root()
                .join(format!("to/from/{number}"));
            let source = case.sandbox.work().join(format!("from/{number}"));
            case.replaces(path, Some(b"old"), Some(&new(number)), Some(source));
        }
        case
    };
    assert!(kill_at_every_change(prepare) >= 80);
}

#[test]
fn gc_removes_ours_alone_wherever_it_dies() {
    let prepare = || {
        let mut case = Case::new(
            Sandbox::new(),
            &["gc", "--delete", "--older-than", "1h", "--jobs", "2"],
        );
        let root = case.sandbox.default_root();
        for number in 0..8u64 {
            let name = format!(".blobctl-{number:016x}.part");
            case.replaces(root.join(&name), Some(b"rest"), None, None);
            let old = SystemTime::now() - Duration::from_hours(48);
            let file = std::fs::File::options()
                .write(true)
                .open(root.join(&name))
                .unwrap();
            file.set_modified(old).unwrap();
        }
        case
    };
    assert!(kill_at_every_change(prepare) >= 8);
}

/// One file, so that the failure of a call is the failure of the command.
fn one_file(arguments: &[&str], sandbox: Sandbox, path: PathBuf) -> Case {
    let mut case = Case::new(sandbox, arguments);
    case.replaces(path, Some(b"old"), Some(&new(0)), None);
    case
}

/// Lets each change of the command fail once with each error.
fn fail_at_every_change(prepare: impl Fn() -> Case) -> usize {
    let mut failures = 0;
    for error in [
        Errno::ENOSPC,
        Errno::EDQUOT,
        Errno::EIO,
        Errno::EROFS,
        Errno::EMFILE,
        Errno::EINTR,
    ] {
        for number in 0.. {
            let case = prepare();
            let at = Intervention::Fail(number, error);
            let Some(run) = trace(&case.sandbox, &case.words(), at) else {
                return usize::MAX;
            };
            if !run.is_treated {
                break;
            }
            failures += 1;
            case.after_failure(&run, number);
        }
    }
    failures
}

impl Case {
    /// Checks a run of which one call failed: a clear line, or success; the old or the new file, and nothing left.
    #[track_caller]
    fn after_failure(&self, run: &TracedRun, number: usize) {
        self.is_whole(run);
        let failed = &run.changes[number];
        let lines: Vec<&str> = run.outcome.stderr.lines().collect();
        let result = &self.results[0];
        match run.outcome.code {
            Some(0) => assert_eq!(content(&result.path), result.new, "{:?}", run.outcome),
            Some(8) => {
                assert!(
                    lines.len() <= 2 && lines[0].starts_with("blobctl: cannot "),
                    "{failed:?}\n{:?}",
                    run.outcome
                );
                // Only the sync of the directory follows the rename.
                let is_replaced = content(&result.path) == result.new;
                assert!(
                    !is_replaced || failed.call == "fsync",
                    "{failed:?}\n{:?}",
                    run.outcome
                );
            }
            _ => panic!("{failed:?}\n{:?}", run.outcome),
        }
        if failed.call != "unlinkat" {
            let ours = leftovers(result.path.parent().unwrap());
            assert_eq!(ours.len(), 2, "only those of others: {ours:?} {failed:?}");
        }
    }
}

#[test]
fn a_put_to_a_directory_survives_the_failure_of_every_change() {
    let prepare = || {
        let sandbox = Sandbox::new().file("a", new(0));
        let path = sandbox.default_root().join("k");
        one_file(&["put", "a", "k"], sandbox, path)
    };
    assert!(fail_at_every_change(prepare) >= 6 * 5);
}

#[test]
fn a_get_survives_the_failure_of_every_change() {
    let server = server_with_blobs();
    let prepare = || {
        let sandbox = Sandbox::new().envs(&server.variables());
        let path = sandbox.work().join("out/0");
        one_file(&["get", "g/0", "out/0"], sandbox, path)
    };
    assert!(fail_at_every_change(prepare) >= 6 * 5);
}

/// The calls after which a file's bytes or length are not on the disk until it is synced.
const WRITES: [&str; 6] = [
    "write",
    "pwrite64",
    "writev",
    "ftruncate",
    "sendfile",
    "copy_file_range",
];

/// Checks the record of a run against every state that a power cut can leave: writes that were not synced may be missing,
/// and changes of directories may be there or not, in any order, until the directory is synced. So a file has to be synced
/// between its last write and its rename, and a directory between a rename and the removal of what was copied.
#[track_caller]
fn survives_a_power_cut(changes: &[Change], results: &[Replaced]) {
    let is_sync = |change: &Change, path: &Path| {
        matches!(change.call, "fsync" | "fdatasync") && change.path == path
    };
    for result in results {
        let renamed = changes
            .iter()
            .position(|change| change.to.as_deref() == Some(&result.path))
            .unwrap_or_else(|| panic!("{} is never renamed", result.path.display()));
        let temporary = &changes[renamed].path;
        let before = &changes[..renamed];
        let written = before
            .iter()
            .rposition(|change| WRITES.contains(&change.call) && change.path == *temporary)
            .expect("the file has bytes");
        assert!(
            before[written..]
                .iter()
                .any(|change| is_sync(change, temporary)),
            "{} is renamed before it is synced: {changes:?}",
            result.path.display()
        );
        let directory = result.path.parent().unwrap();
        let after = &changes[renamed..];
        let synced = after
            .iter()
            .position(|change| is_sync(change, directory))
            .unwrap_or_else(|| panic!("{} is not synced", directory.display()));
        if let Some(source) = &result.source {
            let removed = after
                .iter()
                .position(|change| change.call.starts_with("unlink") && change.path == *source);
            let removed = removed.expect("the source is removed after the rename");
            assert!(synced < removed, "{} is removed first", source.display());
        }
    }
}

#[test]
fn a_power_cut_leaves_old_or_new_files() {
    let server = server_with_blobs();
    let moved = || {
        let sandbox = Sandbox::new();
        for number in 0..FILES {
            sandbox.write(&format!("from/{number}"), new(number));
        }
        let mut case = Case::new(sandbox, &["mv", "-r", "./from", "to/"]);
        for number in 0..FILES {
            let path = case
                .sandbox
                .default_root()
                .join(format!("to/from/{number}"));
            let source = case.sandbox.work().join(format!("from/{number}"));
            case.replaces(path, Some(b"old"), Some(&new(number)), Some(source));
        }
        case
    };
    for case in [put_case(), get_case(&server), moved()] {
        let Some(run) = trace(&case.sandbox, &case.words(), Intervention::None) else {
            return;
        };
        assert_eq!(run.outcome.code, Some(0), "{:?}", run.outcome);
        survives_a_power_cut(&run.changes, &case.results);
    }
}

//! The access to a directory, step by step.

use rustix::fs::{Access, AtFlags, OFlags};

use super::{Fs, MissingRoot};
use crate::error::{Kind, Result, access, printable};
use crate::key::Key;
use crate::store::Store;
use crate::store::diagnostics::{Diagnostics, Step, Stopped, passed, step, warning};
use crate::units::format_bytes;

impl Diagnostics for Fs {
    fn check_access(&self, absent: &Key, report: &mut dyn FnMut(Step)) -> Result<(), Stopped> {
        let shown = printable(&self.config.root.to_string_lossy());
        let root = step(report, "root", || match self.root()? {
            Some(root) => passed(Some(root), shown.clone()),
            None => passed(
                None,
                format!("{shown} does not exist yet; the first put creates it"),
            ),
        })?;
        let Some(root) = root else {
            return Ok(());
        };
        step(report, "beneath", || {
            let opened = self.below(&root, ".", OFlags::RDONLY | OFlags::DIRECTORY);
            opened.map_err(|errno| self.refused(errno, "open", "."))?;
            passed((), "the kernel resolves paths beneath the root")
        })?;
        step(report, "space", || {
            let found = rustix::fs::fstatvfs(&root)
                .map_err(|errno| access(errno, format_args!("examine `{shown}`")))?;
            let free = found.f_bavail.saturating_mul(found.f_frsize);
            passed((), format!("{} free", format_bytes(free)))
        })?;
        // A store can be meant for reading only.
        step(report, "writable", || {
            match rustix::fs::accessat(&root, ".", Access::WRITE_OK, AtFlags::EACCESS) {
                Ok(()) => passed((), "yes"),
                Err(errno) => warning(
                    (),
                    format!("no: {}", crate::error::describe(&errno.into())),
                    "put and rm need the permission to write into the directory",
                ),
            }
        })?;
        step(report, "head", || match self.head(absent)? {
            None => passed((), "an absent file is reported as absent"),
            Some(_) => passed((), "the directory can be searched"),
        })
    }

    fn features(&self) -> Vec<(&'static str, String)> {
        let missing = match self.config.missing_root {
            MissingRoot::Create => "created by the first put",
            MissingRoot::Refuse => "an error, because its disk may not be mounted",
        };
        vec![
            (
                "atomic",
                "the file is renamed when it is complete and synced".to_owned(),
            ),
            (
                "conditions",
                "--if-absent is tested in one step with the write".to_owned(),
            ),
            ("missing-root", missing.to_owned()),
        ]
    }

    fn remove_scratch(&self, scratch: &Key) -> Result<()> {
        match self.delete(scratch) {
            Err(error) if error.kind() != Kind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

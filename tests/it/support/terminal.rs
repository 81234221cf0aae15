//! A terminal for the program under test: what it writes there can be waited for.

use std::fs::File;
use std::io::{Read, Write};
use std::process::Stdio;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// The near end of a pseudo-terminal, 100 columns wide.
pub struct Terminal {
    near: File,
    shown: Vec<u8>,
}

impl Terminal {
    /// The terminal, and its far end for a child.
    pub fn open() -> (Self, Stdio) {
        Self::open_with(100)
    }

    /// A terminal of this width.
    pub fn open_with(columns: u16) -> (Self, Stdio) {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let near = openpt(flags).unwrap();
        unlockpt(&near).unwrap();
        let far = ioctl_tiocgptpeer(&near, flags).unwrap();
        let size = Winsize {
            ws_row: 25,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&far, size).unwrap();
        let terminal = Self {
            near: near.into(),
            shown: Vec::new(),
        };
        (terminal, far.into())
    }

    /// Waits until this text was shown; fails if the far end is closed before.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        while !self.text().contains(text) {
            assert!(self.read() > 0, "`{text}` was not shown: {:?}", self.text());
        }
    }

    /// Types this text.
    pub fn type_text(&mut self, text: &str) {
        self.near.write_all(text.as_bytes()).unwrap();
    }

    /// Everything that was shown until all far ends were closed.
    #[track_caller]
    pub fn rest(mut self) -> String {
        while self.read() > 0 {}
        self.text()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.shown).into_owned()
    }

    /// The end of a pseudo-terminal is an error on Linux (EIO).
    #[track_caller]
    fn read(&mut self) -> usize {
        let patience = Timespec {
            tv_sec: 300,
            tv_nsec: 0,
        };
        let ready = poll(
            &mut [PollFd::new(&self.near, PollFlags::IN)],
            Some(&patience),
        );
        assert!(
            ready.unwrap() > 0,
            "nothing more was shown: {:?}",
            self.text()
        );
        let mut chunk = [0; 4096];
        let len = self.near.read(&mut chunk).unwrap_or(0);
        self.shown.extend_from_slice(&chunk[..len]);
        len
    }
}

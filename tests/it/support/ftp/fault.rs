//! The ways in which the server can deviate from a good one.

use std::time::Duration;

/// The behaviour of the server at the next command of a verb, once unless the variant says otherwise.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Handles this command normally; the verb's next fault applies to the command after it.
    Skip,
    /// Sends this reply and does nothing.
    Reply(&'static str),
    /// Sends this reply and does nothing, at every command of the verb.
    AlwaysReply(&'static str),
    /// Closes the control connection without a reply.
    CloseControl,
    /// Neither acts nor replies.
    NeverReply,
    /// Creates the file and sends no reply at all.
    CreateAndStall,
    /// Executes the command and closes the control connection instead of sending the final reply.
    DropFinalReply,
    /// Executes the command and sends the final reply after this time.
    DelayFinalReply(Duration),
    /// Executes the command and sends this as the final reply.
    FinalReply(&'static str),
    /// Ends the transfer after so many bytes and closes the control connection.
    AbortAfter(usize),
    /// Ends the transfer after so many bytes and replies 226.
    TruncateWith226(usize),
    /// Stops after so many bytes and leaves both connections open.
    FreezeAfter(usize),
    /// Stops after so many bytes until the client has closed both connections. Until then, no other client is greeted.
    AwaitClose(usize),
    /// Opens the data connection, reads nothing from it, leaves it open, and sends this as the final reply.
    RefuseUnread(&'static str),
    /// Sends more bytes than SIZE announced.
    SendExtraBytes,
    /// Closes the data connection without TLS's close_notify.
    NoCloseNotify,
    /// Replies to SIZE of a directory with this number, at every command.
    SizeOfDirectories(u32),
    /// Takes a last segment with `[` for a pattern and describes the directory, at every MLST.
    TakesPatterns,
    /// Refuses names that begin with a dot, at every command.
    ForbidsDotNames,
    /// Refuses RNTO if the target exists, at every command.
    NeverOverwrite,
    /// Ignores the offset of REST and writes from the start of the file.
    IgnoreRest,
    /// Zeroes the first bytes of what it stores or appends.
    CorruptAppend,
    /// Words the replies to PASV and EPSV like this, at every command; `%` stands for the numbers.
    PassiveReply(&'static str),
    /// Sends this text as the listing.
    Listing(&'static str),
    /// Sends these bytes as the listing.
    ListingBytes(&'static [u8]),
    /// Lets a stranger connect to the client's port before the server does.
    StrangerConnectsFirst,
    /// Lets a stranger connect to the client's port and never connects itself.
    OnlyStrangerConnects,
}

impl Fault {
    /// Returns true if the fault applies to every command of its verb, not only to the next one.
    pub(super) fn is_permanent(self) -> bool {
        matches!(
            self,
            Self::AlwaysReply(_)
                | Self::NeverOverwrite
                | Self::PassiveReply(_)
                | Self::SizeOfDirectories(_)
                | Self::TakesPatterns
                | Self::ForbidsDotNames
        )
    }
}

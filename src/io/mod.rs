//! Local I/O: files, buffers and subprocesses.

pub mod atomic_file;
pub mod beneath;
pub mod block_pool;
pub mod child_process;
pub mod directory_sync;
pub mod interruptible;
pub mod local_path;
pub mod local_tree;
pub mod page_buffer;
pub mod payload;
mod permissions;
pub mod producer;
pub mod random;
pub mod rate_limit;
pub mod standard_streams;
pub mod subprocess;
pub mod temp_name;
mod temporary_file;
pub mod unnamed_file;

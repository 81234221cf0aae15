//! Local I/O: files, buffers and subprocesses.

pub mod atomic_file;
pub mod block_pool;
pub mod child_process;
pub mod interruptible;
pub mod local_path;
pub mod page_buffer;
pub mod payload;
pub mod producer;
pub mod random;
pub mod standard_streams;
pub mod subprocess;
pub mod temp_name;

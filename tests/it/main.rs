//! The integration tests: one crate, a module for each subject. They drive the built binary over real sockets; [`support`]
//! has the servers and proxies that they run it against.
//!
//! `cargo test --test it s3_parts` runs one subject, `cargo test --test it -- --list` names all tests.
#![allow(clippy::unwrap_used, reason = "a failed assumption fails the test")]

mod support;

mod addresses;
mod aliases;
mod cli;
mod closed_stdout;
mod concurrency;
mod config;
mod contract;
mod control_characters;
mod copies;
mod credentials;
mod doctor;
mod dropped_downloads;
mod file_modes;
mod from_command;
mod ftp;
mod ftp_active;
mod ftp_behaviours;
mod ftp_libunftp;
mod ftp_listings;
mod ftp_oddities;
mod ftp_replies;
mod ftp_trees;
mod ftps;
mod gc;
mod generated;
mod get_options;
mod get_range;
mod http_traps;
mod identity;
mod interruptions;
mod layers;
mod local_links;
mod logins;
mod ls_command;
mod memory;
mod put_recursive;
mod rate_limit;
mod readme;
mod repeated_secrets;
mod resume;
mod rm_tree;
mod s3;
mod s3_answers;
mod s3_attributes;
mod s3_checksum_cache;
mod s3_checksums;
mod s3_damage;
mod s3_faults;
mod s3_integrity;
mod s3_listings;
mod s3_parts;
mod s3_parts_etag;
mod s3_pitfalls;
mod s3_refusals;
mod s3_services;
mod s3_signatures;
mod s3_to_stdout;
mod s3_versions;
mod selection;
mod setting_values;
mod settings;
mod signals;
mod sigv4;
mod sse_c;
mod sync;
mod terminal;
mod tls;
mod trees;
mod waiting;
mod whole_store;

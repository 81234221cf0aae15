//! Texts of an FTP server: replies, listings, ports, checksums.
#![no_main]

use blobctl::backend::ftp::feat::Features;
use blobctl::backend::ftp::hash::parse_checksum;
use blobctl::backend::ftp::reply::Reply;
use blobctl::backend::ftp::mlsx::ListLine;
use blobctl::backend::ftp::{mlsx, passive, unix_list};
use blobctl::digest::Algorithm;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for reply in [Reply::parse(data), Reply::read(&text)]
        .into_iter()
        .flatten()
    {
        let shown = reply.shown();
        assert!(!shown.chars().any(char::is_control), "{shown:?}");
        let _ = (
            reply.size(),
            reply.modified(),
            reply.directory(),
            reply.demands_tls_on_data(),
        );
        let error = reply.refusal().to_string();
        assert!(!error.chars().any(char::is_control), "{error:?}");
        let _ = Features::parse(&reply);
        for algorithm in [
            Algorithm::Sha256,
            Algorithm::Sha1,
            Algorithm::Md5,
            Algorithm::Crc32,
        ] {
            let digest = parse_checksum(&reply, "a/b", algorithm);
            assert!(digest.is_none_or(|digest| digest.algorithm() == algorithm));
        }
    }
    for line in text.lines() {
        for entry in [mlsx::entry(line), mlsx::described(line)]
            .into_iter()
            .flatten()
        {
            assert!(!entry.name.contains('/'), "{:?}", entry.name);
        }
        if let ListLine::Entry(entry) = unix_list::line(line) {
            assert!(!entry.name.contains('/') && !matches!(&*entry.name, "" | "." | ".."));
        }
        let _ = (mlsx::listed_name(line), mlsx::timestamp(line));
        let _ = (passive::passive(line), passive::extended(line));
    }
});

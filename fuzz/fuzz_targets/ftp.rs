//! What an FTP server says: replies, listings, ports, digests.
#![no_main]

use blobctl::backend::ftp::feat::Features;
use blobctl::backend::ftp::unix_list as long_listing;
use blobctl::backend::ftp::unix_list::Line;
use blobctl::backend::ftp::reply::Reply;
use blobctl::backend::ftp::mlsx;
use blobctl::backend::ftp::passive;
use blobctl::backend::ftp::digest;
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
            reply.wants_protection(),
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
            let digest = digest::read(&reply, "a/b", algorithm);
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
        if let Line::Entry(entry) = long_listing::line(line) {
            assert!(!entry.name.contains('/') && !matches!(&*entry.name, "" | "." | ".."));
        }
        let _ = (mlsx::listed_name(line), mlsx::timestamp(line));
        let _ = (passive::passive(line), passive::extended(line));
    }
});

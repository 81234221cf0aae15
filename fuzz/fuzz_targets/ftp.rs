//! What an FTP server says: replies, listings, ports, digests.
#![no_main]

use blobctl::backend::ftp::features::Features;
use blobctl::backend::ftp::long_listing::{self, Line};
use blobctl::backend::ftp::replies::Reply;
use blobctl::backend::ftp::{listing, ports, sums};
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
            let digest = sums::read(&reply, "a/b", algorithm);
            assert!(digest.is_none_or(|digest| digest.algorithm() == algorithm));
        }
    }
    for line in text.lines() {
        for entry in [listing::entry(line), listing::described(line)]
            .into_iter()
            .flatten()
        {
            assert!(!entry.name.contains('/'), "{:?}", entry.name);
        }
        if let Line::Entry(entry) = long_listing::line(line) {
            assert!(!entry.name.contains('/') && !matches!(&*entry.name, "" | "." | ".."));
        }
        let _ = (listing::listed_name(line), listing::timestamp(line));
        let _ = (ports::passive(line), ports::extended(line));
    }
});

//! The input of users: keys, addresses, sizes, times, the config file, netrc.
#![no_main]

use std::path::Path;

use blobctl::cli::ImportTool;
use blobctl::http::endpoint::Endpoint;
use blobctl::digest::{base64, decode_base64, decode_hex, hex};
use blobctl::key::Key;
use blobctl::settings::address::Address;
use blobctl::settings::file::ConfigFile;
use blobctl::settings::{import, netrc};
use blobctl::transfer::byte_range::ByteRange;
use blobctl::units;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Ok(key) = Key::new(text.clone()) {
        assert_eq!(key.as_str(), text);
        if let Ok(path) = key.as_relative_path() {
            let plain = |segment: &str| !matches!(segment, "" | "." | "..");
            assert!(path.split('/').all(plain), "{path:?}");
        }
    }
    let _ = Address::parse(&text, |name| name == "remote");
    if let Ok(endpoint) = Endpoint::parse(&text) {
        // What is made of it is understood in the same way.
        let again = Endpoint::parse(&endpoint.address()).expect("an address of our own");
        assert_eq!(again.address(), endpoint.address());
    }
    let _ = ConfigFile::parse(Path::new("config.toml"), &text).map(|file| {
        let _ = file.get("s3", "bucket");
        file.remotes().count()
    });
    for tool in [ImportTool::Rclone, ImportTool::S3cmd, ImportTool::Mc] {
        let _ = import::parse(tool, &text, "a test");
    }
    let _ = netrc::find(&text, "host", Some("user"));
    let _ = (units::parse_duration(&text), units::parse_size(&text));
    if let Ok(instant) = units::parse_instant(&text) {
        let _ = units::http_date(instant);
    }
    if let Ok(range) = text.parse::<ByteRange>() {
        let written = range.to_string();
        assert_eq!(written.parse(), Ok(range));
        for size in [0, 1, u64::MAX] {
            let _ = range.resolve(size).map(|bytes| assert!(bytes.end <= size));
        }
    }

    assert_eq!(decode_base64(&base64(data)).as_deref(), Some(data));
    let mut bytes = vec![0; data.len()];
    assert!(decode_hex(&hex(data), &mut bytes) && bytes == data);
    let _ = decode_base64(&text);
    let _ = decode_hex(&text, &mut bytes);
});

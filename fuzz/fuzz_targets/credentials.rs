//! The AWS files, and the JSON of commands and metadata services.
#![no_main]

use blobctl::aws::credentials::json as json;
use blobctl::aws::credentials::json::Dialect;
use blobctl::aws::credentials::profile_parser as profile;
use blobctl::aws::credentials::profile_parser::FileKind;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for kind in [FileKind::Config, FileKind::Credentials] {
        match profile::parse(&text, kind) {
            Ok(profiles) => {
                for value in profiles.values().flat_map(|profile| profile.values()) {
                    let _ = profile::nested(value, "endpoint_url");
                }
            }
            Err(mistake) => assert!(mistake.line >= 1 && mistake.line <= text.lines().count()),
        }
    }
    if let Ok(object) = json::object(&text) {
        for dialect in [Dialect::Command, Dialect::Metadata] {
            let _ = json::credentials(&object, dialect, "a test");
        }
    }
    let _ = json::time(&text);
});

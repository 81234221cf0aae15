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
        let file = profile::parse(&text, kind);
        for sections in [&file.profiles, &file.services, &file.sso_sessions] {
            for value in sections.values().flat_map(|section| section.values()) {
                let _ = profile::nested(value, "endpoint_url");
            }
        }
        for mistake in file.mistakes {
            assert!(mistake.line >= 1 && mistake.line <= text.lines().count());
        }
    }
    if let Ok(object) = json::object(&text) {
        for dialect in [Dialect::Command, Dialect::Metadata] {
            let _ = json::credentials(&object, dialect, "a test");
        }
    }
    let _ = json::time(&text);
});

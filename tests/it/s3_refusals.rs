//! Error responses of real services, served over a socket: the exit code, the message, the number of requests, and the
//! parts that are never shown.

use crate::support::http::{Script, answer};
use crate::support::services::{Named, head};
use crate::support::{MIB, Outcome, bytes};
use serde_json::Value;

const HELLO: (&str, &str) = ("etag", "\"5d41402abc4b2a76b9719d911017c592\"");

fn samples() -> Vec<Value> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/vectors/s3-error-samples.json"
    );
    let mut file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    serde_json::from_value(file["samples"].take()).unwrap()
}

fn text<'a>(sample: &'a Value, pointer: &str) -> Option<&'a str> {
    sample.pointer(pointer).and_then(Value::as_str)
}

fn refusal(sample: &Value) -> Script {
    let headers: Vec<(&str, &str)> = sample["headers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    let status = u16::try_from(sample["status"].as_u64().unwrap()).unwrap();
    answer(status, &headers, text(sample, "/body").unwrap().as_bytes())
}

/// The command that leads to the sample's operation, the answers before it, and what would be success.
fn operation(sample: &Value) -> (&'static [&'static str], Vec<Script>, Vec<Script>) {
    match text(sample, "/operation").unwrap() {
        "GET" => (
            &["get", "k", "back"],
            Vec::new(),
            vec![answer(200, &[HELLO], b"hello")],
        ),
        "PUT" => (&["put", "a"], Vec::new(), vec![answer(200, &[HELLO], b"")]),
        "DELETE" => (
            &["rm", "k"],
            vec![head(200, &[HELLO], 5)],
            vec![answer(204, &[], b"")],
        ),
        "CompleteMultipartUpload" => {
            let part = answer(200, &[("etag", "\"opaque\"")], b"");
            let began = b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";
            let done = b"<CompleteMultipartUploadResult><ETag>\"opaque-2\"</ETag></CompleteMultipartUploadResult>";
            (
                &["put", "big"],
                vec![answer(200, &[], began), part.clone(), part],
                vec![
                    answer(200, &[], done),
                    head(200, &[("etag", "\"opaque-2\"")], 17 * MIB as u64),
                ],
            )
        }
        other => panic!("no command for {other}"),
    }
}

/// Runs against the sample, sent once or repeatedly, and counts the requests of its operation.
fn run(sample: &Value, then: Option<Vec<Script>>, options: &[&str]) -> (Outcome, usize) {
    let (command, before, _) = operation(sample);
    let earlier = before.len();
    let is_patient = then.is_some();
    let answers = before
        .into_iter()
        .chain([refusal(sample)])
        .chain(then.unwrap_or_default());
    let service = Named::at("http://s3.example", answers);
    let sandbox = match is_patient {
        true => service.patient_sandbox(),
        false => service.sandbox(),
    };
    let sandbox = sandbox
        .env("AWS_REGION", "ap-south-1")
        .env("AWS_SESSION_TOKEN", "hunter2hunter2")
        .file("big", bytes(17 * MIB, 1));
    let outcome = sandbox.run(command.iter().chain(options));
    // The clean-up of a failed upload is not a retry.
    let requests = service.requests();
    let counted = requests
        .iter()
        .filter(|seen| !seen.target.contains("uploadId=") || seen.method != "DELETE");
    (outcome, counted.count() - earlier)
}

#[test]
fn each_refusal_ends_with_its_code_and_is_repeated_if_that_may_help() {
    for sample in &samples() {
        let id = text(sample, "/id").unwrap();
        let class = text(sample, "/expect/class").unwrap();
        let (outcome, requests) = run(sample, None, &[]);
        let codes: &[i32] = match class {
            "not-found" => &[1],
            "auth" | "clock" | "archived" => &[4],
            "retry-transient" | "retry-throttle" => &[7],
            "integrity" => &[6],
            "redirect-region" => &[3],
            "unsupported-feature" => &[12],
            // Final: by what it is about.
            "fatal" => &[3, 4, 12],
            class => panic!("{id}: unknown class {class}"),
        };
        assert!(codes.contains(&outcome.code.unwrap()), "{id}: {outcome:?}");
        if let Some(code) = text(sample, "/expect/code") {
            assert!(outcome.stderr.contains(code), "{id}: {outcome:?}");
        }
        // A region or a time that the answer names is tried once, and everything else is final here.
        let corrected = match class {
            // A transfer whose bytes do not match is made once more.
            "clock" | "integrity" => 2,
            "redirect-region" => 1 + usize::from(text(sample, "/expect/region").is_some()),
            _ => 1,
        };
        assert_eq!(requests, corrected, "{id}: {outcome:?}");
    }
}

#[test]
fn code_request_id_region_and_message_are_told() {
    for sample in &samples() {
        let id = text(sample, "/id").unwrap();
        let (outcome, _) = run(sample, None, &["--json"]);
        let told = outcome.json().remove(0);
        assert_eq!(told["s3"].as_str(), text(sample, "/expect/code"), "{id}");
        if let Some(wanted) = text(sample, "/expect/request_id") {
            assert_eq!(told["request_id"], wanted, "{id}");
        }
        if let Some(region) = text(sample, "/expect/region") {
            assert!(
                outcome.stderr.contains(&format!("`{region}`")),
                "{id}: {outcome:?}"
            );
        }
        if let Some(message) = text(sample, "/expect/message")
            && outcome.code != Some(1)
        {
            assert!(outcome.stderr.contains(message), "{id}: {outcome:?}");
        }
    }
}

#[test]
fn a_refusal_that_passes_is_survived_and_a_final_one_is_not_asked_twice() {
    for sample in &samples() {
        let id = text(sample, "/id").unwrap();
        let class = text(sample, "/expect/class").unwrap();
        let (_, _, success) = operation(sample);
        let (outcome, requests) = run(sample, Some(success), &["--json"]);
        let may_pass = class.starts_with("retry-")
            || matches!(class, "clock" | "integrity")
            || class == "redirect-region" && text(sample, "/expect/region").is_some();
        match may_pass {
            true => assert_eq!(outcome.code, Some(0), "{id}: {outcome:?}"),
            false => assert_eq!(requests, 1, "{id}: {outcome:?}"),
        }
    }
}

#[test]
fn what_a_refusal_echoes_is_never_shown() {
    for sample in &samples() {
        let id = text(sample, "/id").unwrap();
        for options in [&[][..], &["--json"], &["-vv"]] {
            let (outcome, _) = run(sample, None, options);
            let said = format!(
                "{}{}",
                outcome.stderr,
                String::from_utf8_lossy(&outcome.stdout)
            );
            assert!(!said.contains("hunter2"), "{id}: {said}");
            assert!(!said.contains('\u{1b}'), "{id}: {said}");
            for element in ["HostId", "AWSAccessKeyId", "ArgumentValue", "Resource"] {
                let open = format!("<{element}>");
                let rest = text(sample, "/body").unwrap().split_once(&open);
                let value = rest.and_then(|(_, rest)| rest.split('<').next());
                if let Some(value) = value.filter(|value| value.len() > 3) {
                    assert!(!said.contains(value), "{id}: {value}: {said}");
                }
            }
        }
    }
}

#[test]
fn tokens_and_requests_that_an_answer_repeats_are_never_shown() {
    let document = "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message><Token-0>hunter2hunter2</Token-0><CanonicalRequest>PUT x-amz-security-token:hunter2hunter2</CanonicalRequest><StringToSign>hunter2hunter2</StringToSign></Error>";
    for status in [400, 403] {
        let service = Named::at(
            "http://s3.example",
            [answer(status, &[], document.as_bytes())],
        );
        let sandbox = service.sandbox().env("AWS_SESSION_TOKEN", "hunter2hunter2");
        for options in [&[][..], &["-vv"], &["--json"]] {
            let outcome = sandbox.run(["put", "a"].iter().chain(options));
            assert_eq!(outcome.code, Some(4), "{outcome:?}");
            assert!(outcome.stderr.contains("ExpiredToken"), "{outcome:?}");
            assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
            assert!(!String::from_utf8_lossy(&outcome.stdout).contains("hunter2"));
        }
    }
}

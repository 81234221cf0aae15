//! What real services answered when they refused, and what blobctl makes of it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use blobctl::backend::s3::{answers, xml};
use blobctl::error::{Error, Kind};
use serde_json::Value;
use ureq::http::{HeaderMap, HeaderName, HeaderValue};

/// The region that the requests were signed for: none of those that the samples name.
const REGION: &str = "ap-south-1";

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

fn error_of(sample: &Value) -> Error {
    let body = text(sample, "/body").unwrap();
    let status = u16::try_from(sample["status"].as_u64().unwrap()).unwrap();
    if status == 200 {
        return answers::late_error(xml::parse(body).as_ref());
    }
    let headers: HeaderMap = sample["headers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| {
            (
                name.parse::<HeaderName>().unwrap(),
                HeaderValue::from_str(value.as_str().unwrap()).unwrap(),
            )
        })
        .collect();
    answers::error(
        text(sample, "/operation").unwrap(),
        status,
        &headers,
        body,
        REGION,
    )
}

#[test]
fn every_answer_leads_to_the_reaction_that_it_calls_for() {
    let samples = samples();
    assert_eq!(samples.len(), 31);
    for sample in &samples {
        let id = text(sample, "/id").unwrap();
        let error = error_of(sample);
        let kind = error.kind();
        let fits = match text(sample, "/expect/class").unwrap() {
            "not-found" => kind == Kind::NotFound,
            "auth" | "clock" | "archived" => kind == Kind::Denied,
            "retry-transient" | "retry-throttle" => kind == Kind::Busy { after: None },
            "integrity" => kind == Kind::Integrity,
            "redirect-region" => kind == Kind::Config,
            "unsupported-feature" => kind == Kind::Remote,
            "fatal" => !error.is_transient() && kind != Kind::NotFound,
            class => panic!("{id}: unknown class {class}"),
        };
        assert!(fits, "{id}: {kind:?} {error}");
    }
}

#[test]
fn code_request_id_region_and_details_are_found() {
    for sample in &samples() {
        let id = text(sample, "/id").unwrap();
        let error = error_of(sample);
        let said = error.to_string();
        assert_eq!(
            error.answer().s3.as_deref(),
            text(sample, "/expect/code"),
            "{id}"
        );
        if let Some(wanted) = text(sample, "/expect/request_id") {
            assert_eq!(error.answer().request_id.as_deref(), Some(wanted), "{id}");
        }
        // An endpoint alone names no region for certain.
        let names_it = sample.pointer("/headers/x-amz-bucket-region").is_some()
            || text(sample, "/body").unwrap().contains("<Region>");
        if let (Some(region), true) = (text(sample, "/expect/region"), names_it) {
            let hint = error.the_hint().unwrap();
            assert!(hint.contains(&format!("`{region}`")), "{id}: {hint}");
        }
        if let Some(message) = text(sample, "/expect/message")
            && error.kind() != Kind::NotFound
        {
            assert!(said.contains(message), "{id}: {said}");
        }
    }
}

#[test]
fn nothing_but_code_message_and_details_is_shown() {
    for sample in &samples() {
        let error = error_of(sample);
        let document = xml::parse(text(sample, "/body").unwrap()).unwrap();
        for secretive in ["HostId", "AWSAccessKeyId", "ArgumentValue", "Resource"] {
            if let Some(value) = document.child(secretive).filter(|value| value.len() > 3) {
                assert!(!error.to_string().contains(value), "{error}");
            }
        }
    }
}

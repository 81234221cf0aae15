//! Small print of the protocol, one trap each; docs/S3_IMPLEMENTATION_DESIGN.md has the whole list and where each is shown.

use crate::support::MIB;
use crate::support::checksums::{Checksum, hex};
use crate::support::http::{Script, Then, answer, s3_error};
use crate::support::services::{Named, head};

const SERVICE: &str = "http://s3.example";
const HELLO: (&str, &str) = ("etag", "\"5d41402abc4b2a76b9719d911017c592\"");

#[test]
fn keys_travel_as_they_are_encoded_once() {
    for (key, path) in [
        ("a//b", "/lab/a//b"),
        ("a/./b", "/lab/a/./b"),
        ("a/../b", "/lab/a/../b"),
        ("a b+c", "/lab/a%20b%2Bc"),
        ("100%25", "/lab/100%2525"),
        ("?#&=;", "/lab/%3F%23%26%3D%3B"),
        ("back\\slash", "/lab/back%5Cslash"),
        // Composed and decomposed are two keys.
        ("\u{e9}", "/lab/%C3%A9"),
        ("e\u{301}", "/lab/e%CC%81"),
    ] {
        let service = Named::at(SERVICE, [answer(200, &[HELLO], b"hello")]);
        service.sandbox().run(["get", key, "-"]).prints(b"hello");
        assert_eq!(service.requests()[0].target, path);
    }
    let service = Named::at(SERVICE, [answer(200, &[HELLO], b"hello")]);
    service
        .sandbox()
        .run(["get", "s3://lab//leading", "-"])
        .prints(b"hello");
    assert_eq!(service.requests()[0].target, "/lab//leading");
}

#[test]
fn a_plain_put_asks_for_nothing_that_a_service_could_lack() {
    let service = Named::at(SERVICE, [answer(200, &[HELLO], b"")]);
    service.sandbox().run(["put", "a"]).succeeds();
    let requests = service.requests();
    let mut names: Vec<&str> = requests[0]
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "authorization",
            "content-length",
            "content-type",
            "host",
            "user-agent",
            "x-amz-checksum-crc64nvme",
            "x-amz-content-sha256",
            "x-amz-date",
        ]
    );
    assert_eq!(requests[0].target, "/lab/a", "no x-id");
}

#[test]
fn every_attempt_is_signed_with_its_own_time() {
    let busy = answer(503, &[("retry-after", "1")], b"");
    let service = Named::at(SERVICE, [busy, answer(200, &[HELLO], b"")]);
    service.patient_sandbox().run(["put", "a"]).succeeds();
    let requests = service.requests();
    let date = |at: usize| requests[at].header("x-amz-date").unwrap();
    assert!(date(0) < date(1));
}

#[test]
fn a_completion_whose_answer_was_lost_is_recognised_by_its_etag() {
    // Two parts with the same bytes, so that their order on the wire does not matter.
    let content = vec![0; 32 * MIB];
    let part = Checksum::Md5.bytes(&content[..16 * MIB]);
    let etag = format!("{}-2", Checksum::Md5.hex(&part.repeat(2)));
    let began = answer(
        200,
        &[],
        b"<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
    );
    let stored = answer(200, &[("etag", &format!("\"{}\"", hex(&part)))], b"");
    let lost = Script {
        read_body: true,
        answer: Vec::new(),
        then: Then::Close,
    };
    let there = head(200, &[("etag", &format!("\"{etag}\""))], 32 * MIB as u64);
    let gone = s3_error(404, "NoSuchUpload");
    let answers = [began.clone(), stored.clone(), stored.clone()]
        .into_iter()
        .chain([lost, gone, there]);
    let service = Named::at(SERVICE, answers);
    let sandbox = service.patient_sandbox().file("big", &content);
    let outcome = sandbox.run(["put", "big", "--json", "--deadline", "5m"]);
    assert_eq!(
        (outcome.code, &outcome.json()[0]["verified"]),
        (Some(0), &"etag-multipart".into()),
        "{outcome:?}"
    );
    let requests = service.requests();
    let completion = requests.iter().rfind(|seen| seen.method == "POST").unwrap();
    let document = String::from_utf8(completion.body.clone()).unwrap();
    let at = |text: &str| document.find(text).unwrap();
    assert!(at("<PartNumber>1<") < at("<PartNumber>2<"), "{document}");
}

#[test]
fn the_etag_of_an_encrypted_object_is_no_digest() {
    for encryption in [
        ("x-amz-server-side-encryption", "aws:kms"),
        ("x-amz-server-side-encryption", "aws:kms:dsse"),
        ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
    ] {
        let headers = [("etag", "\"00000000000000000000000000000000\""), encryption];
        let service = Named::at(
            SERVICE,
            [answer(200, &headers, b""), head(200, &headers, 5)],
        );
        let outcome = service.sandbox().run(["put", "a", "--json"]);
        assert_eq!(
            (outcome.code, &outcome.json()[0]["verified"]),
            (Some(0), &"length".into()),
            "{outcome:?}"
        );
        let service = Named::at(SERVICE, [answer(200, &headers, b"hello")]);
        let outcome = service.sandbox().run(["get", "k", "b", "--json"]);
        assert_eq!(outcome.json()[0]["verified"], "length", "{outcome:?}");
    }
}

#[test]
fn a_blob_that_vanished_before_it_was_replaced_is_a_condition_that_failed() {
    let there = head(200, &[("etag", "\"abc\"")], 5);
    let service = Named::at(SERVICE, [there, s3_error(404, "NoSuchKey")]);
    service
        .sandbox()
        .run(["put", "a", "--if-match", "abc"])
        .fails_with(5, "there is no blob to replace");
}

#[test]
fn dates_that_make_no_sense_are_left_out() {
    for date in [
        "yesterday",
        "Thu, 99 Foo 2026 25:61:61 GMT",
        "2026-01-01T00:00:00Z",
        "",
    ] {
        let service = Named::at(SERVICE, [head(200, &[HELLO, ("last-modified", date)], 5)]);
        let outcome = service.sandbox().run(["stat", "k", "--json"]);
        assert_eq!(outcome.code, Some(0), "{date}: {outcome:?}");
        assert_eq!(outcome.json()[0]["bytes"], 5, "{outcome:?}");
    }
}

#[test]
fn an_empty_blob_that_cannot_be_cut_is_there() {
    // The request after a failed HEAD asks for one byte, and an empty blob has none.
    let nothing = answer(416, &[("content-range", "bytes */0")], b"");
    let empty = ("etag", "\"d41d8cd98f00b204e9800998ecf8427e\"");
    let service = Named::at(
        SERVICE,
        [answer(404, &[], b""), nothing, head(200, &[empty], 0)],
    );
    service.sandbox().run(["exists", "k"]).is_silent(0);
    let service = Named::at(SERVICE, [answer(200, &[empty], b"")]);
    service.sandbox().run(["get", "k", "-"]).prints(b"");
    assert_eq!(service.requests()[0].header("range"), None);
}

#[test]
fn a_stored_encoding_is_data() {
    for encoding in ["gzip", "aws-chunked", "aws-chunked,gzip"] {
        let service = Named::at(
            SERVICE,
            [answer(
                200,
                &[HELLO, ("content-encoding", encoding)],
                b"hello",
            )],
        );
        service.sandbox().run(["get", "k", "-"]).prints(b"hello");
    }
}

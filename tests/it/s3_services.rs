//! The properties of each service, played by a server under the service's own name; every request's signature is
//! verified.

use crate::support::http::{Script, Seen, Then, answer, s3_error};
use crate::support::services::{Named, head};
use crate::support::signature::region;
use crate::support::{MIB, bytes};

const AWS: &str = "http://s3.us-east-1.amazonaws.com";
const R2: &str = "http://0123abcd.r2.cloudflarestorage.com";
const B2: &str = "http://s3.us-west-004.backblazeb2.com";
const SPACES: &str = "http://fra1.digitaloceanspaces.com";
const WASABI: &str = "http://s3.eu-central-1.wasabisys.com";
const CEPH: &str = "http://rgw.example:7480";
const GARAGE: &str = "http://garage.example:3900";
const GCS: &str = "http://storage.googleapis.com";
const SEAWEEDFS: &str = "http://seaweed.example:8333";
const RUSTFS: &str = "http://rustfs.example:9000";
const MINIO: &str = "http://minio.example:9000";

const HELLO: (&str, &str) = ("etag", "\"5d41402abc4b2a76b9719d911017c592\"");
const HELLO_MD5: &str = "XUFAKrxLKna5cZ2REBfFkg==";

fn stored() -> Script {
    answer(200, &[HELLO], b"")
}

fn xml(status: u16, document: &str) -> Script {
    answer(
        status,
        &[("content-type", "application/xml")],
        document.as_bytes(),
    )
}

/// The response to the HEAD of `put --if-absent`: not found.
fn absent() -> [Script; 2] {
    [head(404, &[], 0), s3_error(404, "NoSuchKey")]
}

/// The answers to a large upload: its parts, and then these.
fn upload(parts: usize, end: impl IntoIterator<Item = Script>) -> Vec<Script> {
    let began = xml(
        200,
        "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
    );
    let part = answer(200, &[("etag", "\"opaque\"")], b"");
    std::iter::once(began)
        .chain(std::iter::repeat_n(part, parts))
        .chain(end)
        .collect()
}

fn completed(etag: &str) -> Script {
    let text = format!(
        "<CompleteMultipartUploadResult><ETag>&quot;{etag}&quot;</ETag></CompleteMultipartUploadResult>"
    );
    xml(200, &text)
}

fn methods(requests: &[Seen]) -> Vec<&str> {
    requests.iter().map(|seen| seen.method.as_str()).collect()
}

#[test]
fn r2_is_signed_for_auto_and_may_refuse_a_checksum_header_with_or_without_a_word() {
    let refusal = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>NotImplemented</Code><Message>Header &apos;x-amz-checksum-crc64nvme&apos; with value &apos;x&apos; not implemented</Message></Error>";
    for refused in [xml(501, refusal), answer(501, &[], b"")] {
        let service = Named::at(R2, [refused, stored()]);
        let outcome = service.sandbox().run(["put", "a", "--json"]);
        assert_eq!(outcome.json()[0]["verified"], "md5", "{outcome:?}");
        let requests = service.requests();
        assert_eq!(requests.len(), 2);
        assert_eq!(region(&requests[0]), "auto");
        assert_eq!(requests[0].target, "/lab/a");
        assert_eq!(requests[1].header("x-amz-checksum-crc64nvme"), None);
        assert_eq!(requests[1].header("content-md5"), Some(HELLO_MD5));
    }
}

#[test]
fn r2_keeps_conditions_in_one_step() {
    let [missing, no_key] = absent();
    let service = Named::at(R2, [missing.clone(), no_key.clone(), stored()]);
    let outcome = service.sandbox().run(["put", "a", "--if-absent", "--json"]);
    assert_eq!(outcome.json()[0]["atomic"], true, "{outcome:?}");
    let service = Named::at(R2, [missing, no_key, s3_error(412, "PreconditionFailed")]);
    service
        .sandbox()
        .run(["put", "a", "--if-absent"])
        .fails_with(5, "PreconditionFailed");
}

#[test]
fn r2_says_401_where_others_say_403() {
    let refusal = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>Unauthorized</Code><Message>no</Message></Error>";
    let service = Named::at(R2, [xml(401, refusal)]);
    service
        .sandbox()
        .run(["get", "a", "b"])
        .fails_with(4, "access denied: Unauthorized");
    assert_eq!(service.requests().len(), 1);
}

#[test]
fn r2_takes_one_write_a_second_for_each_key() {
    let service = Named::at(R2, [answer(429, &[], b""), stored()]);
    let outcome = service.patient_sandbox().run(["put", "a", "--json"]);
    assert_eq!(outcome.json()[0]["attempts"], 2, "{outcome:?}");
    assert!(outcome.elapsed.as_millis() >= 1000, "{outcome:?}");
}

#[test]
fn r2_gets_parts_of_one_size() {
    let answers = upload(
        3,
        [
            completed("opaque-3"),
            head(200, &[("etag", "\"x\"")], 33 * MIB as u64),
        ],
    );
    let service = Named::at(R2, answers);
    let content = bytes(33 * MIB, 1);
    let sandbox = service.sandbox();
    let outcome = sandbox.pipe(["put", "-", "k"], &content);
    outcome.succeeds();
    let requests = service.requests();
    let mut sizes: Vec<usize> = requests
        .iter()
        .filter(|seen| seen.method == "PUT")
        .map(|seen| seen.body.len())
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [MIB, 16 * MIB, 16 * MIB]);
}

#[test]
fn b2_refuses_the_checksum_header_and_is_never_asked_for_one() {
    let refusal = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Error>\n    <Code>InvalidArgument</Code>\n    <Message>Unsupported header 'x-amz-checksum-crc64nvme' received for this API call.</Message>\n</Error>\n";
    let service = Named::at(B2, [xml(400, refusal), stored()]);
    let outcome = service.sandbox().run(["put", "a", "--json"]);
    assert_eq!(outcome.json()[0]["verified"], "md5", "{outcome:?}");
    let requests = service.requests();
    assert_eq!(requests[1].header("content-md5"), Some(HELLO_MD5));
    assert_eq!(region(&requests[0]), "us-west-004");
    assert_eq!(
        (requests[0].header("host"), requests[0].target.as_str()),
        (Some("lab.s3.us-west-004.backblazeb2.com"), "/a")
    );
    let service = Named::at(B2, [answer(200, &[HELLO], b"hello")]);
    service.sandbox().run(["get", "a", "-"]).prints(b"hello");
    assert_eq!(service.requests()[0].header("x-amz-checksum-mode"), None);
    let service = Named::at(B2, [head(200, &[HELLO], 5)]);
    service.sandbox().run(["exists", "a"]).is_silent(0);
    assert_eq!(service.requests()[0].header("x-amz-checksum-mode"), None);
}

#[test]
fn b2_implements_no_condition_and_who_asked_for_one_is_told() {
    let [missing, no_key] = absent();
    let refusal = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Error><Code>NotImplemented</Code><Message>A header you provided implies functionality that is not implemented</Message></Error>";
    for refused in [xml(501, refusal), answer(501, &[], b"")] {
        let service = Named::at(B2, [missing.clone(), no_key.clone(), refused]);
        let outcome = service.sandbox().run(["put", "a", "--if-absent"]);
        outcome.fails_with(5, "the service does not support conditions");
        outcome.fails_with(5, "hint: omit the condition");
    }
    // Without a precondition the status means what it says.
    let service = Named::at(B2, [xml(501, refusal)]);
    service
        .sandbox()
        .run(["put", "a"])
        .fails_with(12, "the store refused: NotImplemented");
}

#[test]
fn b2_is_asked_again_on_a_new_connection_when_it_is_busy() {
    let busy = xml(
        503,
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><Error><Code>ServiceUnavailable</Code><Message>no tomes available</Message></Error>",
    );
    for (endpoint, connections) in [(B2, 2), (SPACES, 1)] {
        let service = Named::at(endpoint, [busy.clone(), stored()]);
        let outcome = service.patient_sandbox().run(["put", "a", "--json"]);
        assert_eq!(outcome.json()[0]["attempts"], 2, "{outcome:?}");
        assert_eq!(service.connections().len(), connections, "{endpoint}");
    }
}

#[test]
fn spaces_takes_an_etag_without_quotes() {
    let there = head(200, &[("etag", "\"abc\"")], 5);
    let unequal = xml(412, "<Error><Code>PreconditionFailed</Code></Error>");
    let service = Named::at(SPACES, [there.clone(), unequal.clone(), stored()]);
    let put = ["put", "a", "--if-match", "abc"];
    service.sandbox().run(put).succeeds();
    let sent: Vec<Option<String>> = service
        .requests()
        .iter()
        .map(|seen| seen.header("if-match").map(str::to_owned))
        .collect();
    assert_eq!(sent, [None, Some("\"abc\"".into()), Some("abc".into())]);
    // The object changed in the meantime, and both responses report it.
    let service = Named::at(SPACES, [there.clone(), unequal.clone()]);
    service
        .sandbox()
        .run(put)
        .fails_with(5, "PreconditionFailed");
    assert_eq!(service.requests().len(), 3);
    // Elsewhere one answer is enough.
    let service = Named::at(CEPH, [there, unequal]);
    service
        .sandbox()
        .run(put)
        .fails_with(5, "PreconditionFailed");
    assert_eq!(service.requests().len(), 2);
}

#[test]
fn spaces_says_no_more_than_a_code() {
    let refusal = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>SignatureDoesNotMatch</Code><RequestId>tx000000000000001b7638c-0059cdfbfa-24e9b-nyc3a</RequestId><HostId>24e9b-nyc3a-nyc</HostId></Error>";
    let service = Named::at(SPACES, [xml(403, refusal)]);
    let outcome = service.sandbox().run(["put", "a", "--json"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    let json = &outcome.json()[0];
    assert_eq!(json["s3"], "SignatureDoesNotMatch");
    assert_eq!(
        json["request_id"],
        "tx000000000000001b7638c-0059cdfbfa-24e9b-nyc3a"
    );
    assert_eq!(
        service.requests()[0].header("host"),
        Some("lab.fra1.digitaloceanspaces.com")
    );
}

#[test]
fn spaces_without_a_region_is_a_page_about_the_product() {
    let page = answer(
        302,
        &[("location", "https://www.digitalocean.com/products/spaces/")],
        b"<html><h1>302 Found</h1></html>",
    );
    let service = Named::at("http://digitaloceanspaces.com", [page]);
    for verb in [&["put", "a"][..], &["get", "k", "b"], &["exists", "k"]] {
        service
            .sandbox()
            .run(verb)
            .fails_with(3, "the bucket is elsewhere: HTTP 302");
    }
}

#[test]
fn wasabi_wants_the_region_of_its_host_and_refuses_another_without_a_word() {
    let service = Named::at(WASABI, [stored()]);
    service.sandbox().run(["put", "a"]).succeeds();
    assert_eq!(region(&service.requests()[0]), "eu-central-1");
    let service = Named::at("http://s3.wasabisys.com", [stored()]);
    service.sandbox().run(["put", "a"]).succeeds();
    assert_eq!(region(&service.requests()[0]), "us-east-1");
    // The environment of a user of AWS.
    let service = Named::at(WASABI, [answer(400, &[], b""), stored()]);
    let sandbox = service.sandbox().env("AWS_REGION", "us-west-2");
    sandbox.run(["put", "a"]).succeeds();
    let regions: Vec<String> = service.requests().iter().map(region).collect();
    assert_eq!(regions, ["us-west-2", "eu-central-1"]);
    // If the region is right already, the request is not corrected again.
    let service = Named::at(WASABI, [answer(400, &[], b"")]);
    let outcome = service.sandbox().run(["put", "a"]);
    outcome.fails_with(12, "the store refused: HTTP 400");
    outcome.fails_with(
        12,
        "hint: some services say no more when `region` (now `eu-central-1`)",
    );
    assert_eq!(service.requests().len(), 1);
}

#[test]
fn ceph_announces_the_length_of_a_document_that_head_cannot_have() {
    let missing = head(404, &[("content-type", "application/xml")], 226);
    let no_key = xml(
        404,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>NoSuchKey</Code><BucketName>lab</BucketName><RequestId>tx1</RequestId><HostId>h</HostId></Error>",
    );
    let service = Named::at(CEPH, [missing.clone(), no_key, missing]);
    service
        .sandbox()
        .run(["exists", "a", "b", "--jobs", "1"])
        .is_silent(1);
    assert_eq!(methods(&service.requests()), ["HEAD", "GET", "HEAD"]);
    assert_eq!(service.connections().len(), 1, "the connection is in step");
}

#[test]
fn ceph_is_asked_again_after_a_modification_at_the_same_time() {
    let conflict = xml(
        409,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>ConcurrentModification</Code></Error>",
    );
    let service = Named::at(CEPH, [conflict, stored()]);
    let outcome = service.patient_sandbox().run(["put", "a", "--json"]);
    assert_eq!(
        (outcome.code, &outcome.json()[0]["attempts"]),
        (Some(0), &2.into()),
        "{outcome:?}"
    );
}

#[test]
fn garage_names_the_region_that_it_wants_and_is_asked_once_more() {
    let malformed = xml(
        400,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>AuthorizationHeaderMalformed</Code><Message>Authorization header malformed, unexpected scope: 20260101/us-east-1/s3/aws4_request</Message><Resource>/lab/a</Resource><Region>garage</Region></Error>",
    );
    let service = Named::at(GARAGE, [malformed.clone(), stored()]);
    service.sandbox().run(["put", "a"]).succeeds();
    let regions: Vec<String> = service.requests().iter().map(region).collect();
    assert_eq!(regions, ["us-east-1", "garage"]);
    let same_host = |asked: &String| asked == "CONNECT garage.example:3900";
    assert!(service.connections().iter().all(same_host));
    let service = Named::at(GARAGE, [malformed]);
    service
        .sandbox()
        .run(["put", "a"])
        .fails_with(3, "AuthorizationHeaderMalformed");
    assert_eq!(service.requests().len(), 2);
}

#[test]
fn garage_names_its_region_in_every_error_and_most_are_about_something_else() {
    for (status, code, exit) in [
        (404, "NoSuchKey", 1),
        (403, "AccessDenied", 4),
        (400, "InvalidRequest", 12),
        (501, "NotImplemented", 12),
    ] {
        let document = format!(
            "<Error><Code>{code}</Code><Message>m</Message><Resource>/lab/k</Resource><Region>garage</Region></Error>"
        );
        let service = Named::at(GARAGE, [xml(status, &document)]);
        let outcome = service.sandbox().run(["get", "k", "b"]);
        assert_eq!(outcome.code, Some(exit), "{outcome:?}");
        assert_eq!(service.requests().len(), 1, "{code}");
    }
}

#[test]
fn garage_and_gcs_ignore_a_condition_so_nothing_is_promised() {
    for endpoint in [GARAGE, GCS] {
        let [missing, no_key] = absent();
        let service = Named::at(endpoint, [missing, no_key, stored()]);
        let outcome = service.sandbox().run(["put", "a", "--if-absent", "--json"]);
        assert_eq!(
            (outcome.code, &outcome.json()[0]["atomic"]),
            (Some(0), &false.into()),
            "{outcome:?}"
        );
        // An existing object is found before anything is sent.
        let service = Named::at(endpoint, [head(200, &[HELLO], 5)]);
        let outcome = service.sandbox().run(["put", "a", "--if-absent"]);
        assert_eq!(outcome.code, Some(5), "{outcome:?}");
        assert_eq!(methods(&service.requests()), ["HEAD"]);
    }
}

#[test]
fn gcs_says_in_details_what_matters_and_ignores_the_checksum_header() {
    let service = Named::at(
        GCS,
        [xml(
            403,
            "<?xml version='1.0' encoding='UTF-8'?><Error><Code>AccessDenied</Code><Message>Access denied.</Message><Details>robot@x.iam does not have storage.objects.get access</Details></Error>",
        )],
    );
    service.sandbox().run(["get", "k", "b"]).fails_with(
        4,
        "AccessDenied: Access denied. (robot@x.iam does not have storage.objects.get access)",
    );
    let service = Named::at(GCS, [stored()]);
    let outcome = service.sandbox().run(["put", "a", "--json"]);
    assert_eq!(outcome.json()[0]["verified"], "md5", "{outcome:?}");
    let request = &service.requests()[0];
    assert_eq!(
        (request.header("host"), region(request).as_str()),
        (Some("lab.storage.googleapis.com"), "auto")
    );
    // Its own front end sets it: it must not be part of the signature, and it is not sent at all.
    assert_eq!(request.header("accept-encoding"), None);
}

#[test]
fn gcs_copies_no_parts_so_that_a_large_copy_goes_through_here() {
    let large = head(200, &[("etag", "\"x\"")], 6 << 30);
    let service = Named::at(GCS, [large.clone(), s3_error(403, "AccessDenied")]);
    service
        .sandbox()
        .run(["cp", "k", "l"])
        .fails_with(4, "AccessDenied");
    assert_eq!(methods(&service.requests()), ["HEAD", "GET"]);
    // A service that reports it itself.
    let began = upload(0, []);
    let refused = s3_error(501, "NotImplemented");
    let aborted = answer(204, &[], b"");
    let answers = [large].into_iter().chain(began).chain([
        refused,
        aborted.clone(),
        aborted,
        s3_error(403, "AccessDenied"),
    ]);
    let service = Named::at(SEAWEEDFS, answers);
    service
        .sandbox()
        .run(["cp", "k", "l"])
        .fails_with(4, "AccessDenied");
    let requests = service.requests();
    assert_eq!(
        methods(&requests),
        ["HEAD", "POST", "PUT", "DELETE", "DELETE", "GET"]
    );
}

#[test]
fn seaweedfs_makes_another_etag_of_parts_and_that_is_no_damage() {
    let size = 20 * MIB as u64;
    let answers = upload(
        2,
        [
            completed("00000000000000000000000000000000-2"),
            head(200, &[("etag", "\"x\"")], size),
        ],
    );
    let service = Named::at(SEAWEEDFS, answers);
    let sandbox = service.sandbox().file("big", bytes(20 * MIB, 5));
    let outcome = sandbox.run(["put", "big", "--json"]);
    assert_eq!(
        (outcome.code, &outcome.json()[0]["verified"]),
        (Some(0), &"length".into()),
        "{outcome:?}"
    );
    service.requests();
}

#[test]
fn rustfs_announces_more_than_it_sends_and_the_status_counts() {
    let cut = |status: u16, body: &str| {
        let full = format!("{body}{}", " ".repeat(100));
        answer(status, &[], full.as_bytes())
            .cut(100)
            .then(Then::Close)
    };
    for (status, body, exit, text) in [
        (
            404,
            "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>",
            1,
            "NoSuchKey",
        ),
        (
            404,
            "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code><Message>The sp",
            3,
            "NoSuchBucket",
        ),
        (
            403,
            "<Error><Code>AccessDenied</Code><Mess",
            4,
            "AccessDenied",
        ),
        (403, "<Error><Code>Acc", 4, "access denied: HTTP 403"),
        (403, "", 4, "access denied: HTTP 403"),
    ] {
        let service = Named::at(RUSTFS, [cut(status, body)]);
        service
            .sandbox()
            .run(["get", "k", "b"])
            .fails_with(exit, text);
        assert_eq!(service.requests().len(), 1, "{body}");
    }
}

#[test]
fn minio_has_codes_of_its_own_also_on_head() {
    let name = xml(
        400,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>XMinioInvalidObjectName</Code><Message>Object name contains unsupported characters.</Message><Key>k</Key></Error>",
    );
    let service = Named::at(MINIO, [name]);
    service.sandbox().run(["put", "a"]).fails_with(
        2,
        "the store does not take this name: XMinioInvalidObjectName",
    );
    let missing = head(404, &[("x-minio-error-code", "NoSuchBucket")], 0);
    let service = Named::at(MINIO, [missing, s3_error(404, "NoSuchBucket")]);
    service
        .sandbox()
        .run(["exists", "a"])
        .fails_with(3, "NoSuchBucket");
    // An unknown code is shown and final.
    let full = s3_error(507, "XMinioStorageFull");
    let service = Named::at(MINIO, [full]);
    service
        .patient_sandbox()
        .run(["put", "a"])
        .fails_with(12, "XMinioStorageFull");
    assert_eq!(service.requests().len(), 1);
}

#[test]
fn minio_keeps_a_completion_alive_with_blanks_before_the_document() {
    let blanks = " ".repeat(500);
    let done = xml(
        200,
        &format!(
            "{blanks}\n<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CompleteMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><ETag>&#34;opaque-2&#34;</ETag></CompleteMultipartUploadResult>"
        ),
    );
    let there = head(200, &[("etag", "\"opaque-2\"")], 20 * MIB as u64);
    let service = Named::at(MINIO, upload(2, [done, there]));
    let sandbox = service.sandbox().file("big", bytes(20 * MIB, 5));
    sandbox.run(["put", "big"]).succeeds();
}

#[test]
fn aws_says_where_the_bucket_is_and_the_whole_body_goes_there() {
    let moved = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>PermanentRedirect</Code><Message>m</Message>";
    for (what, refusal, other) in [
        (
            "301 with the header",
            answer(
                301,
                &[("x-amz-bucket-region", "eu-west-1")],
                format!("{moved}<Endpoint>s3.amazonaws.com</Endpoint><Bucket>lab</Bucket></Error>").as_bytes(),
            ),
            "eu-west-1",
        ),
        (
            "301 with the endpoint alone",
            xml(301, &format!("{moved}<Endpoint>lab.s3-us-west-2.amazonaws.com</Endpoint><Bucket>lab</Bucket></Error>")),
            "us-west-2",
        ),
        (
            "307 with a location",
            answer(
                307,
                &[
                    ("x-amz-bucket-region", "eu-central-1"),
                    ("location", "http://lab.s3.eu-central-1.amazonaws.com/a"),
                ],
                b"<Error><Code>TemporaryRedirect</Code><Message>m</Message><Endpoint>lab.s3.eu-central-1.amazonaws.com</Endpoint><Bucket>lab</Bucket></Error>",
            ),
            "eu-central-1",
        ),
        (
            "400 with the region",
            xml(400, "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-west-1</Region></Error>"),
            "eu-west-1",
        ),
        (
            "an opt-in region",
            xml(400, "<Error><Code>IllegalLocationConstraintException</Code><Message>The af-south-1 location constraint is incompatible for the region specific endpoint this request was sent to.</Message></Error>"),
            "af-south-1",
        ),
    ] {
        let service = Named::at(AWS, [refusal, stored()]);
        let outcome = service.sandbox().run(["put", "a"]);
        assert_eq!(outcome.code, Some(0), "{what}: {outcome:?}");
        let requests = service.requests();
        let regions: Vec<String> = requests.iter().map(region).collect();
        assert_eq!(regions, ["us-east-1", other], "{what}");
        assert_eq!(requests[1].body, b"hello", "{what}");
        let host = format!("lab.s3.{other}.amazonaws.com");
        assert_eq!(requests[1].header("host"), Some(host.as_str()), "{what}");
        assert_eq!(
            service.connections(),
            ["CONNECT lab.s3.us-east-1.amazonaws.com:80".to_owned(), format!("CONNECT {host}:80")]
        );
    }
}

#[test]
fn aws_names_the_region_to_head_in_a_header_alone() {
    for status in [301, 400] {
        let elsewhere = head(status, &[("x-amz-bucket-region", "eu-west-1")], 0);
        let service = Named::at(AWS, [elsewhere, head(200, &[HELLO], 5)]);
        service.sandbox().run(["exists", "a"]).is_silent(0);
        assert_eq!(region(&service.requests()[1]), "eu-west-1");
    }
}

#[test]
fn a_redirect_that_leads_nowhere_ends() {
    let about_another = "<Error><Code>PermanentRedirect</Code><Message>m</Message><Bucket>s3.amazonaws.com</Bucket><Endpoint>s3.amazonaws.com</Endpoint></Error>";
    let hostile = "<Error><Code>PermanentRedirect</Code><Message>m</Message><Bucket>lab</Bucket><Endpoint>lab.s3.evil/x.amazonaws.com</Endpoint></Error>";
    for document in [about_another, hostile] {
        let service = Named::at(AWS, [xml(301, document)]);
        let sandbox = service.sandbox().env("AWS_REGION", "eu-west-1");
        sandbox.run(["put", "a"]).fails_with(3, "PermanentRedirect");
        assert_eq!(service.requests().len(), 1, "{document}");
    }
    // Two regions that point at each other.
    let there = answer(301, &[("x-amz-bucket-region", "eu-west-1")], b"");
    let back = answer(301, &[("x-amz-bucket-region", "us-east-1")], b"");
    let service = Named::at(AWS, [there, back]);
    service
        .sandbox()
        .run(["put", "a"])
        .fails_with(3, "HTTP 301");
    assert_eq!(service.requests().len(), 2);
}

#[test]
fn aws_may_say_200_and_fail_and_is_asked_again() {
    let late = xml(
        200,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\n<Error><Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message></Error>",
    );
    let there = head(200, &[("etag", "\"opaque-2\"")], 20 * MIB as u64);
    let answers = upload(2, [late.clone(), completed("opaque-2"), there]);
    let service = Named::at(AWS, answers);
    let sandbox = service.patient_sandbox().file("big", bytes(20 * MIB, 5));
    sandbox.run(["put", "big"]).succeeds();
    let completions = service.requests();
    let completions = completions.iter().filter(|seen| seen.method == "POST");
    assert_eq!(completions.count(), 3);
    let source = head(200, &[HELLO], 5);
    let copied = xml(
        200,
        "<CopyObjectResult><ETag>\"5d41402abc4b2a76b9719d911017c592\"</ETag></CopyObjectResult>",
    );
    let service = Named::at(AWS, [source, late, copied]);
    service.patient_sandbox().run(["cp", "k", "l"]).succeeds();
    assert_eq!(methods(&service.requests()), ["HEAD", "PUT", "PUT"]);
}

#[test]
fn aws_says_conflict_where_nothing_is_there_yet() {
    let [missing, no_key] = absent();
    let conflict = s3_error(409, "ConditionalRequestConflict");
    let service = Named::at(
        AWS,
        [missing.clone(), no_key.clone(), conflict, missing, stored()],
    );
    let outcome = service
        .patient_sandbox()
        .run(["put", "a", "--if-absent", "--json"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(outcome.json()[0]["atomic"], true, "{outcome:?}");
}

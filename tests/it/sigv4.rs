//! The signature against published known answers, step by step: canonical request, string to sign, signature, header or
//! presigned URL. A case that does not apply to S3 is listed with its reason, and the numbers are asserted, so that none
//! is skipped in silence.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use blobctl::aws::sigv4::SignableRequest;
use blobctl::aws::sigv4::SigningScope;
use blobctl::aws::sigv4::authorization;
use blobctl::aws::sigv4::canonical_request;
use blobctl::aws::sigv4::presigned_parameters;
use blobctl::aws::sigv4::presigned_query;
use blobctl::aws::sigv4::signature;
use blobctl::aws::sigv4::signed_headers;
use blobctl::aws::sigv4::signing_key;
use blobctl::aws::sigv4::string_to_sign;
use blobctl::digest::{Algorithm, Hasher, base64, hex};
use blobctl::http::endpoint::Endpoint;
use blobctl::http::percent::Slash;
use blobctl::http::percent::uri_encode;
use blobctl::secret::Secret;
use serde_json::Value;

/// S3 neither normalises paths nor leaves an `x-amz-*` header unsigned.
const NOT_S3: [(&str, &str); 7] = [
    ("get-relative-normalized", "the path is normalised"),
    ("get-relative-relative-normalized", "the path is normalised"),
    ("get-slash-dot-slash-normalized", "the path is normalised"),
    ("get-slash-normalized", "the path is normalised"),
    (
        "get-slash-pointless-dot-normalized",
        "the path is normalised",
    ),
    ("get-slashes-normalized", "the path is normalised"),
    (
        "post-sts-header-after",
        "the session token is sent without being signed",
    ),
];

/// The same cases under the names of the older suite.
const NOT_S3_OLD: [(&str, &str); 7] = [
    ("get-relative", "the path is normalised"),
    ("get-relative-relative", "the path is normalised"),
    ("get-slash", "the path is normalised"),
    ("get-slash-dot-slash", "the path is normalised"),
    ("get-slash-pointless-dot", "the path is normalised"),
    ("get-slashes", "the path is normalised"),
    (
        "post-sts-header-after",
        "the session token is sent without being signed",
    ),
];

fn vectors(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(below)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A request as the suites write it.
struct Raw {
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: String,
}

/// Reads the suite's request text. The target may hold blanks and raw UTF-8, which no HTTP library takes.
fn parse(text: &str) -> Raw {
    let text = text.replace("\r\n", "\n");
    let (head, body) = text
        .split_once("\n\n")
        .unwrap_or((text.trim_end_matches('\n'), ""));
    let mut lines = head.lines();
    let first = lines.next().unwrap();
    let (method, rest) = first.split_once(' ').unwrap();
    let (target, _) = rest.rsplit_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines {
        if line.starts_with([' ', '\t']) {
            let (_, value) = headers.last_mut().unwrap();
            value.push('\n');
            value.push_str(line);
        } else {
            let (name, value) = line.split_once(':').unwrap();
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    let query = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        });
    Raw {
        method: method.to_owned(),
        path: uri_encode(path, Slash::Keep),
        query: query.collect(),
        headers,
        body: body.to_owned(),
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        match (first, tail) {
            (b'%', [high, low, after @ ..]) => {
                let digits = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn owned(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn sha256(text: &str) -> String {
    Hasher::digest(Algorithm::Sha256, text.as_bytes()).hex()
}

/// The parameters of each case of the newer suite, in addition to the request.
struct Context {
    id: String,
    secret: Secret,
    token: Option<Secret>,
    sign_body: bool,
    scope: SigningScope,
}

fn context(case: &Path) -> Context {
    let json: Value = serde_json::from_str(&read(&case.join("context.json"))).unwrap();
    let text = |pointer: &str| json.pointer(pointer).and_then(Value::as_str);
    let timestamp = text("/timestamp").unwrap().replace(['-', ':'], "");
    Context {
        id: text("/credentials/access_key_id").unwrap().to_owned(),
        secret: Secret::new(text("/credentials/secret_access_key").unwrap()),
        token: text("/credentials/token").map(Secret::new),
        sign_body: json["sign_body"].as_bool().unwrap(),
        scope: SigningScope {
            timestamp,
            region: text("/region").unwrap().to_owned(),
            service: text("/service").unwrap().to_owned(),
        },
    }
}

fn cases(below: &str) -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = std::fs::read_dir(vectors(below))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    cases
}

fn name(case: &Path) -> String {
    case.file_name().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn every_applicable_case_of_the_suite_agrees_in_its_header_form() {
    let mut done = 0;
    for case in cases("aws-c-auth/v4") {
        let name = name(&case);
        if NOT_S3.iter().any(|(other, _)| *other == name) {
            continue;
        }
        let Context {
            id,
            secret,
            token,
            sign_body,
            scope,
        } = context(&case);
        let raw = parse(&read(&case.join("request.txt")));
        let payload_hash = sha256(&raw.body);
        let mut headers = raw.headers;
        headers.push(owned("X-Amz-Date", &scope.timestamp));
        if sign_body {
            headers.push(owned("x-amz-content-sha256", &payload_hash));
        }
        if let Some(token) = &token {
            headers.push(owned("X-Amz-Security-Token", token.expose()));
        }
        let request = SignableRequest {
            method: &raw.method,
            path: &raw.path,
            query: &raw.query,
            headers: &headers,
            payload_hash: &payload_hash,
        };
        let canonical = canonical_request(&request);
        assert_eq!(
            canonical,
            read(&case.join("header-canonical-request.txt")),
            "{name}"
        );
        let to_sign = string_to_sign(&scope, &canonical);
        assert_eq!(
            to_sign,
            read(&case.join("header-string-to-sign.txt")),
            "{name}"
        );
        let signature = signature(&signing_key(&secret, &scope), &to_sign);
        assert_eq!(
            signature,
            read(&case.join("header-signature.txt")),
            "{name}"
        );
        let header = authorization(&id, &scope, &signed_headers(&headers), &signature);
        let signed = read(&case.join("header-signed-request.txt"));
        assert!(
            signed.contains(&format!("Authorization:{header}")),
            "{name}: {header}"
        );
        done += 1;
    }
    assert_eq!((done, NOT_S3.len()), (31, 7));
}

#[test]
fn every_applicable_case_of_the_suite_agrees_in_its_query_form() {
    let mut done = 0;
    for case in cases("aws-c-auth/v4") {
        let name = name(&case);
        if NOT_S3.iter().any(|(other, _)| *other == name) {
            continue;
        }
        let Context {
            id,
            secret,
            token,
            scope,
            ..
        } = context(&case);
        let raw = parse(&read(&case.join("request.txt")));
        let payload_hash = sha256(&raw.body);
        let headers = raw.headers;
        let mut query = raw.query;
        query.extend(presigned_parameters(
            &id,
            &scope,
            3600,
            &signed_headers(&headers),
            token.as_ref(),
        ));
        let request = SignableRequest {
            method: &raw.method,
            path: &raw.path,
            query: &query,
            headers: &headers,
            payload_hash: &payload_hash,
        };
        let canonical = canonical_request(&request);
        assert_eq!(
            canonical,
            read(&case.join("query-canonical-request.txt")),
            "{name}"
        );
        let to_sign = string_to_sign(&scope, &canonical);
        assert_eq!(
            to_sign,
            read(&case.join("query-string-to-sign.txt")),
            "{name}"
        );
        let signature = signature(&signing_key(&secret, &scope), &to_sign);
        assert_eq!(signature, read(&case.join("query-signature.txt")), "{name}");
        let mut ours = parse(&format!(
            "GET /?{} HTTP/1.1
",
            presigned_query(&query, &signature)
        ))
        .query;
        let mut wanted = parse(&read(&case.join("query-signed-request.txt"))).query;
        ours.sort();
        wanted.sort();
        assert_eq!(ours, wanted, "{name}");
        done += 1;
    }
    assert_eq!(done, 31);
}

#[test]
fn every_applicable_case_of_the_older_suite_agrees() {
    let mut found = BTreeSet::new();
    let mut left_out = BTreeSet::new();
    let nested = ["normalize-path", "post-sts-token"];
    let top = cases("botocore/aws4_testsuite")
        .into_iter()
        .filter(|case| !nested.contains(&name(case).as_str()));
    let below = nested
        .iter()
        .flat_map(|folder| cases(&format!("botocore/aws4_testsuite/{folder}")));
    for case in top.chain(below).filter(|case| case.is_dir()) {
        let name = name(&case);
        if NOT_S3_OLD.iter().any(|(other, _)| *other == name) {
            left_out.insert(name);
            continue;
        }
        let file =
            |ending: &str| read(&case.join(format!("{name}.{ending}"))).replace("\r\n", "\n");
        let raw = parse(&file("req"));
        let scope = SigningScope {
            timestamp: "20150830T123600Z".to_owned(),
            region: "us-east-1".to_owned(),
            service: "service".to_owned(),
        };
        let mut headers = raw.headers;
        let wanted = file("creq");
        // One case has its token in the canonical request alone.
        if let Some(line) = wanted
            .lines()
            .find(|line| line.starts_with("x-amz-security-token:"))
            && !headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("x-amz-security-token"))
        {
            headers.push(owned(
                "x-amz-security-token",
                line.split_once(':').unwrap().1,
            ));
        }
        let payload_hash = sha256(&raw.body);
        let request = SignableRequest {
            method: &raw.method,
            path: &raw.path,
            query: &raw.query,
            headers: &headers,
            payload_hash: &payload_hash,
        };
        let canonical = canonical_request(&request);
        assert_eq!(canonical, wanted, "{name}");
        let to_sign = string_to_sign(&scope, &canonical);
        assert_eq!(to_sign, file("sts"), "{name}");
        let key = signing_key(
            &Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            &scope,
        );
        let header = authorization(
            "AKIDEXAMPLE",
            &scope,
            &signed_headers(&headers),
            &signature(&key, &to_sign),
        );
        assert_eq!(header, file("authz").trim_end(), "{name}");
        found.insert(name);
    }
    assert_eq!(
        (found.len(), left_out.len()),
        (27, 7),
        "{found:?}\n{left_out:?}"
    );
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} in {case}"))
}

fn scope_of(case: &Value) -> SigningScope {
    SigningScope {
        timestamp: text(case, "date").to_owned(),
        region: text(case, "region").to_owned(),
        service: text(case, "service").to_owned(),
    }
}

/// Scheme and authority, and the path, of a URL.
fn split(url: &str) -> (Endpoint, String, Vec<(String, String)>) {
    let start = url.find("://").unwrap() + 3;
    let path = url[start..].find('/').map_or(url.len(), |at| start + at);
    let (path_text, query) = url[path..].split_once('?').unwrap_or((&url[path..], ""));
    let query = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        });
    (
        Endpoint::parse(&url[..path]).unwrap(),
        path_text.to_owned(),
        query.collect(),
    )
}

/// Signs what a case describes and compares every step. Returns the signature.
fn check(case: &Value, query: &[(String, String)]) -> String {
    let name = text(case, "name");
    let (endpoint, path, _) = split(text(case, "url"));
    let key_path = case["path_decoded"]
        .as_str()
        .map_or(path.clone(), |decoded| uri_encode(decoded, Slash::Keep));
    assert_eq!(key_path, path, "{name}: the encoded path");
    let mut headers: Vec<(String, String)> = case["headers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| owned(name, value.as_str().unwrap()))
        .collect();
    let has = |headers: &[(String, String)], name: &str| {
        headers
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name))
    };
    let payload_hash = text(case, "payload_hash");
    let presigned = text(case, "kind") == "query";
    if !has(&headers, "host") {
        headers.push(owned("host", &endpoint.authority()));
    }
    if let Some(host) = case["host_header"].as_str() {
        assert_eq!(endpoint.authority(), host, "{name}");
    }
    let s3 = text(case, "service") == "s3";
    for (header, value) in [
        ("x-amz-date", text(case, "date")),
        ("x-amz-content-sha256", payload_hash),
    ] {
        if !presigned && !has(&headers, header) && (s3 || header == "x-amz-date") {
            headers.push(owned(header, value));
        }
    }
    if let (false, Some(token)) = (presigned, case["session_token"].as_str())
        && !has(&headers, "x-amz-security-token")
    {
        headers.push(owned("x-amz-security-token", token));
    }
    let request = SignableRequest {
        method: text(case, "method"),
        path: &path,
        query,
        headers: &headers,
        payload_hash,
    };
    let canonical = canonical_request(&request);
    assert_eq!(canonical, text(case, "canonical_request"), "{name}");
    assert_eq!(
        sha256(&canonical),
        text(case, "canonical_request_hash"),
        "{name}"
    );
    let scope = scope_of(case);
    let to_sign = string_to_sign(&scope, &canonical);
    assert_eq!(to_sign, text(case, "string_to_sign"), "{name}");
    let signature = signature(
        &signing_key(&Secret::new(text(case, "secret")), &scope),
        &to_sign,
    );
    assert_eq!(signature, text(case, "signature"), "{name}");
    if let Some(wanted) = case["authorization"].as_str() {
        assert_eq!(
            authorization(
                text(case, "access_key"),
                &scope,
                &signed_headers(&headers),
                &signature
            ),
            wanted,
            "{name}"
        );
    }
    signature
}

/// The query that a presigned case signs: its own parameters and those that carry the signature.
fn presigned_case(case: &Value) -> Vec<(String, String)> {
    let (_, _, mut query) = split(text(case, "url"));
    let token = case["session_token"].as_str().map(Secret::new);
    let expires = u32::try_from(case["expires"].as_u64().unwrap()).unwrap();
    query.extend(presigned_parameters(
        text(case, "access_key"),
        &scope_of(case),
        expires,
        "host",
        token.as_ref(),
    ));
    query
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| owned(pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
        .collect()
}

#[test]
fn all_derived_cases_agree() {
    let cases: Vec<Value> =
        serde_json::from_str(&read(&vectors("s3-derived-vectors.json"))).unwrap();
    let mut presigned = 0;
    for case in &cases {
        if text(case, "kind") == "header" {
            check(case, &pairs(&case["query"]));
            continue;
        }
        let query = presigned_case(case);
        let signature = check(case, &query);
        let url = format!(
            "{}?{}",
            text(case, "url"),
            presigned_query(&query, &signature)
        );
        let (_, _, mut ours) = split(&url);
        let (_, _, mut wanted) = split(text(case, "presigned_url"));
        ours.sort();
        wanted.sort();
        assert_eq!(ours, wanted, "{}", text(case, "name"));
        presigned += 1;
    }
    assert_eq!((cases.len(), presigned), (74, 7));
}

#[test]
fn all_examples_of_the_manuals_agree() {
    let cases: Vec<Value> = serde_json::from_str(&read(&vectors("s3-doc-examples.json"))).unwrap();
    assert_eq!(cases.len(), 9);
    for case in &cases {
        match text(case, "kind") {
            "query" => {
                let query = presigned_case(case);
                let signature = check(case, &query);
                assert!(
                    text(case, "presigned_url").ends_with(&format!("X-Amz-Signature={signature}"))
                );
            }
            "post-policy" => {
                // The policy itself is what is signed.
                let key = signing_key(&Secret::new(text(case, "secret")), &scope_of(case));
                assert_eq!(
                    signature(&key, text(case, "policy_base64")),
                    text(case, "signature")
                );
            }
            "header" => {
                let (_, _, query) = split(text(case, "url"));
                check(case, &query);
            }
            // The first signature of a chunked upload is that of its head; each later one signs a chunk with the same key.
            "header+chunked" | "header+chunked+trailer" => {
                let (_, _, query) = split(text(case, "url"));
                check(case, &query);
                let key = signing_key(&Secret::new(text(case, "secret")), &scope_of(case));
                for chunk in case["chunks"].as_array().unwrap() {
                    assert_eq!(
                        signature(&key, text(chunk, "string_to_sign")),
                        text(chunk, "signature")
                    );
                }
                // The trailer, where there is one, is signed like one more chunk.
                if text(case, "kind").ends_with("trailer") {
                    let trailer = &case["trailer"];
                    assert_eq!(
                        signature(&key, text(trailer, "string_to_sign")),
                        text(trailer, "signature")
                    );
                }
            }
            other => panic!("an example of an unknown kind: {other}"),
        }
    }
}

#[test]
fn digests_are_written_as_headers_want_them() {
    let md5 = Hasher::digest(Algorithm::Md5, b"");
    assert_eq!(base64(md5.bytes()), "1B2M2Y8AsgTpgAmY7PhCfg==");
    assert_eq!(hex(md5.bytes()), "d41d8cd98f00b204e9800998ecf8427e");
}

#[test]
fn time_is_converted_to_utc() {
    // 2013-05-24 02:00 at +02:00 is midnight UTC.
    let time = time::OffsetDateTime::from_unix_timestamp(1_369_353_600)
        .unwrap()
        .to_offset(time::UtcOffset::from_hms(2, 0, 0).unwrap());
    let scope = SigningScope::new(time, "us-east-1", "s3");
    assert_eq!(scope.timestamp, "20130524T000000Z");
    assert_eq!(
        scope.credential_scope(),
        "20130524/us-east-1/s3/aws4_request"
    );
}

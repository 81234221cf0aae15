//! Listings of services that know the older protocol alone, and of services that never come to an end.

use std::process::Stdio;

use crate::support::http::{Script, ScriptedServer, Then, answer, s3_error};
use crate::support::s3::variables;
use crate::support::{Sandbox, peak_memory, wait_until};

fn document(inside: &str) -> Script {
    let text = format!(
        "<?xml version=\"1.0\"?><ListBucketResult><Name>lab</Name>{inside}</ListBucketResult>"
    );
    answer(200, &[], text.as_bytes())
}

fn keys(keys: &[&str]) -> String {
    let entry = |key: &&str| format!("<Contents><Key>{key}</Key><Size>1</Size></Contents>");
    keys.iter().map(entry).collect()
}

/// A page of ListObjects.
fn old(marker: &str, names: &[&str], more: bool) -> Script {
    document(&format!(
        "<Marker>{marker}</Marker><EncodingType>url</EncodingType><IsTruncated>{more}</IsTruncated>{}",
        keys(names)
    ))
}

fn with_token(names: &[&str], token: &str) -> Script {
    document(&format!(
        "<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>{}",
        keys(names)
    ))
}

fn against(answers: impl IntoIterator<Item = Script>) -> (ScriptedServer, Sandbox) {
    let server = ScriptedServer::start(answers);
    let sandbox = Sandbox::new().envs(&variables(&server.endpoint()));
    (server, sandbox)
}

fn targets(server: &ScriptedServer) -> Vec<String> {
    server.seen().into_iter().map(|seen| seen.target).collect()
}

#[test]
fn a_service_that_ignores_the_newer_protocol_is_gone_on_with_behind_the_last_key() {
    let (server, sandbox) = against([
        old("", &["p/a", "p/b+%2B"], true),
        old("p/b+%2B", &["p/c", "p/%C3%BC"], true),
        old("p/%C3%BC", &["p/%E2%82%AC"], false),
    ]);
    sandbox
        .run(["ls", "p/"])
        .prints("p/a\np/b +\np/c\np/ü\np/€\n".as_bytes());
    assert_eq!(
        targets(&server),
        [
            "/lab?encoding-type=url&list-type=2&prefix=p%2F",
            "/lab?encoding-type=url&marker=p%2Fb%20%2B&prefix=p%2F",
            "/lab?encoding-type=url&marker=p%2F%C3%BC&prefix=p%2F",
        ]
    );
}

#[test]
fn a_service_that_refuses_the_newer_protocol_is_asked_by_the_older() {
    let invalid = |message: &str, name: &str| {
        let body = format!(
            "<Error><Code>InvalidArgument</Code><Message>{message}</Message>{name}</Error>"
        );
        answer(400, &[], body.as_bytes())
    };
    for refusal in [
        s3_error(501, "NotImplemented"),
        answer(501, &[], b""),
        s3_error(400, "NotImplemented"),
        invalid("Unsupported list-type", ""),
        invalid("Invalid Argument", "<ArgumentName>list-type</ArgumentName>"),
    ] {
        let (server, sandbox) =
            against([refusal, old("", &["a", "b"], true), old("b", &["c"], false)]);
        sandbox.run(["ls"]).prints(b"a\nb\nc\n");
        assert_eq!(
            targets(&server),
            [
                "/lab?encoding-type=url&list-type=2",
                "/lab?encoding-type=url",
                "/lab?encoding-type=url&marker=b",
            ]
        );
    }
}

#[test]
fn other_refusals_are_final() {
    let other = b"<Error><Code>InvalidArgument</Code><Message>Invalid prefix</Message></Error>";
    for (refusal, code) in [
        (answer(400, &[], other), 12),
        (s3_error(403, "AccessDenied"), 4),
        (s3_error(404, "NoSuchBucket"), 3),
    ] {
        let (server, sandbox) = against([refusal]);
        assert_eq!(sandbox.run(["ls"]).code, Some(code));
        assert_eq!(server.seen().len(), 1);
    }
    // Refused in both ways.
    let (server, sandbox) = against([s3_error(501, "NotImplemented")]);
    sandbox.run(["ls"]).fails_with(12, "NotImplemented");
    assert_eq!(server.seen().len(), 2);
}

#[test]
fn the_next_marker_that_a_service_names_is_taken() {
    // As with a delimiter, where the marker is after the last key.
    let first = "<Marker/><NextMarker>d%2F</NextMarker><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>\
                 <Contents><Key>c</Key></Contents><CommonPrefixes><Prefix>d%2F</Prefix></CommonPrefixes>";
    let only_prefixes = "<Marker>d%2F</Marker><NextMarker>e%2F</NextMarker><EncodingType>url</EncodingType>\
                         <IsTruncated>true</IsTruncated><CommonPrefixes><Prefix>e%2F</Prefix></CommonPrefixes>";
    let (server, sandbox) = against([
        document(first),
        document(only_prefixes),
        old("e%2F", &["f"], false),
    ]);
    sandbox.run(["ls"]).prints(b"c\nf\n");
    assert_eq!(
        targets(&server)[1..],
        [
            "/lab?encoding-type=url&marker=d%2F",
            "/lab?encoding-type=url&marker=e%2F",
        ]
    );
}

#[test]
fn a_marker_that_a_service_makes_up_need_not_grow() {
    let page = |names: &[&str], next: &str| {
        document(&format!(
            "<Marker/><NextMarker>{next}</NextMarker><IsTruncated>true</IsTruncated>{}",
            keys(names)
        ))
    };
    let (server, sandbox) = against([
        page(&["a", "b"], "f00"),
        page(&["c"], "b47"),
        old("b47", &["d"], false),
    ]);
    sandbox.run(["ls"]).prints(b"a\nb\nc\nd\n");
    assert_eq!(
        targets(&server)[1..],
        [
            "/lab?encoding-type=url&marker=f00",
            "/lab?encoding-type=url&marker=b47",
        ]
    );
    // In a circle it is noticed all the same.
    let (server, sandbox) = against([
        page(&["a"], "f00"),
        page(&["b"], "b47"),
        page(&["a"], "f00"),
        page(&["b"], "b47"),
        page(&["a"], "f00"),
    ]);
    let outcome = sandbox.run(["ls"]);
    assert_eq!(outcome.code, Some(12), "{outcome:?}");
    assert!(server.seen().len() <= 5, "{}", server.seen().len());
}

#[test]
fn a_key_that_was_left_out_is_a_marker_all_the_same() {
    let (server, sandbox) = against([old("", &["p/a", "q"], true), old("q", &["r"], false)]);
    sandbox.run(["ls", "p/"]).prints(b"p/a\n");
    assert_eq!(
        targets(&server)[1],
        "/lab?encoding-type=url&marker=q&prefix=p%2F"
    );
}

#[test]
fn a_service_that_repeats_itself_is_stopped() {
    for answers in [
        // The marker is ignored too.
        vec![old("", &["a", "b"], true)],
        // It goes back.
        vec![
            old("", &["a", "b"], true),
            old("b", &["c"], true),
            old("c", &["a"], true),
        ],
        // The same token, at once and in a circle.
        vec![with_token(&["a"], "t")],
        vec![
            with_token(&["a"], "t1"),
            with_token(&["b"], "t2"),
            with_token(&["c"], "t1"),
            with_token(&["d"], "t2"),
            with_token(&["e"], "t1"),
        ],
    ] {
        let (server, sandbox) = against(answers);
        let outcome = sandbox.run(["ls"]);
        assert_eq!(outcome.code, Some(12), "{outcome:?}");
        assert!(outcome.stderr.contains("repeats itself"), "{outcome:?}");
        assert!(server.seen().len() <= 6, "{}", server.seen().len());
    }
}

#[test]
fn a_listing_of_empty_pages_ends() {
    let page = |number: usize| with_token(&[], &format!("t{number}"));
    let (server, sandbox) = against((0..1100).map(page));
    sandbox.run(["ls"]).fails_with(
        12,
        "the listing does not end: 1000 pages in a row are empty",
    );
    assert_eq!(server.seen().len(), 1001);
    // Fewer may be deleted keys.
    let page = |number: usize| match number {
        500 => with_token(&["a"], "t500"),
        1200 => document(&keys(&["b"])),
        _ => page(number),
    };
    let (_server, sandbox) = against((0..=1200).map(page));
    sandbox.run(["ls"]).prints(b"a\nb\n");
}

#[test]
fn a_size_that_is_not_a_number_is_an_unexpected_answer() {
    for size in ["-5", "99999999999999999999999", "", "1e3"] {
        let entry = format!("<Contents><Key>b</Key><Size>{size}</Size></Contents>");
        let (_server, sandbox) = against([document(&(keys(&["a"]) + &entry))]);
        let expected = format!("`{size}` is not the size of a blob");
        sandbox.run(["ls", "-l"]).fails_with(12, &expected);
        sandbox
            .run(["rm", "-r", "--all", "--max-size", "5", "s3://lab"])
            .fails_with(12, &expected);
    }
}

#[test]
fn a_page_that_does_not_say_where_it_goes_on_is_no_end() {
    let truncated = "<IsTruncated>true</IsTruncated>";
    for answers in [
        // No sign of the older protocol.
        vec![document(&format!("{truncated}{}", keys(&["a"])))],
        // Neither a key nor a marker.
        vec![document(&format!("<Marker/>{truncated}"))],
        // In the middle of the newer one.
        vec![
            with_token(&["a"], "t"),
            document(&format!("<Marker/>{truncated}{}", keys(&["b"]))),
        ],
        // A marker that no request can carry.
        vec![old("", &["a%FF"], true)],
    ] {
        let (_server, sandbox) = against(answers);
        let outcome = sandbox.run(["ls"]);
        assert_eq!(outcome.code, Some(12), "{outcome:?}");
    }
}

#[test]
fn a_page_that_broke_is_asked_for_again_in_its_own_protocol() {
    let cut = old("b", &["c", "d"], true).cut(60).then(Then::Close);
    let (server, sandbox) = against([
        old("", &["a", "b"], true),
        cut,
        old("b", &["c", "d"], true),
        old("d", &["e"], false),
    ]);
    sandbox.run(["ls"]).prints(b"a\nb\nc\nd\ne\n");
    let again = "/lab?encoding-type=url&marker=b";
    assert_eq!(targets(&server)[1..3], [again, again]);
}

#[test]
fn what_was_learnt_holds_for_the_rest_of_the_run() {
    let (server, sandbox) = against([
        s3_error(501, "NotImplemented"),
        old("", &["a"], true),
        old("a", &["b"], false),
    ]);
    let told = sandbox.run(["ls", "-v"]);
    assert_eq!(told.stdout, b"a\nb\n", "{told:?}");
    let word = "the store does not support ListObjectsV2";
    assert_eq!(told.stderr.matches(word).count(), 1, "{told:?}");
    assert_eq!(server.seen().len(), 3);
}

#[test]
fn a_long_old_listing_takes_the_memory_of_a_page() {
    let peak = |pages: usize| {
        let name = |number: usize| format!("{number:08}/{}", "x".repeat(200));
        let page = |number: usize| {
            let names: Vec<String> = (0..500).map(|key| name(number * 500 + key)).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            old("", &names, number < pages)
        };
        // The last page does not come: while the program waits for it, the most that it used can be read at leisure.
        let last = page(pages).cut(usize::MAX).then(Then::Stall);
        let (server, sandbox) = against((0..pages).map(page).chain([last]));
        let mut command = sandbox.command(["ls"]);
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        wait_until("the last page", || server.seen().len() == pages + 1);
        let peak = peak_memory(child.id());
        child.kill().unwrap();
        child.wait().unwrap();
        peak
    };
    let (short, long) = (peak(2), peak(100));
    // The keys alone of the long one are 10 MiB.
    assert!(
        short > 0 && long < short + 3 * 1024,
        "{short} KiB, {long} KiB"
    );
}

#[test]
fn a_listing_goes_over_pages_and_stops_if_it_repeats_itself() {
    let page = |keys: &[&str], next: Option<&str>| {
        let contents = keys.iter().fold(String::new(), |text, key| {
            text + "<Contents><Key>" + key + "</Key><Size>1</Size></Contents>"
        });
        let next = next.map_or("<IsTruncated>false</IsTruncated>".to_owned(), |token| format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>"));
        answer(200, &[], format!("<ListBucketResult><EncodingType>url</EncodingType>{contents}{next}</ListBucketResult>").as_bytes())
    };
    let server =
        ScriptedServer::start([page(&["a+b", "c%2Bd"], Some("t/1+")), page(&["%0Ae"], None)]);
    crate::support::s3::against(&server)
        .run(["ls"])
        .prints(b"a b\nc+d\n\ne\n");
    assert_eq!(
        server.seen()[1].target,
        "/lab?continuation-token=t%2F1%2B&encoding-type=url&list-type=2"
    );
    let server = ScriptedServer::start([page(&["a"], Some("same"))]);
    let outcome = crate::support::s3::against(&server).run(["ls"]);
    assert_eq!(
        (outcome.code, outcome.stdout.as_slice()),
        (Some(12), &b"a\n"[..]),
        "{outcome:?}"
    );
    // Keys that were not asked for are left out.
    let server = ScriptedServer::start([page(&["p/a", "../evil"], None)]);
    crate::support::s3::against(&server)
        .run(["ls", "p/"])
        .prints(b"p/a\n");
}

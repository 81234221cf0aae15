//! Large blobs on their way from S3 into a pipe: in parts that come side by side and leave in their order.

use std::io::Read;
use std::process::Stdio;
use std::sync::atomic::Ordering;

use crate::support::http::{Fault, FaultProxy};
use crate::support::s3::{S3Server, variables};
use crate::support::{MIB, Sandbox, bytes};

/// A server with the blob `a`.
fn holding(content: &[u8]) -> S3Server {
    let server = S3Server::start();
    let sandbox = Sandbox::new().envs(&server.variables()).file("a", content);
    sandbox.run(["put", "a"]).succeeds();
    server.requests();
    server
}

/// Ranges that were asked for, in order of their beginnings.
fn ranges(server: &S3Server) -> Vec<String> {
    let requests = server.requests();
    let gets = requests.iter().filter(|request| request.method == "GET");
    let mut ranges: Vec<String> = gets
        .map(|request| request.header("range").unwrap_or("all").to_owned())
        .collect();
    ranges.sort_by_key(|range| (range.len(), range.clone()));
    ranges
}

#[test]
fn parts_leave_in_their_order_however_they_come() {
    let content = bytes(100 * MIB, 1);
    let server = holding(&content);
    for parts in ["1", "2", "4", "16"] {
        let proxy = FaultProxy::start(server.address, []);
        let sandbox = Sandbox::new().envs(&variables(&proxy.endpoint()));
        let get = ["get", "a", "-", "--parts", parts, "--part-size", "8MiB"];
        sandbox.run(get).prints(&content);
        let asked = ranges(&server);
        assert_eq!(asked.len(), 13, "{asked:?}");
        assert_eq!(
            (asked[0].as_str(), asked[1].as_str(), asked[12].as_str()),
            ("all", "bytes=8388608-16777215", "bytes=100663296-104857599")
        );
        // The first answer is left after its part, and its connection with it.
        let most = parts.parse::<u64>().unwrap() + 1;
        let used = proxy.connections.load(Ordering::SeqCst);
        assert!((2..=most).contains(&used), "{used} of {most}");
    }
}

#[test]
fn a_part_that_breaks_is_repeated_from_where_it_broke() {
    let content = bytes(70 * MIB, 2);
    let server = holding(&content);
    let faults = [3, 9, 2, 11, 5, 1, 7].map(|mib| Fault::CutDown(mib << 20));
    let proxy = FaultProxy::start(server.address, faults);
    let sandbox = Sandbox::new()
        .envs(&variables(&proxy.endpoint()))
        .env("BLOBCTL_RETRY_FOR", "5m");
    sandbox.run(["get", "a", "-"]).prints(&content);
    assert!(ranges(&server).len() > 5);
}

#[test]
fn a_blob_that_is_replaced_in_the_middle_is_never_mixed() {
    let server = holding(&bytes(60 * MIB, 3));
    let sandbox = Sandbox::new()
        .envs(&server.variables())
        .file("a", bytes(60 * MIB, 4));
    let mut get = sandbox
        .command(["get", "a", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The rest is not requested before the first part is read.
    let mut output = get.stdout.take().unwrap();
    let mut begin = vec![0; MIB];
    output.read_exact(&mut begin).unwrap();
    sandbox.run(["put", "a"]).succeeds();
    let mut rest = Vec::new();
    output.read_to_end(&mut rest).unwrap();
    let mut said = String::new();
    get.stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(get.wait().unwrap().code(), Some(6), "{said}");
    assert!(said.contains("the blob changed"), "{said}");
    begin.append(&mut rest);
    assert!(bytes(60 * MIB, 3).starts_with(&begin));
}

#[test]
fn what_fits_one_part_is_one_request() {
    let content = bytes(16 * MIB, 5);
    let server = holding(&content);
    let sandbox = Sandbox::new().envs(&server.variables());
    sandbox.run(["get", "a", "-"]).prints(&content);
    assert_eq!(ranges(&server), ["all"]);
}

#[test]
fn a_reader_that_leaves_ends_all_parts() {
    let server = holding(&bytes(100 * MIB, 6));
    let mut get = Sandbox::new()
        .envs(&server.variables())
        .command(["get", "a", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = get.stdout.take().unwrap();
    output.read_exact(&mut vec![0; 20 * MIB]).unwrap();
    drop(output);
    let mut said = String::new();
    get.stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    let status = get.wait().unwrap();
    assert_eq!((status.code(), said.as_str()), (Some(141), ""));
    assert!(
        ranges(&server).len() < 7,
        "what nobody reads is not fetched"
    );
}

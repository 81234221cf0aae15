//! Listings of servers without MLSD: one LIST per directory, and requests per name only where a line leaves something open.

use crate::support::Sandbox;
use crate::support::ftp::{Fault, FtpServer};

fn without_mlsd() -> FtpServer {
    FtpServer::without_commands(&["MLST", "MLSD"])
}

/// A run that repeats nothing.
fn once(server: &FtpServer) -> Sandbox {
    Sandbox::new()
        .envs(&server.variables())
        .env("BLOBCTL_RETRY_FOR", "0")
}

/// The commands that ask about single names.
fn questions(server: &FtpServer) -> Vec<String> {
    ["SIZE", "MDTM", "MLST", "NLST"]
        .iter()
        .flat_map(|verb| server.commands(verb))
        .collect()
}

fn thousand() -> (FtpServer, Vec<String>) {
    let names: Vec<String> = (0..1000).map(|number| format!("f{number:04}")).collect();
    let server = names
        .iter()
        .fold(without_mlsd(), |server, name| server.holding(name, b"abc"));
    (server, names)
}

#[test]
fn a_directory_of_a_thousand_files_costs_one_list() {
    let (server, names) = thousand();
    let text = names.join("\n") + "\n";
    once(&server).run(["ls"]).prints(text.as_bytes());
    assert_eq!(server.commands("LIST"), ["LIST -a /data"]);
    assert_eq!(questions(&server), Vec::<String>::new());
    let summary = once(&server).run(["ls", "--summary", "f099"]);
    assert_eq!(summary.stderr, "blobctl: 10 blobs, 30 bytes\n");
    assert_eq!(questions(&server), Vec::<String>::new());
}

#[test]
fn the_times_of_ls_l_cost_one_mdtm_per_file() {
    let (server, names) = thousand();
    let listed = once(&server).run(["ls", "-l"]);
    assert_eq!((listed.code, listed.stderr.as_str()), (Some(0), ""));
    let text = String::from_utf8(listed.stdout).unwrap();
    assert_eq!(text.lines().count(), 1000);
    let row = format!("{:>14}  2026-11-24T12:00:00Z  f0007", 3);
    assert!(text.lines().any(|line| line == row), "{text}");
    assert_eq!(server.commands("LIST").len(), 1);
    let asked: Vec<String> = names
        .iter()
        .map(|name| format!("MDTM /data/{name}"))
        .collect();
    assert_eq!(questions(&server), asked);
    assert_eq!(server.commands("USER").len(), 1, "one session is enough");
    // Without MDTM there is no time: the one of LIST has no time zone.
    let server = FtpServer::without_commands(&["MLST", "MLSD", "MDTM"]).holding("a", b"abc");
    once(&server)
        .run(["ls", "-l"])
        .prints(format!("{:>14}  {:20}  a\n", 3, "-").as_bytes());
    assert_eq!(questions(&server), Vec::<String>::new());
}

#[test]
fn plain_list_is_used_where_the_option_finds_nothing() {
    // As by a server that looks for a directory with the name `-a /data`.
    let server = without_mlsd()
        .holding("a", b"x")
        .holding("d", b"y")
        .fault("LIST", Fault::Listing(""));
    once(&server).run(["ls"]).prints(b"a\nd\n");
    assert_eq!(server.commands("LIST"), ["LIST -a /data", "LIST /data"]);
    assert_eq!(questions(&server), Vec::<String>::new());
}

#[test]
fn a_server_that_refuses_the_option_is_asked_without_it_from_then_on() {
    let server = without_mlsd();
    let sandbox = once(&server).file("a", "x");
    for key in ["d/a", "e/a", "top"] {
        sandbox.run(["put", "a", key]).succeeds();
    }
    let before = (server.commands("LIST").len(), questions(&server).len());
    let server = server.fault("LIST", Fault::Reply("501 no options"));
    sandbox.run(["ls"]).prints(b"d/a\ne/a\ntop\n");
    assert_eq!(
        server.commands("LIST")[before.0..],
        [
            "LIST -a /data",
            "LIST /data",
            "LIST /data/d",
            "LIST /data/e"
        ]
    );
    assert_eq!(questions(&server).len(), before.1);
}

#[test]
fn unparsed_lines_cause_nlst_and_a_lookup_per_name() {
    let listing = "-rw-r--r-- 1 a b 5 Jan 1 00:00 a\r\nhieroglyphs\r\n";
    let server = without_mlsd()
        .holding("a", b"x")
        .holding("b", b"yy")
        .fault("LIST", Fault::Listing(listing));
    let outcome = once(&server).run(["ls", "--summary"]);
    assert_eq!(outcome.stdout, b"a\nb\n", "{outcome:?}");
    assert_eq!(outcome.stderr, "blobctl: 2 blobs, 3 bytes\n");
    assert_eq!(server.commands("LIST"), ["LIST -a /data"]);
    assert_eq!(server.commands("NLST"), ["NLST /data"]);
    assert_eq!(server.commands("SIZE"), ["SIZE /data/a", "SIZE /data/b"]);
}

#[test]
fn names_with_a_dot_are_listed_as_the_server_shows_them() {
    let server = without_mlsd().holding(".env", b"x").holding("b", b"y");
    once(&server).run(["ls"]).prints(b".env\nb\n");
    // A server that hides them in spite of the option.
    let hiding = "-rw-r--r-- 1 a b 1 Jan 1 00:00 b\r\n";
    let server = server.fault("LIST", Fault::Listing(hiding));
    once(&server).run(["ls"]).prints(b"b\n");
    once(&server).run(["exists", ".env"]).is_silent(0);
    once(&server).run(["get", ".env", "-"]).prints(b"x");
    // NLST hides them, MLSD does not.
    let server = without_mlsd()
        .holding(".env", b"x")
        .holding("b", b"y")
        .fault("LIST", Fault::Listing("hieroglyphs\r\n"));
    once(&server).run(["ls"]).prints(b"b\n");
    let server = FtpServer::start().holding(".env", b"x");
    once(&server).run(["ls"]).prints(b".env\n");
}

#[test]
fn names_that_no_command_can_carry_are_not_listed() {
    let listing = "type=file;size=1; a\tb\r\ntype=file;size=1; x\ry\r\ntype=file;size=1; z\0\r\n";
    let server = FtpServer::start().fault("MLSD", Fault::Listing(listing));
    once(&server).run(["ls"]).prints(b"a\tb\n");
}

#[test]
fn names_that_are_not_utf_8_are_counted_and_not_listed() {
    let mlsd = b"type=file;size=1; caf\xe9\r\ntype=file;size=1; good\r\n";
    let list = b"-rw-r--r-- 1 a b 1 Jan 1 00:00 caf\xe9\r\n-rw-r--r-- 1 a b 1 Jan 1 00:00 good\r\n";
    for server in [
        FtpServer::start().fault("MLSD", Fault::ListingBytes(mlsd)),
        without_mlsd().fault("LIST", Fault::ListingBytes(list)),
    ] {
        let outcome = once(&server).run(["ls"]);
        assert_eq!(
            (outcome.code, &outcome.stdout[..]),
            (Some(0), &b"good\n"[..])
        );
        let warning = "skipped 1 names that are not UTF-8 in the listing of `/data`";
        assert!(outcome.stderr.contains(warning), "{outcome:?}");
    }
    let server = without_mlsd().fault("LIST", Fault::ListingBytes(list));
    once(&server)
        .run(["ls", "--ftp-encoding", "latin-1"])
        .prints("caf\u{e9}\ngood\n".as_bytes());
}

#[test]
fn the_entries_of_one_directory_are_bounded() {
    let listing = |entries: usize, name: &str| -> &'static [u8] {
        let line =
            |number| format!("type=file;size=3;modify=20260101000000; {number:07}{name}\r\n");
        (0..entries).map(line).collect::<String>().leak().as_bytes()
    };
    let many = listing(50_000, "");
    let server = FtpServer::start().fault("MLSD", Fault::ListingBytes(many));
    let summary = once(&server).run(["ls", "--summary"]);
    assert_eq!(
        (summary.code, summary.stderr.as_str()),
        (Some(0), "blobctl: 50000 blobs, 150000 bytes\n")
    );
    let too_many = listing(1_200, &"n".repeat(60_000));
    for verb in ["MLSD", "NLST"] {
        let server = match verb {
            "MLSD" => FtpServer::start(),
            _ => FtpServer::without_commands(&["MLST", "MLSD", "LIST"]),
        };
        let server = server.fault(verb, Fault::ListingBytes(too_many));
        once(&server).run(["ls"]).fails_with(
            12,
            "the directory has too many entries: they take more than 64 MiB of memory",
        );
    }
}

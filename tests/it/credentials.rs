//! The sources of credentials, through the built binary: each source against a stand-in of its service, and the real S3
//! server to prove that what came out of it signs.

use std::time::Duration;

use crate::support::checksums::Checksum;
use crate::support::http::{Script, ScriptedServer, Seen, Then, answer, s3_error};
use crate::support::s3::{ACCESS_KEY, BUCKET, HELLO_MD5, S3Server, SECRET_KEY};
use crate::support::signature::sign;
use crate::support::tls::TlsStore;
use crate::support::{HANG, Outcome, Sandbox, wait_until};

/// The session token that the stand-ins return.
const TOKEN: &str = "IQoJb3JpZ2luX2VjE/+==";
const LATER: &str = "2999-01-01T00:00:00Z";

/// A sandbox that uses the S3 service at `endpoint` and has no credentials.
fn at(endpoint: &str) -> Sandbox {
    Sandbox::new()
        .env("BLOBCTL_BACKEND", "s3")
        .env("BLOBCTL_S3_ENDPOINT_URL", endpoint)
        .env("BLOBCTL_S3_BUCKET", BUCKET)
        .env("BLOBCTL_RETRY_FOR", "0")
        .env("AWS_CONFIG_FILE", "aws")
        .file("a", "hello")
}

/// The output of a command.
fn printed(expiration: &str) -> String {
    format!(
        r#"{{"Version":1,"AccessKeyId":"{ACCESS_KEY}","SecretAccessKey":"{SECRET_KEY}","SessionToken":"{TOKEN}","Expiration":"{expiration}"}}"#
    )
}

/// The response of a container's or instance's service.
fn metadata(expiration: &str) -> String {
    format!(
        r#"{{"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"{ACCESS_KEY}","SecretAccessKey":"{SECRET_KEY}","Token":"{TOKEN}","Expiration":"{expiration}","LastUpdated":"2026-01-01T00:00:00Z"}}"#
    )
}

fn ok(body: &str) -> Script {
    answer(200, &[], body.as_bytes())
}

/// The response of the token service, with this key.
fn assumed_as(id: &str, secret: &str) -> Script {
    ok(&format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/x/y</Arn>\
         </AssumedRoleUser><Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>\
         <SessionToken>{TOKEN}</SessionToken><Expiration>{LATER}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    ))
}

fn assumed() -> Script {
    assumed_as(ACCESS_KEY, SECRET_KEY)
}

fn sts_error(status: u16, code: &str, message: &str) -> Script {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    );
    answer(status, &[("content-type", "text/xml")], body.as_bytes())
}

/// The fields of a form, decoded.
fn form(seen: &Seen) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            if byte == b'%' {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                let digits = std::str::from_utf8(&digits).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
            } else {
                bytes.push(byte);
            }
        }
        String::from_utf8(bytes).unwrap()
    };
    let body = std::str::from_utf8(&seen.body).unwrap();
    body.split('&')
        .map(|field| field.split_once('=').unwrap())
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn field(seen: &Seen, name: &str) -> Option<String> {
    let fields = form(seen);
    let (_, value) = fields.iter().find(|(known, _)| known == name)?;
    Some(value.clone())
}

/// Puts a blob with the credentials that the sandbox finds: the server takes it, and it came with the token.
#[track_caller]
fn signs(sandbox: &Sandbox, server: &S3Server) {
    server.requests();
    sandbox.run(["put", "a"]).succeeds();
    assert_eq!(std::fs::read(server.bucket().join("a")).unwrap(), b"hello");
    let requests = server.requests();
    assert_eq!(requests[0].header("x-amz-security-token"), Some(TOKEN));
}

#[track_caller]
fn tells_no_secret(outcome: &Outcome) {
    let stdout = String::from_utf8_lossy(&outcome.stdout);
    for secret in [SECRET_KEY, TOKEN, ACCESS_KEY, "hunter2"] {
        assert!(!outcome.stderr.contains(secret), "{outcome:?}");
        assert!(!stdout.contains(secret), "{outcome:?}");
    }
}

/// Fails before anything is sent to the store, and without a secret in the output.
#[track_caller]
fn refuses(sandbox: &Sandbox, code: i32, part: &str) {
    let outcome = sandbox.run(["put", "a"]);
    outcome.fails_with(code, part);
    tells_no_secret(&outcome);
    tells_no_secret(&sandbox.run(["put", "a", "-vv"]));
}

// Commands.

#[test]
fn a_command_gives_credentials() {
    let server = S3Server::start();
    let with = |sandbox: Sandbox| sandbox.file("keys.json", printed(LATER));
    let command = "/bin/cat keys.json";
    let of_profile = with(at(&server.endpoint())).file(
        "aws",
        format!("[default]\ncredential_process = {command}\n"),
    );
    signs(&of_profile, &server);
    let of_section =
        with(at(&server.endpoint())).config(&format!("[s3]\ncredential_process = \"{command}\"\n"));
    signs(&of_section, &server);
    let of_remote = with(at(&server.endpoint())).env("BLOBCTL_REMOTE", "r").config(&format!(
        "[s3]\naccess_key_id = \"x\"\nsecret_access_key = \"hunter2\"\n[remotes.r]\nbackend = \"s3\"\ncredential_process = \"{command}\"\n"
    ));
    signs(&of_remote, &server);
    let of_variable = with(at(&server.endpoint()))
        .env("AWS_ACCESS_KEY_ID", "AKIDOTHER")
        .env("AWS_SECRET_ACCESS_KEY", "hunter2")
        .env("BLOBCTL_S3_CREDENTIAL_PROCESS", command);
    signs(&of_variable, &server);
}

#[test]
fn a_command_is_started_without_a_shell() {
    let server = S3Server::start();
    let script =
        "[ \"$#:$1:$2\" = '2:$HOME and:;' ] || exit 1\nread -r line && exit 2\ncat keys.json\n";
    let sandbox = at(&server.endpoint())
        .env("PATH", "/bin:/usr/bin")
        .file("my keys.sh", script)
        .file("keys.json", printed(LATER));
    // A `;` after a space begins a comment in the AWS files, so blobctl's own settings have this one.
    let sandbox = sandbox
        .config("[s3]\ncredential_process = \"\"\"sh \"./my keys.sh\" '$HOME and' ;\"\"\"\n");
    signs(&sandbox, &server);
}

#[test]
fn a_command_that_gives_no_credentials_is_an_error() {
    let server = S3Server::start();
    for (command, part) in [
        (
            "/nonexistent/x",
            "could not be started: no such file or directory",
        ),
        (
            "/bin/sh -c \"echo hunter2; echo >&2 ask again; exit 3\"",
            "failed (exit status: 3): ask again",
        ),
        ("/bin/sh -c 'kill -9 $$'", "failed (signal: 9"),
        ("/bin/echo hunter2", "printed something that is not JSON"),
        ("/bin/true", "printed something that is not JSON"),
        (
            "/bin/echo '{\"Version\":2}'",
            "does not have the `Version` 1",
        ),
        (
            "/bin/echo '{\"Version\":1,\"AccessKeyId\":\"hunter2\"}'",
            "has no `SecretAccessKey`",
        ),
        ("/bin/cat old.json", "printed credentials that have expired"),
        (
            "/usr/bin/head -c 100000 /dev/zero",
            "printed more than 64 KiB",
        ),
        ("/bin/echo 'hunter2", "has a quote that is not closed"),
    ] {
        let sandbox = at(&server.endpoint())
            .file("old.json", printed("2020-01-01T00:00:00Z"))
            .file(
                "aws",
                format!("[profile p]\ncredential_process = {command}\n"),
            )
            .env("AWS_PROFILE", "p");
        refuses(&sandbox, 3, part);
        refuses(&sandbox, 3, "the `credential_process` of the profile `p`");
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn the_command_ends_when_the_run_is_stopped() {
    let sandbox = at("http://127.0.0.1:9")
        .config("[s3]\ncredential_process = \"/bin/sh -c 'echo > started; exec sleep 777'\"\n");
    let child = sandbox.command(["put", "a"]).spawn().unwrap();
    wait_until("the command", || sandbox.exists("started"));
    let pid = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let outcome = crate::support::finish(child);
    assert_eq!(outcome.code, Some(143), "{outcome:?}");
    assert!(outcome.elapsed < HANG);
}

// Roles.

const BASE: &str =
    "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = hunter2\n";

/// Checks a token request's signature step by step.
#[track_caller]
fn is_signed(seen: &Seen, key_id: &str, secret: &str, region: &str) {
    let authorization = seen.header("authorization").unwrap();
    let date = seen.header("x-amz-date").unwrap();
    let scope = format!("{}/{region}/sts/aws4_request", &date[..8]);
    let names = match seen.header("x-amz-security-token") {
        Some(_) => "content-type;host;x-amz-date;x-amz-security-token",
        None => "content-type;host;x-amz-date",
    };
    let header = |name| format!("{name}:{}\n", seen.header(name).unwrap());
    let headers: String = names.split(';').map(header).collect();
    let body = Checksum::Sha256.hex(&seen.body);
    let request = format!("POST\n/\n\n{headers}\n{names}\n{body}");
    let signature = sign(secret, date, &scope, &request);
    assert_eq!(
        authorization,
        format!(
            "AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
        )
    );
}

#[test]
fn a_profile_takes_on_a_role() {
    let server = S3Server::start();
    let sts = ScriptedServer::start([assumed()]);
    let sandbox = at(&server.endpoint())
        .env("AWS_ENDPOINT_URL_STS", &sts.endpoint())
        .env("AWS_REGION", "eu-west-1")
        .file(
            "aws",
            format!(
                "{BASE}[profile backup]\nrole_arn = arn:aws:iam::123456789012:role/b\nsource_profile = base\nexternal_id = a&b=c\n\
                 duration_seconds = 900\nrole_session_name = me@here\n"
            ),
        )
        .env("AWS_PROFILE", "backup");
    signs(&sandbox, &server);
    let seen = sts.seen();
    assert_eq!(
        (seen.len(), seen[0].method.as_str(), seen[0].target.as_str()),
        (1, "POST", "/")
    );
    let fields = form(&seen[0]);
    let expected = [
        ("Action", "AssumeRole"),
        ("Version", "2011-06-15"),
        ("RoleArn", "arn:aws:iam::123456789012:role/b"),
        ("RoleSessionName", "me@here"),
        ("DurationSeconds", "900"),
        ("ExternalId", "a&b=c"),
    ];
    assert_eq!(
        fields,
        expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    is_signed(&seen[0], "AKIDBASE", "hunter2", "eu-west-1");
    let outcome = sandbox.run(["exists", "a", "-v"]);
    assert!(outcome.stderr.contains("credentials: the role of the profile `backup`, by way of the profile `base`, access key …MPLE"), "{outcome:?}");
    tells_no_secret(&outcome);
}

#[test]
fn roles_are_taken_on_one_after_the_other() {
    let server = S3Server::start();
    let sts = ScriptedServer::start([assumed_as("ASIAFIRST", "first"), assumed()]);
    let sandbox = at(&server.endpoint())
        .env("AWS_ENDPOINT_URL", &sts.endpoint())
        .file(
            "aws",
            format!("{BASE}[profile mid]\nrole_arn = arn:mid\nsource_profile = base\n[default]\nrole_arn = arn:end\nsource_profile = mid\n"),
        );
    signs(&sandbox, &server);
    let seen = sts.seen();
    let arns: Vec<_> = seen
        .iter()
        .map(|seen| field(seen, "RoleArn").unwrap())
        .collect();
    assert_eq!(arns, ["arn:mid", "arn:end"]);
    is_signed(&seen[0], "AKIDBASE", "hunter2", "us-east-1");
    is_signed(&seen[1], "ASIAFIRST", "first", "us-east-1");
    assert_eq!(seen[1].header("x-amz-security-token"), Some(TOKEN));
    assert!(
        field(&seen[0], "RoleSessionName")
            .unwrap()
            .starts_with("blobctl-")
    );
}

#[test]
fn a_profile_with_keys_may_be_its_own_source() {
    let server = S3Server::start();
    let sts = ScriptedServer::start([assumed()]);
    let sandbox = at(&server.endpoint())
        .env("AWS_ENDPOINT_URL_STS", &sts.endpoint())
        .env("AWS_SHARED_CREDENTIALS_FILE", "keys")
        .secret(
            "keys",
            "[x]\naws_access_key_id = AKIDBASE\naws_secret_access_key = hunter2\n",
        )
        .secret("aws", "[profile x]\nrole_arn = arn:x\nsource_profile = x\n")
        .env("AWS_PROFILE", "x");
    signs(&sandbox, &server);
    is_signed(&sts.seen()[0], "AKIDBASE", "hunter2", "us-east-1");
}

#[test]
fn a_role_that_cannot_work_is_named_before_anything_is_sent() {
    let sts = ScriptedServer::start([assumed()]);
    let server = S3Server::start();
    for (profiles, part) in [
        (
            "role_arn = a\nsource_profile = p",
            "the profile `p` leads back to itself",
        ),
        (
            "role_arn = a\nsource_profile = q\n[profile q]\nrole_arn = b\nsource_profile = p",
            "the profile `q` leads back to itself",
        ),
        (
            "role_arn = a\nsource_profile = nope",
            "unknown profile `nope`",
        ),
        (
            "role_arn = a\nsource_profile = q\n[profile q]\nregion = x",
            "the profile `q` is a `source_profile` and has no credentials",
        ),
        (
            "role_arn = a\nsource_profile = base\ncredential_source = Environment",
            "has both",
        ),
        (
            "role_arn = a\naws_access_key_id = hunter2\naws_secret_access_key = hunter2",
            "has `role_arn` without",
        ),
        (
            "source_profile = base",
            "has `source_profile` without `role_arn`",
        ),
        (
            "web_identity_token_file = t",
            "has `web_identity_token_file` without `role_arn`",
        ),
        (
            "role_arn = a\ncredential_source = Elsewhere",
            "has an invalid `credential_source`",
        ),
        (
            "role_arn = a\ncredential_source = Environment",
            "AWS_ACCESS_KEY_ID is not set",
        ),
        (
            "role_arn = a\ncredential_source = EcsContainer",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set",
        ),
        (
            "role_arn = a\ncredential_source = Ec2InstanceMetadata",
            "switched off by AWS_EC2_METADATA_DISABLED",
        ),
        (
            "role_arn = a\nsource_profile = base\nduration_seconds = 60",
            "`duration_seconds`",
        ),
        (
            "role_arn = a\nsource_profile = base\nmfa_serial = m",
            "takes its credentials from `mfa_serial`",
        ),
        (
            "role_arn = a\nsource_profile = q\n[profile q]\nlogin_session = l",
            "the profile `q` takes its credentials from `login_session`",
        ),
        (
            "aws_access_key_id = hunter2",
            "has aws_access_key_id without",
        ),
    ] {
        let sandbox = at(&server.endpoint())
            .env("AWS_ENDPOINT_URL_STS", &sts.endpoint())
            .secret("aws", format!("{BASE}[profile p]\n{profiles}\n"))
            .env("AWS_PROFILE", "p");
        refuses(&sandbox, 3, part);
    }
    let sandbox = at(&server.endpoint()).file("aws", "[profile p]\nlogin_session = l\n");
    let outcome = sandbox.run(["put", "a", "--profile", "p"]);
    assert!(
        outcome
            .stderr
            .contains("aws configure export-credentials --profile p --format env"),
        "{outcome:?}"
    );
    assert_eq!((sts.seen().len(), server.requests().len()), (0, 0));
}

#[test]
fn the_environment_a_container_and_an_instance_take_on_roles() {
    let server = S3Server::start();
    let services = ScriptedServer::start([ok(&metadata(LATER))]);
    let instance = ScriptedServer::start([ok("t0ken"), ok("my-role"), ok(&metadata(LATER))]);
    for source in ["Environment", "EcsContainer", "Ec2InstanceMetadata"] {
        let sts = ScriptedServer::start([assumed()]);
        let sandbox = at(&server.endpoint())
            .env("AWS_ENDPOINT_URL_STS", &sts.endpoint())
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &services.endpoint())
            .env("AWS_EC2_METADATA_DISABLED", "false")
            .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &instance.endpoint())
            .env("AWS_ACCESS_KEY_ID", "AKIDENV")
            .env("AWS_SECRET_ACCESS_KEY", "hunter2")
            .file(
                "aws",
                format!("[profile p]\nrole_arn = arn:x\ncredential_source = {source}\n"),
            )
            .env("BLOBCTL_S3_PROFILE", "p");
        signs(&sandbox, &server);
        let seen = sts.seen();
        match source {
            "Environment" => is_signed(&seen[0], "AKIDENV", "hunter2", "us-east-1"),
            _ => is_signed(&seen[0], ACCESS_KEY, SECRET_KEY, "us-east-1"),
        }
    }
    assert_eq!((services.seen().len(), instance.seen().len()), (1, 3));
}

#[test]
fn what_the_token_service_says_is_told_by_its_kind() {
    let server = S3Server::start();
    let huge = ok(&"x".repeat(70_000));
    let elsewhere = answer(
        302,
        &[("location", &format!("{}/", server.endpoint()))],
        b"",
    );
    for (script, code, part) in [
        (
            sts_error(403, "AccessDenied", "not you \u{1b}[2J"),
            4,
            "the token service refused: AccessDenied: not you \\u{1b}[2J",
        ),
        (
            sts_error(400, "ValidationError", "bad arn"),
            3,
            "ValidationError: bad arn",
        ),
        (
            sts_error(503, "ServiceUnavailable", "later"),
            7,
            "ServiceUnavailable",
        ),
        (
            answer(200, &[], b"<html>hello</html>"),
            12,
            "holds no credentials",
        ),
        (
            ok("<!DOCTYPE x [<!ENTITY a \"b\">]><Credentials/>"),
            12,
            "holds no credentials",
        ),
        (huge, 12, "larger than"),
        (elsewhere, 12, "HTTP 302"),
        (assumed().then(Then::Close).cut(20), 7, "the connection"),
        (assumed_as("AK ID", "hunter2"), 12, "no header can hold"),
    ] {
        let sts = ScriptedServer::start([script]);
        let sandbox = at(&server.endpoint())
            .env("AWS_ENDPOINT_URL_STS", &sts.endpoint())
            .file(
                "aws",
                format!("{BASE}[default]\nrole_arn = arn:x\nsource_profile = base\n"),
            );
        refuses(&sandbox, code, part);
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn the_token_service_must_prove_who_it_is() {
    let server = S3Server::start();
    let sts = TlsStore::start(&["127.0.0.1"]);
    let sandbox = at(&server.endpoint())
        .env("AWS_ENDPOINT_URL_STS", &sts.endpoint())
        .file("ca.pem", &sts.certificate)
        .file(
            "aws",
            format!("{BASE}[default]\nrole_arn = arn:x\nsource_profile = base\n"),
        );
    refuses(&sandbox, 4, "the certificate of");
    // `--insecure` is for the store; the certificate of the credential service is verified.
    let outcome = sandbox.run(["put", "a", "--insecure"]);
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    assert_eq!(sts.seen().len(), 0);
    // The stand-in serves S3, so it has no roles.
    refuses(
        &sandbox.env("AWS_CA_BUNDLE", "ca.pem"),
        12,
        "the token service refused",
    );
    assert_ne!(sts.seen().len(), 0);
}

// Web identity.

#[test]
fn the_bearer_of_a_token_takes_on_a_role_without_a_signature() {
    let server = S3Server::start();
    let sts = ScriptedServer::start([assumed()]);
    let by_variables = at(&server.endpoint())
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", "token")
        .env("AWS_ROLE_ARN", "arn:env")
        .env("AWS_ROLE_SESSION_NAME", "pod");
    let by_profile = at(&server.endpoint()).file(
        "aws",
        "[default]\nrole_arn = arn:profile\nweb_identity_token_file = token\nrole_session_name = pod\n",
    );
    for sandbox in [by_variables, by_profile] {
        let sandbox = sandbox
            .env("AWS_ENDPOINT_URL_STS", &sts.endpoint())
            .file("token", "eyJ.hunter2.x-_\n");
        signs(&sandbox, &server);
        let outcome = sandbox.run(["exists", "a", "-vv"]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        tells_no_secret(&outcome);
    }
    let seen = sts.seen();
    let arns: Vec<_> = seen
        .iter()
        .map(|seen| field(seen, "RoleArn").unwrap())
        .collect();
    assert_eq!(arns, ["arn:env", "arn:env", "arn:profile", "arn:profile"]);
    for seen in &seen {
        assert_eq!(
            field(seen, "Action").as_deref(),
            Some("AssumeRoleWithWebIdentity")
        );
        assert_eq!(
            field(seen, "WebIdentityToken").as_deref(),
            Some("eyJ.hunter2.x-_")
        );
        assert_eq!(field(seen, "RoleSessionName").as_deref(), Some("pod"));
        assert_eq!(seen.header("authorization"), None);
    }
}

#[test]
fn a_web_identity_that_does_not_work_is_no_reason_to_go_on() {
    let server = S3Server::start();
    let container = ScriptedServer::start([ok(&metadata(LATER))]);
    let sts = ScriptedServer::start([sts_error(400, "InvalidIdentityToken", "no: hunter2")]);
    let base = |file: &str| {
        at(&server.endpoint())
            .env("AWS_ENDPOINT_URL_STS", &sts.endpoint())
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &container.endpoint())
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", file)
            .file("token", "hunter2")
            .file("empty", "\n")
    };
    refuses(
        &base("token"),
        3,
        "AWS_WEB_IDENTITY_TOKEN_FILE without AWS_ROLE_ARN",
    );
    let whole = |file: &str| base(file).env("AWS_ROLE_ARN", "arn:x");
    refuses(
        &whole("nope"),
        3,
        "the web identity token file `nope`: no such file",
    );
    refuses(&whole("empty"), 3, "is empty");
    refuses(&whole("token"), 4, "InvalidIdentityToken: no: (secret)");
    assert_eq!((container.seen().len(), server.requests().len()), (0, 0));
}

// Containers.

#[test]
fn a_container_is_given_credentials_for_its_token() {
    let server = S3Server::start();
    let service = ScriptedServer::start([ok(&metadata(LATER))]);
    let sandbox = at(&server.endpoint())
        .env(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            &format!("{}/v1/credentials?a=b", service.endpoint()),
        )
        .env("http_proxy", "http://127.0.0.1:9")
        .env(
            "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            "hunter2-from-the-variable",
        );
    signs(&sandbox, &server);
    let sandbox = sandbox
        .env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "token")
        .file("token", "hunter2-from-the-file\n");
    signs(&sandbox, &server);
    tells_no_secret(&sandbox.run(["exists", "a", "-vv"]));
    let seen = service.seen();
    assert_eq!(
        (seen[0].method.as_str(), seen[0].target.as_str()),
        ("GET", "/v1/credentials?a=b")
    );
    assert_eq!(
        seen[0].header("authorization"),
        Some("hunter2-from-the-variable")
    );
    assert_eq!(
        seen[1].header("authorization"),
        Some("hunter2-from-the-file")
    );
}

#[test]
fn a_container_service_is_asked_three_times() {
    let server = S3Server::start();
    let busy = answer(503, &[], b"");
    let service = ScriptedServer::start([busy.clone(), busy.clone(), ok(&metadata(LATER))]);
    let sandbox =
        at(&server.endpoint()).env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &service.endpoint());
    signs(&sandbox, &server);
    assert_eq!(service.seen().len(), 3);
    let service = ScriptedServer::start([busy]);
    let sandbox = sandbox.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &service.endpoint());
    sandbox.run(["put", "a"]).fails_with(
        7,
        "the container's credential service: it refused: HTTP 503",
    );
    assert_eq!(service.seen().len(), 3);
}

#[test]
fn a_container_service_that_is_silent_is_given_up() {
    let mut script = ok("");
    script.answer.clear();
    let service = ScriptedServer::start([script.then(Then::Stall)]);
    let sandbox =
        at("http://127.0.0.1:9").env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &service.endpoint());
    let outcome = sandbox.run(["put", "a"]);
    outcome.fails_with(7, "the container's credential service");
    assert_eq!(service.seen().len(), 3);
    // Two seconds each time, where others have 60.
    let waited = outcome.elapsed;
    assert!((5..100).contains(&waited.as_secs()), "{waited:?}");
}

#[test]
fn what_a_container_service_says_is_told_by_its_kind() {
    let server = S3Server::start();
    let refusal = br#"{"code":"AccessDenied","message":"no: hunter2"}"#;
    for (script, code, part) in [
        (
            answer(403, &[], refusal),
            4,
            "HTTP 403: AccessDenied: no: (secret)",
        ),
        (answer(404, &[], b"<html>"), 3, "HTTP 404"),
        (ok("hunter2"), 12, "is not JSON"),
        (ok("{}"), 12, "has no `AccessKeyId`"),
        (ok(&metadata("2020-01-01T00:00:00Z")), 12, "have expired"),
        (
            ok(&metadata("tomorrow")),
            12,
            "has a time that is not RFC 3339",
        ),
        (ok(&" ".repeat(70_000)), 12, "larger than"),
        (
            answer(307, &[("location", "http://127.0.0.1:9/")], b""),
            3,
            "HTTP 307",
        ),
    ] {
        let service = ScriptedServer::start([script]);
        let sandbox = at(&server.endpoint())
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &service.endpoint())
            .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hunter2");
        refuses(&sandbox, code, part);
    }
    let sandbox = at(&server.endpoint()).env(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "http://example.com/hunter2",
    );
    refuses(
        &sandbox,
        3,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI names example.com without TLS",
    );
    let sandbox = at(&server.endpoint())
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/")
        .env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "nope");
    refuses(
        &sandbox,
        3,
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE `nope`: no such file",
    );
    assert_eq!(server.requests().len(), 0);
}

// Instances.

/// A sandbox for AWS itself, which no test talks to: what is signed is a URL.
fn on_instance(service: &str) -> Sandbox {
    Sandbox::new()
        .env("BLOBCTL_BACKEND", "s3")
        .env("BLOBCTL_S3_BUCKET", BUCKET)
        .env("BLOBCTL_RETRY_FOR", "0")
        .env("AWS_EC2_METADATA_DISABLED", "false")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", service)
}

const PRESIGN: [&str; 4] = ["presign", "k", "--expires", "1m"];

#[test]
fn an_instance_has_a_role() {
    for expiration in [LATER, "2020-01-01T00:00:00Z"] {
        let service =
            ScriptedServer::start([ok("t0ken"), ok("my role\n"), ok(&metadata(expiration))]);
        let outcome = on_instance(&format!("{}/", service.endpoint())).run(PRESIGN);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let url = String::from_utf8(outcome.stdout).unwrap();
        assert!(
            url.contains(&format!("X-Amz-Credential={ACCESS_KEY}%2F")),
            "{url}"
        );
        assert!(
            url.contains("X-Amz-Security-Token=IQoJb3JpZ2luX2VjE%2F%2B%3D%3D"),
            "{url}"
        );
        let seen = service.seen();
        let lines: Vec<_> = seen
            .iter()
            .map(|seen| format!("{} {}", seen.method, seen.target))
            .collect();
        assert_eq!(
            lines,
            [
                "PUT /latest/api/token",
                "GET /latest/meta-data/iam/security-credentials/",
                "GET /latest/meta-data/iam/security-credentials/my%20role"
            ]
        );
        assert_eq!(
            seen[0].header("x-aws-ec2-metadata-token-ttl-seconds"),
            Some("21600")
        );
        assert_eq!(seen[1].header("x-aws-ec2-metadata-token"), Some("t0ken"));
        assert_eq!(seen[2].header("x-aws-ec2-metadata-token"), Some("t0ken"));
    }
}

#[test]
fn an_instance_without_credentials_is_told_from_one_that_is_refused() {
    let no_role = answer(404, &[], b"");
    let code = ok(r#"{"Code":"AssumeRoleUnauthorizedAccess","Message":"hunter2"}"#);
    for (scripts, code, part) in [
        (vec![ok("t0ken"), no_role], 3, "no credentials were found"),
        (vec![ok("t0ken"), ok("")], 3, "no credentials were found"),
        (
            vec![answer(403, &[], b"")],
            4,
            "the instance's metadata service: it refused: HTTP 403",
        ),
        (vec![ok("hunter2\r\nx: y")], 12, "is not a session token"),
        (vec![ok("t0ken"), answer(500, &[], b"")], 7, "HTTP 500"),
        (
            vec![ok("t0ken"), ok("r"), code],
            4,
            "AssumeRoleUnauthorizedAccess",
        ),
        (vec![ok("t0ken"), ok("r"), ok("hunter2")], 12, "is not JSON"),
        (
            vec![ok("t0ken"), ok(&"r".repeat(70_000))],
            12,
            "larger than",
        ),
    ] {
        let service = ScriptedServer::start(scripts);
        let outcome = on_instance(&service.endpoint()).run(PRESIGN);
        outcome.fails_with(code, part);
        tells_no_secret(&outcome);
    }
    // No server listens there, and the profile names it.
    on_instance("http://127.0.0.1:9").run(PRESIGN).fails_with(
        7,
        "the instance's metadata service: cannot connect to 127.0.0.1:9",
    );
    on_instance("127.0.0.1:9")
        .run(PRESIGN)
        .fails_with(3, "is not an http:// or https:// URL");
}

#[test]
fn a_silent_metadata_service_costs_a_second() {
    let mut script = ok("");
    script.answer.clear();
    let service = ScriptedServer::start([script.then(Then::Stall)]);
    let outcome = on_instance(&service.endpoint()).run(PRESIGN);
    outcome.fails_with(7, "the instance's metadata service");
    // The usual limit is 60 s.
    assert!(outcome.elapsed < Duration::from_secs(30), "{outcome:?}");
    assert_eq!(service.seen().len(), 1);
}

#[test]
fn for_other_services_or_when_switched_off_no_instance_is_asked() {
    let service = ScriptedServer::start([ok("t0ken"), ok("r"), ok(&metadata(LATER))]);
    on_instance(&service.endpoint())
        .env("AWS_EC2_METADATA_DISABLED", "TRUE")
        .run(PRESIGN)
        .fails_with(3, "no credentials were found");
    for endpoint in ["http://127.0.0.1:9", "https://amazonaws.com.example.com"] {
        on_instance(&service.endpoint())
            .env("AWS_ENDPOINT_URL_S3", endpoint)
            .run(PRESIGN)
            .fails_with(3, "no credentials were found");
    }
    assert_eq!(service.seen().len(), 0);
}

// The order, and the time.

#[test]
fn the_first_source_that_is_named_counts() {
    let service = ScriptedServer::start([assumed()]);
    let mut sandbox = at("http://s3.us-east-1.amazonaws.com")
        .env("AWS_ENDPOINT_URL_STS", &service.endpoint())
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost:1/")
        .file("token", "t")
        .file(
            "explicit.toml",
            "[s3]\naccess_key_id = \"AK\"\nsecret_access_key = \"s\"\n",
        );
    let origin = |sandbox: &Sandbox, more: &[&str]| {
        let outcome = sandbox.run([&["-v"], more, &PRESIGN[..]].concat());
        let line = outcome
            .stderr
            .lines()
            .find_map(|line| line.split_once("credentials: "));
        line.map_or_else(|| format!("{outcome:?}"), |(_, origin)| origin.to_owned())
    };
    // From the last source to the first.
    let outcome = sandbox.run(PRESIGN);
    outcome.fails_with(7, "the container's credential service");
    sandbox = sandbox
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", "token")
        .env("AWS_ROLE_ARN", "arn:x");
    assert!(
        origin(&sandbox, &[])
            .starts_with("the web identity (AWS_WEB_IDENTITY_TOKEN_FILE), access key")
    );
    sandbox = sandbox.file("aws", "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = s\n[profile p]\ncredential_process = /bin/cat keys\n")
        .secret(
            "keys", printed(LATER));
    assert_eq!(
        origin(&sandbox, &[]),
        "the profile `default`, access key …AULT"
    );
    sandbox = sandbox
        .env("AWS_ACCESS_KEY_ID", "AKIDENVIRON")
        .env("AWS_SECRET_ACCESS_KEY", "s");
    assert_eq!(
        origin(&sandbox, &[]),
        "the environment (AWS_ACCESS_KEY_ID), access key …IRON"
    );
    let by_process = "the `credential_process` of the profile `p`, access key …MPLE";
    assert_eq!(origin(&sandbox, &["--profile", "p"]), by_process);
    assert!(origin(&sandbox, &["--config", "explicit.toml"]).starts_with("explicit.toml, line 2"));
    assert_eq!(
        origin(&sandbox, &["--config", "explicit.toml", "--profile", "p"]),
        by_process
    );
}

/// A command that gives other credentials each time: the token is its turn.
fn turns(sandbox: Sandbox, expiration: &str) -> Sandbox {
    let text = printed(expiration).replace(TOKEN, "turn-'$turn'");
    sandbox
        .file("turn", "0\n")
        .file(
            "turn.sh",
            format!("read -r turn < turn\nturn=$((turn + 1))\necho $turn > turn\necho '{text}'\n"),
        )
        .secret("aws", "[default]\ncredential_process = /bin/sh turn.sh\n")
}

fn tokens(server: &ScriptedServer) -> Vec<String> {
    let token = |seen: &Seen| seen.header("x-amz-security-token").unwrap().to_owned();
    server.seen().iter().map(token).collect()
}

#[test]
fn a_long_run_outlives_its_credentials() {
    let done = answer(200, &HELLO_MD5, b"");
    let expired = s3_error(400, "ExpiredToken");
    let server = ScriptedServer::start([done.clone(), expired, done]);
    let sandbox = turns(at(&server.endpoint()), LATER)
        .file("a", "hello")
        .file("b", "hello")
        .file("c", "hello");
    sandbox
        .run(["put", "--jobs", "1", "a", "b", "c", "p/"])
        .succeeds();
    assert_eq!(tokens(&server), ["turn-1", "turn-1", "turn-2", "turn-2"]);
}

#[test]
fn a_question_that_is_refused_without_words_is_asked_once_more() {
    let server = ScriptedServer::start([
        answer(400, &[], b""),
        answer(200, &[("etag", "\"e\"")], b""),
    ]);
    let sandbox = turns(at(&server.endpoint()), LATER);
    sandbox.run(["exists", "a"]).is_silent(0);
    assert_eq!(tokens(&server), ["turn-1", "turn-2"]);
}

#[test]
fn credentials_that_stay_expired_are_an_error_after_two_attempts() {
    let server = ScriptedServer::start([s3_error(400, "ExpiredToken")]);
    let sandbox = turns(at(&server.endpoint()), LATER);
    sandbox
        .run(["rm", "--force", "a"])
        .fails_with(4, "ExpiredToken");
    assert_eq!(tokens(&server), ["turn-1", "turn-2"]);
    // The same again would be the same.
    let server = ScriptedServer::start([s3_error(400, "ExpiredToken")]);
    let sandbox = at(&server.endpoint())
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .env("AWS_SESSION_TOKEN", TOKEN);
    sandbox
        .run(["rm", "--force", "a"])
        .fails_with(4, "ExpiredToken");
    assert_eq!(tokens(&server), [TOKEN]);
}

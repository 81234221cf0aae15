//! Profiles with an SSO login, through the built binary: the token cache of the AWS CLI, the two services as scripted
//! servers, and the real S3 server to prove that what came out of it signs.

use crate::support::checksums::Checksum;
use crate::support::http::{Script, ScriptedServer, answer};
use crate::support::s3::{ACCESS_KEY, BUCKET, S3Server, SECRET_KEY};
use crate::support::{Sandbox, write_private};

const TOKEN: &str = "IQoJb3JpZ2luX2VjE/+==";
/// 2999-01-01.
const LATER: u64 = 32_472_144_000_000;
const BEARER: &str = "bearer-hunter2";
const FUTURE: &str = "2999-01-01T00:00:00Z";
const PAST: &str = "2020-01-01T00:00:00Z";

const SESSION: &str = "[default]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = Reader Writer\n\
                       [sso-session work]\nsso_start_url = https://d.awsapps.com/start\nsso_region = eu-west-1\n";
const LEGACY: &str = "[default]\nsso_start_url = https://d.awsapps.com/start\nsso_region = eu-west-1\n\
                      sso_account_id = 123456789012\nsso_role_name = Reader Writer\n";

fn keys() -> Script {
    let body = format!(
        r#"{{"roleCredentials":{{"accessKeyId":"{ACCESS_KEY}","secretAccessKey":"{SECRET_KEY}","sessionToken":"{TOKEN}","expiration":{LATER}}}}}"#
    );
    answer(200, &[], body.as_bytes())
}

/// The name of a file in the cache.
fn cache(key: &str) -> String {
    let digest = Checksum::Sha1.hex(key.as_bytes());
    format!(".aws/sso/cache/{digest}.json")
}

struct Fixture {
    sandbox: Sandbox,
    portal: ScriptedServer,
    oidc: ScriptedServer,
    store: S3Server,
}

/// A sandbox with this AWS config file, whose services are scripted.
fn fixture(
    config: &str,
    portal: impl IntoIterator<Item = Script>,
    oidc: impl IntoIterator<Item = Script>,
) -> Fixture {
    let (portal, oidc) = (ScriptedServer::start(portal), ScriptedServer::start(oidc));
    let store = S3Server::start();
    let sandbox = Sandbox::new()
        .env("BLOBCTL_BACKEND", "s3")
        .env("BLOBCTL_S3_ENDPOINT_URL", &store.endpoint())
        .env("BLOBCTL_S3_BUCKET", BUCKET)
        .env("BLOBCTL_RETRY_FOR", "0")
        .env("AWS_ENDPOINT_URL_SSO", &portal.endpoint())
        .env("AWS_ENDPOINT_URL_SSO_OIDC", &oidc.endpoint())
        .file("a", "hello");
    write_private(&sandbox.home().join(".aws/config"), config);
    Fixture {
        sandbox,
        portal,
        oidc,
        store,
    }
}

impl Fixture {
    fn cached(self, key: &str, content: &str) -> Self {
        write_private(&self.sandbox.home().join(cache(key)), content);
        self
    }

    #[track_caller]
    fn signs(&self) {
        self.sandbox.run(["put", "a"]).succeeds();
        let requests = self.store.requests();
        assert_eq!(requests[0].header("x-amz-security-token"), Some(TOKEN));
    }

    #[track_caller]
    fn refuses(&self, code: i32, part: &str, hint: &str) {
        let outcome = self.sandbox.run(["put", "a", "-vv"]);
        assert_eq!(outcome.code, Some(code), "{outcome:?}");
        assert!(outcome.stderr.contains(part), "{outcome:?}");
        assert!(outcome.stderr.contains(hint), "{outcome:?}");
        assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
        assert_eq!(self.store.requests().len(), 0);
    }
}

fn token(expires: &str) -> String {
    format!(
        r#"{{"startUrl":"https://d.awsapps.com/start","region":"eu-west-1","accessToken":"{BEARER}","expiresAt":"{expires}"}}"#
    )
}

/// A token that can be renewed.
fn renewable(expires: &str, registration: &str) -> String {
    let more = format!(
        r#","refreshToken":"refresh-hunter2","clientId":"client","clientSecret":"secret-hunter2","registrationExpiresAt":"{registration}","other":7}}"#
    );
    token(expires).replace('}', &more)
}

#[test]
fn the_token_of_the_cache_gets_the_credentials_of_the_role() {
    for (config, key) in [(SESSION, "work"), (LEGACY, "https://d.awsapps.com/start")] {
        // An older form of the time is read as well.
        for expires in [FUTURE, "2999-01-01T00:00:00UTC"] {
            let fixture = fixture(config, [keys()], []).cached(key, &token(expires));
            fixture.signs();
            let seen = fixture.portal.seen();
            assert_eq!(seen.len(), 1);
            assert_eq!(
                (seen[0].method.as_str(), seen[0].target.as_str()),
                (
                    "GET",
                    "/federation/credentials?role_name=Reader%20Writer&account_id=123456789012"
                )
            );
            assert_eq!(seen[0].header("x-amz-sso_bearer_token"), Some(BEARER));
            assert_eq!(fixture.oidc.seen().len(), 0);
        }
    }
}

#[test]
fn a_role_may_have_a_profile_with_a_login_as_its_source() {
    let config = SESSION.replace("[default]", "[profile base]")
        + "[default]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = base\n";
    let fixture = fixture(&config, [keys()], []).cached("work", &token(FUTURE));
    let sts = ScriptedServer::start([answer(403, &[], b"")]);
    let sandbox = fixture.sandbox.env("AWS_ENDPOINT_URL_STS", &sts.endpoint());
    sandbox.run(["put", "a"]).fails_with(
        4,
        "the role of the profile `default`, by way of the SSO login of the profile `base`",
    );
    let seen = sts.seen();
    assert_eq!(seen[0].header("x-amz-security-token"), Some(TOKEN));
}

#[test]
fn a_login_that_is_missing_or_over_names_the_command() {
    let session = "hint: run: aws sso login --sso-session work\n";
    fixture(SESSION, [], []).refuses(
        3,
        "the SSO login of the profile `default`: no login was found",
        session,
    );
    fixture(LEGACY, [], []).refuses(3, "no login was found", "hint: run: aws sso login\n");
    let named = fixture(&LEGACY.replace("[default]", "[profile p]"), [], []);
    let named = Fixture {
        sandbox: named.sandbox.env("AWS_PROFILE", "p"),
        ..named
    };
    named.refuses(
        3,
        "no login was found",
        "hint: run: aws sso login --profile p\n",
    );
    let expired = "the login has expired";
    fixture(SESSION, [], [])
        .cached("work", &token(PAST))
        .refuses(4, expired, session);
    // The registration of the client has ended, too.
    let over = fixture(SESSION, [], []).cached("work", &renewable(PAST, PAST));
    over.refuses(4, expired, session);
    assert_eq!((over.oidc.seen().len(), over.portal.seen().len()), (0, 0));
    // The service knows better than the cache.
    let revoked = [answer(
        401,
        &[],
        br#"{"message":"Session token bearer-hunter2 not found"}"#,
    )];
    fixture(SESSION, revoked, [])
        .cached("work", &token(FUTURE))
        .refuses(4, expired, session);
    for damaged in [
        "",
        "[]",
        "{}",
        r#"{"accessToken":"x"}"#,
        r#"{"accessToken":"a\nb","expiresAt":"2999-01-01T00:00:00Z"}"#,
    ] {
        fixture(SESSION, [], [])
            .cached("work", damaged)
            .refuses(3, "the cached login is", session);
    }
}

#[test]
fn an_expired_token_is_renewed_and_the_cache_is_written() {
    let renewal = br#"{"accessToken":"new-bearer","expiresIn":3600,"refreshToken":"new-refresh","tokenType":"Bearer"}"#;
    let fixture = fixture(SESSION, [keys(), keys()], [answer(200, &[], renewal)])
        .cached("work", &renewable(PAST, FUTURE));
    fixture.signs();
    let seen = fixture.oidc.seen();
    assert_eq!(
        (seen[0].method.as_str(), seen[0].target.as_str()),
        ("POST", "/token")
    );
    let request: serde_json::Value = serde_json::from_slice(&seen[0].body).unwrap();
    let expected = serde_json::json!({
        "clientId": "client",
        "clientSecret": "secret-hunter2",
        "grantType": "refresh_token",
        "refreshToken": "refresh-hunter2",
    });
    assert_eq!(request, expected);
    assert_eq!(
        fixture.portal.seen()[0].header("x-amz-sso_bearer_token"),
        Some("new-bearer")
    );
    let path = fixture.sandbox.home().join(cache("work"));
    let written: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(written["accessToken"], "new-bearer");
    assert_eq!(written["refreshToken"], "new-refresh");
    // The other fields stay.
    assert_eq!(
        (&written["other"], &written["clientId"]),
        (&7.into(), &"client".into())
    );
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
        1
    );
    // The next run uses what was written.
    fixture.sandbox.run(["put", "a"]).succeeds();
    assert_eq!(fixture.oidc.seen().len(), 1);
}

#[test]
fn a_renewal_that_fails_is_told_by_its_kind() {
    let refused = |status: u16, body: &'static str| {
        fixture(SESSION, [], [answer(status, &[], body.as_bytes())])
            .cached("work", &renewable(PAST, FUTURE))
    };
    let login = "hint: run: aws sso login --sso-session work\n";
    refused(400, r#"{"error":"invalid_grant"}"#).refuses(4, "the login has expired", login);
    refused(503, r#"{"message":"refresh-hunter2 later"}"#).refuses(
        7,
        "cannot be renewed: (secret) later (HTTP 503)",
        "",
    );
    refused(200, "{}").refuses(12, "the answer to the renewal has no `accessToken`", "");
    // A token that is still valid for some minutes is used.
    let soon = time::OffsetDateTime::now_utc() + time::Duration::minutes(10);
    let soon = soon
        .format(&time::format_description::well_known::Rfc3339)
        .unwrap();
    let fixture = fixture(SESSION, [keys()], [answer(503, &[], b"")])
        .cached("work", &renewable(&soon, FUTURE));
    fixture.signs();
    assert_eq!(fixture.oidc.seen().len(), 1);
    assert_eq!(
        fixture.portal.seen()[0].header("x-amz-sso_bearer_token"),
        Some(BEARER)
    );
}

#[test]
fn what_the_portal_refuses_is_told_by_its_kind() {
    for (status, code) in [(403, 4), (404, 3), (429, 7), (500, 7), (418, 12)] {
        let body = br#"{"message":"No access, bearer-hunter2"}"#;
        let fixture =
            fixture(SESSION, [answer(status, &[], body)], []).cached("work", &token(FUTURE));
        let part = format!(
            "no credentials for the role Reader Writer in the account 123456789012: No access, (secret) (HTTP {status})"
        );
        fixture.refuses(code, &part, "");
    }
    for (body, part) in [
        ("hunter2", "is not JSON"),
        ("{}", "has no `accessKeyId`"),
        (
            r#"{"roleCredentials":{"accessKeyId":"a","secretAccessKey":"hunter2","sessionToken":"t"}}"#,
            "has no `expiration`",
        ),
        (
            r#"{"roleCredentials":{"accessKeyId":"a","secretAccessKey":"hunter2","sessionToken":"t","expiration":1}}"#,
            "have expired",
        ),
    ] {
        let fixture = fixture(SESSION, [answer(200, &[], body.as_bytes())], [])
            .cached("work", &token(FUTURE));
        fixture.refuses(12, part, "");
    }
}

#[test]
fn an_incomplete_login_is_named_before_anything_is_sent() {
    for (from, to, part) in [
        (
            "sso_account_id = 123456789012\n",
            "",
            "has an SSO login without `sso_account_id`",
        ),
        (
            "sso_role_name = Reader Writer\n",
            "",
            "has an SSO login without `sso_role_name`",
        ),
        (
            "sso_region = eu-west-1\n",
            "",
            "the section [sso-session work] of the profile `default` has no `sso_region`",
        ),
        (
            "[sso-session work]",
            "[sso-session home]",
            "names the section [sso-session work], which is not",
        ),
        (
            "sso_region = eu-west-1\n",
            "hunter2\n",
            "config: line 7: a line that is neither",
        ),
    ] {
        let fixture = fixture(&SESSION.replace(from, to), [], []).cached("work", &token(FUTURE));
        fixture.refuses(3, part, "");
    }
}

#[test]
fn a_token_is_not_sent_in_clear() {
    let fixture = fixture(SESSION, [], []).cached("work", &token(FUTURE));
    let sandbox = fixture
        .sandbox
        .env("AWS_ENDPOINT_URL_SSO", "http://sso.example.com");
    sandbox.run(["put", "a"]).fails_with(
        3,
        "`http://sso.example.com` has no TLS, and a token is sent to it",
    );
}

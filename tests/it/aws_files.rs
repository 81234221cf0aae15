//! The settings of the AWS files through the built binary: `services` sections, settings nested in `s3`, endpoints that are
//! ignored, and lines that cannot be understood. `presign` shows the service, the style and the region without a request.

use crate::support::http::{ScriptedServer, answer};
use crate::support::{Outcome, Sandbox};

/// A sandbox with this config file, and keys in the environment.
fn with_keys(config: &str) -> Sandbox {
    Sandbox::new()
        .env("AWS_CONFIG_FILE", "aws")
        .file("aws", config)
        .env("AWS_ACCESS_KEY_ID", "AKID")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
}

const PRESIGN: [&str; 2] = ["presign", "s3://bucket1/k"];

/// The URL without its query.
#[track_caller]
fn url(outcome: &Outcome) -> String {
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let url = String::from_utf8_lossy(&outcome.stdout).into_owned();
    url.split('?').next().unwrap().to_owned()
}

const LOCAL: &str = "[default]\nregion = us-west-2\nservices = local\n\
                     [services local]\ns3 =\n  endpoint_url = http://127.0.0.1:9000\n";

#[test]
fn the_services_section_of_the_profile_names_the_endpoint() {
    let sandbox = with_keys(LOCAL);
    assert_eq!(
        url(&sandbox.run(PRESIGN)),
        "http://127.0.0.1:9000/bucket1/k"
    );
    let both = LOCAL.replace(
        "services = local",
        "services = local\nendpoint_url = http://127.0.0.1:1",
    );
    assert_eq!(
        url(&with_keys(&both).run(PRESIGN)),
        "http://127.0.0.1:9000/bucket1/k"
    );
    let other = both.replace("s3 =", "dynamodb =");
    assert_eq!(
        url(&with_keys(&other).run(PRESIGN)),
        "http://127.0.0.1:1/bucket1/k"
    );
    // Variables and options take precedence.
    let sandbox = sandbox.env("AWS_ENDPOINT_URL", "http://127.0.0.1:2");
    assert_eq!(url(&sandbox.run(PRESIGN)), "http://127.0.0.1:2/bucket1/k");
    let option = [&PRESIGN[..], &["--endpoint-url", "http://127.0.0.1:3"]].concat();
    assert_eq!(url(&sandbox.run(option)), "http://127.0.0.1:3/bucket1/k");
    let shown = with_keys(LOCAL).run(["config", "show", "s3://bucket1/k"]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(
        shown.contains("http://127.0.0.1:9000") && shown.contains("the AWS profile"),
        "{shown}"
    );
}

#[test]
fn a_services_section_that_is_not_there_is_an_error() {
    let text = "[default]\nservices = local\n[services locall]\n";
    with_keys(text).run(PRESIGN).fails_with(
        3,
        "the profile `default` names the section [services local], which is not in the AWS config file",
    );
}

#[test]
fn configured_endpoints_are_ignored_when_a_variable_or_the_profile_says_so() {
    let aws = "https://bucket1.s3.us-west-2.amazonaws.com/k";
    let ignoring = LOCAL.replace(
        "services",
        "ignore_configured_endpoint_urls = true\nservices",
    );
    let ignoring = ignoring.replace(
        "[ignore_configured_endpoint_urls = true\nservices",
        "[services",
    );
    let sandbox = with_keys(&ignoring)
        .env("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:2");
    assert_eq!(url(&sandbox.run(PRESIGN)), aws);
    // The variable takes precedence over the profile, in both directions.
    let sandbox = sandbox.env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false");
    assert_eq!(url(&sandbox.run(PRESIGN)), "http://127.0.0.1:1/bucket1/k");
    let sandbox = with_keys(LOCAL)
        .env("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
        .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
    assert_eq!(url(&sandbox.run(PRESIGN)), aws);
    // Our own settings are not meant.
    let sandbox = sandbox.env("BLOBCTL_S3_ENDPOINT_URL", "http://127.0.0.1:4");
    assert_eq!(url(&sandbox.run(PRESIGN)), "http://127.0.0.1:4/bucket1/k");
}

#[test]
fn the_addressing_style_nested_in_s3_is_used() {
    let of = |style: &str| {
        with_keys(&format!(
            "[default]\nregion = us-west-2\ns3 =\n  addressing_style = {style}\n"
        ))
    };
    assert_eq!(
        url(&of("path").run(PRESIGN)),
        "https://s3.us-west-2.amazonaws.com/bucket1/k"
    );
    for style in ["virtual", "auto"] {
        let expected = "https://bucket1.s3.us-west-2.amazonaws.com/k";
        assert_eq!(url(&of(style).run(PRESIGN)), expected);
    }
    let option = [&PRESIGN[..], &["--addressing", "virtual"]].concat();
    assert_eq!(
        url(&of("path").run(option)),
        "https://bucket1.s3.us-west-2.amazonaws.com/k"
    );
    of("sideways").run(PRESIGN).fails_with(
        3,
        "the profile `default`: `addressing_style`: `sideways` is not one of auto, path, virtual",
    );
}

#[test]
fn a_role_is_fetched_from_the_service_of_the_profile() {
    let role = "role_arn = arn:aws:iam::123456789012:role/R\nsource_profile = b\n";
    let base = "[profile b]\naws_access_key_id = A\naws_secret_access_key = S\n";
    let refusal = || {
        answer(
            403,
            &[],
            b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>",
        )
    };
    for form in ["plain", "services"] {
        let sts = ScriptedServer::start([refusal()]);
        let endpoint = sts.endpoint();
        let config = match form {
            "plain" => format!("[default]\n{role}endpoint_url = {endpoint}\n{base}"),
            _ => format!(
                "[default]\n{role}endpoint_url = http://127.0.0.1:1\nservices = s\n{base}[services s]\nsts =\n  endpoint_url = {endpoint}\n"
            ),
        };
        let sandbox = Sandbox::new()
            .env("AWS_CONFIG_FILE", "aws")
            .env("BLOBCTL_RETRY_FOR", "0")
            .file("aws", config);
        sandbox
            .run(PRESIGN)
            .fails_with(4, "the token service refused");
        let seen = sts.seen();
        let body = String::from_utf8_lossy(&seen[0].body).into_owned();
        assert!(body.starts_with("Action=AssumeRole&"), "{form}: {body}");
    }
}

#[test]
fn a_bad_line_stops_only_the_runs_that_need_its_profile() {
    let good = "[default]\nregion = us-west-2\n";
    let bad = format!("{good}[profile other]\nhunter2\n");
    let outcome = with_keys(&bad).run(PRESIGN);
    assert_eq!(
        url(&outcome),
        "https://bucket1.s3.us-west-2.amazonaws.com/k"
    );
    assert_eq!(
        outcome.stderr,
        "blobctl: warning: aws: line 4: a line that is neither a section nor `key = value`; `other` in that file cannot be used\n"
    );
    let named = [&PRESIGN[..], &["--profile", "other"]].concat();
    let outcome = with_keys(&bad).run(named);
    outcome.fails_with(3, "aws: line 4: a line that is neither");
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
    // A line outside of any section may concern each profile.
    with_keys(&format!("region = x\n{good}"))
        .run(PRESIGN)
        .fails_with(3, "aws: line 1: a property outside");
    with_keys(&format!("{good}[profile\n"))
        .run(PRESIGN)
        .fails_with(3, "aws: line 3: a section without");
}

#[test]
fn indented_properties_and_colons_are_read_as_the_aws_cli_reads_them() {
    let outcome = with_keys("[default]\n  region: us-west-2\n").run(PRESIGN);
    assert_eq!(
        url(&outcome),
        "https://bucket1.s3.us-west-2.amazonaws.com/k"
    );
    assert_eq!(outcome.stderr, "");
}

/// A sandbox without keys, on an instance whose metadata service must not be asked.
fn on_instance(service: &ScriptedServer) -> Sandbox {
    Sandbox::new()
        .env("AWS_EC2_METADATA_DISABLED", "")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", &service.endpoint())
        .env("AWS_REGION", "us-west-2")
        .env("BLOBCTL_RETRY_FOR", "0")
}

#[test]
fn a_named_source_that_gives_nothing_is_not_passed_over() {
    let service = ScriptedServer::start([]);
    let typos = "[profile dev]\naws_acess_key_id = A\naws_secret_acces_key = hunter2\n";
    let sandbox = on_instance(&service)
        .env("AWS_CONFIG_FILE", "aws")
        .file("aws", typos);
    let named = [&PRESIGN[..], &["--profile", "dev"]].concat();
    let error =
        "the profile `dev` has no credentials, only: aws_acess_key_id, aws_secret_acces_key";
    let outcome = sandbox.run(named);
    outcome.fails_with(3, error);
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
    sandbox
        .env("AWS_PROFILE", "dev")
        .run(PRESIGN)
        .fails_with(3, error);
    for path in ["nowhere/c", "~/c"] {
        let sandbox = on_instance(&service).env("AWS_SHARED_CREDENTIALS_FILE", path);
        let outcome = sandbox.run(PRESIGN);
        outcome.fails_with(3, "AWS_SHARED_CREDENTIALS_FILE: `");
        let home = sandbox.home().join("c");
        let shown = path.replace("~/c", home.to_str().unwrap());
        assert!(
            outcome
                .stderr
                .contains(&format!("`{shown}` does not exist")),
            "{outcome:?}"
        );
    }
    // Keys in the environment come first, and need no file.
    let sandbox = on_instance(&service)
        .env("AWS_SHARED_CREDENTIALS_FILE", "nowhere")
        .env("AWS_ACCESS_KEY_ID", "A")
        .env("AWS_SECRET_ACCESS_KEY", "s");
    assert_eq!(
        url(&sandbox.run(PRESIGN)),
        "https://bucket1.s3.us-west-2.amazonaws.com/k"
    );
    assert_eq!(service.seen().len(), 0);
}

#[test]
fn the_profile_names_the_metadata_service() {
    let service = ScriptedServer::start([answer(403, &[], b"")]);
    let config = format!(
        "[default]\nec2_metadata_service_endpoint = {}\n",
        service.endpoint()
    );
    let sandbox = |config: &str| {
        Sandbox::new()
            .env("AWS_EC2_METADATA_DISABLED", "")
            .env("AWS_CONFIG_FILE", "aws")
            .env("BLOBCTL_RETRY_FOR", "0")
            .file("aws", config)
    };
    sandbox(&config)
        .run(PRESIGN)
        .fails_with(4, "the instance's metadata service: it refused: HTTP 403");
    assert_eq!(service.seen()[0].target, "/latest/api/token");
    let wrong = "the instance's metadata service: invalid endpoint mode `error`";
    sandbox("[default]\nec2_metadata_service_endpoint_mode = error\n")
        .run(PRESIGN)
        .fails_with(3, wrong);
    sandbox("")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "error")
        .run(PRESIGN)
        .fails_with(3, wrong);
}

#[test]
fn a_demand_for_another_kind_of_endpoint_is_never_ignored() {
    let region = "[default]\nregion = us-west-2\n";
    for (setting, host) in [
        ("use_fips_endpoint = true\n", "s3-fips.REGION.amazonaws.com"),
        (
            "use_dualstack_endpoint = True\n",
            "s3.dualstack.REGION.amazonaws.com",
        ),
        (
            "s3 =\n  use_dualstack_endpoint = true\n",
            "s3.dualstack.REGION.amazonaws.com",
        ),
        (
            "s3 =\n  use_accelerate_endpoint = true\n",
            "s3-accelerate.amazonaws.com",
        ),
    ] {
        let sandbox = with_keys(&format!("{region}{setting}"));
        let outcome = sandbox.run(PRESIGN);
        outcome.fails_with(3, "of the profile `default` demands an endpoint");
        assert!(
            outcome
                .stderr
                .contains(&format!("--endpoint-url https://{host}")),
            "{outcome:?}"
        );
        // An endpoint that is named is the user's choice.
        let named = [
            &PRESIGN[..],
            &["--endpoint-url", "https://s3-fips.us-west-2.amazonaws.com"],
        ]
        .concat();
        assert_eq!(
            url(&sandbox.run(named)),
            "https://bucket1.s3-fips.us-west-2.amazonaws.com/k"
        );
    }
    for variable in ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"] {
        with_keys(region)
            .env(variable, "true")
            .run(PRESIGN)
            .fails_with(3, variable);
        let outcome = with_keys(region).env(variable, "false").run(PRESIGN);
        assert_eq!(
            url(&outcome),
            "https://bucket1.s3.us-west-2.amazonaws.com/k"
        );
    }
    // The variable takes precedence over the profile.
    let sandbox = with_keys(&format!("{region}use_fips_endpoint = true\n"));
    let outcome = sandbox.env("AWS_USE_FIPS_ENDPOINT", "false").run(PRESIGN);
    assert_eq!(
        url(&outcome),
        "https://bucket1.s3.us-west-2.amazonaws.com/k"
    );
}

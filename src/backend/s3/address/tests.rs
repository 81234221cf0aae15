//! What is understood, refused and made of it.

use super::*;

fn located(endpoint: &str, addressing: Addressing, bucket: &str, key: &str) -> String {
    let Location { authority, path } = Endpoint::parse(endpoint)
        .unwrap()
        .locate(addressing, bucket, key);
    format!("{authority}{path}")
}

#[test]
fn endpoints_are_understood_or_refused() {
    let good = |text: &str| Endpoint::parse(text).map(|e| e.address()).ok();
    assert_eq!(
        good("http://127.0.0.1:9000").as_deref(),
        Some("http://127.0.0.1:9000")
    );
    assert_eq!(
        good("HTTPS://S3.Example.com:443/").as_deref(),
        Some("https://s3.example.com")
    );
    assert_eq!(
        good("http://[::1]:9000/s3/").as_deref(),
        Some("http://[::1]:9000/s3")
    );
    for path in ["/a%20b+%2b", "/a%20b%2b+"] {
        let good = good(&format!("http://h{path}"));
        assert_eq!(good.as_deref(), Some("http://h/a%20b%2B%2B"));
    }
    for text in [
        "",
        "x",
        "http://h/%",
        "http://h/%4",
        "http://h/%zz",
        "http://h/%ü",
        "http://h/%ff",
        "ftp://h",
        "http://",
        "http://:9",
        "http://h:0",
        "http://h:99999",
        "http://h:",
        "http://[::1",
        "http://[x]",
        "http://a b",
        "http://h/?q",
        "http://h#f",
        "http://u:p@h",
        "http://h\n",
        "http://ü",
    ] {
        let error = Endpoint::parse(text).err();
        assert_eq!(
            error.as_ref().map(Error::kind),
            Some(Kind::Config),
            "{text}"
        );
        assert!(!error.unwrap().to_string().contains("u:p"));
    }
}

#[test]
fn the_style_follows_service_and_name() {
    use Addressing::{Auto, Path, Virtual};
    for (endpoint, style, bucket, key, wanted) in [
        (
            "http://127.0.0.1:9000",
            Auto,
            "lab",
            "a b",
            "127.0.0.1:9000/lab/a%20b",
        ),
        ("http://[::1]:9000", Auto, "lab", "k", "[::1]:9000/lab/k"),
        (
            "https://s3.eu-west-1.amazonaws.com",
            Auto,
            "media",
            "k//x",
            "media.s3.eu-west-1.amazonaws.com/k//x",
        ),
        (
            "https://s3.eu-west-1.amazonaws.com",
            Auto,
            "my.media",
            "k",
            "s3.eu-west-1.amazonaws.com/my.media/k",
        ),
        (
            "http://s3.eu-west-1.amazonaws.com",
            Auto,
            "my.media",
            "k",
            "my.media.s3.eu-west-1.amazonaws.com/k",
        ),
        (
            "https://s3.eu-west-1.amazonaws.com",
            Auto,
            "Old_Name",
            "k",
            "s3.eu-west-1.amazonaws.com/Old_Name/k",
        ),
        (
            "https://s3.eu-west-1.amazonaws.com",
            Path,
            "media",
            "k",
            "s3.eu-west-1.amazonaws.com/media/k",
        ),
        (
            "http://s3.localhost:9000",
            Virtual,
            "lab",
            "k",
            "lab.s3.localhost:9000/k",
        ),
        (
            "http://minio:9000/s3",
            Auto,
            "lab",
            "/lead",
            "minio:9000/s3/lab//lead",
        ),
        ("http://minio:9000", Auto, "lab", "", "minio:9000/lab"),
    ] {
        assert_eq!(located(endpoint, style, bucket, key), wanted);
    }
}

#[test]
fn a_style_that_cannot_be_is_refused() {
    let check = |endpoint: &str, style, bucket: &str| {
        let endpoint = Endpoint::parse(endpoint).unwrap();
        endpoint.check_addressing(style, bucket).is_ok()
    };
    for (endpoint, bucket, can_be) in [
        ("http://s3.localhost:9000", "lab", true),
        ("https://s3.example.com", "my.media", true),
        ("http://127.0.0.1:9000", "lab", false),
        ("http://[::1]", "lab", false),
        ("https://s3.example.com", "Old_Name", false),
    ] {
        assert_eq!(
            check(endpoint, Addressing::Virtual, bucket),
            can_be,
            "{endpoint}"
        );
        assert!(check(endpoint, Addressing::Auto, bucket));
        assert!(check(endpoint, Addressing::Path, bucket));
    }
}

#[test]
fn regions_come_from_known_hosts_and_are_checked() {
    let region = |text: &str| Endpoint::parse(text).unwrap().default_region();
    assert_eq!(
        region("https://s3.us-west-004.backblazeb2.com"),
        "us-west-004"
    );
    assert_eq!(region("https://x.r2.cloudflarestorage.com"), "auto");
    assert_eq!(region("http://127.0.0.1:9000"), "us-east-1");
    for bad in ["", "a b", "EU", "-a", "a-", "a.b", "x/y", &"a".repeat(64)] {
        assert!(check_region(bad).is_err(), "{bad}");
    }
    assert_eq!(
        Endpoint::aws("cn-north-1").unwrap().authority(),
        "s3.cn-north-1.amazonaws.com.cn"
    );
    assert!(Endpoint::aws("evil.example/").is_err());
}

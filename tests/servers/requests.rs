//! S3 requests that blobctl has no command for: unfinished uploads, tags, and a versioned bucket. They are signed by the test
//! support, not by blobctl.

use crate::lab::{Deviation, Lab, Protocol, Verdict};
use crate::support::checksums::Checksum;
use crate::support::signature::{encode_query, sign};

/// Status and body.
pub struct Answer {
    pub status: u16,
    pub text: String,
}

impl Answer {
    fn succeeded(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Lab {
    /// Sends a signed path-style request; `None` if there was no response. `path` begins with a slash and needs no
    /// encoding.
    pub fn request(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        body: &[u8],
    ) -> Option<Answer> {
        let endpoint = self
            .setting("BLOBCTL_S3_ENDPOINT_URL")
            .trim_end_matches('/');
        let query = encode_query(query);
        let host = endpoint.split("://").last().unwrap();
        let region = self.setting("BLOBCTL_S3_REGION");
        let timestamp = timestamp();
        let payload = match body {
            [] => Checksum::Sha256.hex(b""),
            _ => "UNSIGNED-PAYLOAD".to_owned(),
        };
        let mut headers = vec![
            ("host", host),
            ("x-amz-content-sha256", payload.as_str()),
            ("x-amz-date", timestamp.as_str()),
        ];
        let token = self.setting("BLOBCTL_S3_SESSION_TOKEN");
        if !token.is_empty() {
            headers.push(("x-amz-security-token", token));
        }
        let lines: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let lines = lines.concat();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let canonical = format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{payload}");
        let scope = format!("{}/{region}/s3/aws4_request", &timestamp[..8]);
        let secret = self.setting("BLOBCTL_S3_SECRET_ACCESS_KEY");
        let signature = sign(secret, &timestamp, &scope, &canonical);
        let access_key = self.setting("BLOBCTL_S3_ACCESS_KEY_ID");
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
        );
        let url = format!("{endpoint}{path}?{query}");
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(url)
            .header("authorization", authorization);
        for (name, value) in &headers[1..] {
            request = request.header(*name, *value);
        }
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .build()
            .into();
        let mut answer = agent.run(request.body(body).unwrap()).ok()?;
        Some(Answer {
            status: answer.status().as_u16(),
            text: answer.body_mut().read_to_string().ok()?,
        })
    }

    /// The keys of this test's multipart uploads that were neither completed nor aborted; `None` if the server does not
    /// list them.
    pub fn unfinished_uploads(&self) -> Option<Vec<String>> {
        if self.protocol == Protocol::Ftp {
            return None;
        }
        let path = format!("/{}", self.setting("BLOBCTL_S3_BUCKET"));
        let query = [("prefix", self.prefix()), ("uploads", "")];
        let answer = self
            .request("GET", &path, &query, b"")
            .filter(Answer::succeeded)?;
        Some(
            elements(&answer.text, "Key")
                .filter(|key| key.starts_with(self.prefix()))
                .map(str::to_owned)
                .collect(),
        )
    }

    /// The tags of a blob, as the server's XML.
    pub fn tags(&self, key: &str) -> Verdict<String> {
        let path = format!("/{}/{key}", self.setting("BLOBCTL_S3_BUCKET"));
        let answer = self.request("GET", &path, &[("tagging", "")], b"");
        answered(answer, "the tags")
    }

    /// Creates a bucket with versioning.
    pub fn versioned_bucket(&self) -> Verdict<VersionedBucket<'_>> {
        let name = self.prefix().trim_end_matches('/').to_owned();
        let region = self.setting("BLOBCTL_S3_REGION");
        let place = match region {
            "us-east-1" => String::new(),
            _ => format!(
                "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
            ),
        };
        let made = self.request("PUT", &format!("/{name}"), &[], place.as_bytes());
        match &made {
            Some(answer) if answer.status == 403 => {
                return Err(Deviation::NotRun(
                    "the key may not make a bucket".to_owned(),
                ));
            }
            _ => answered(made, "a new bucket")?,
        };
        let bucket = VersionedBucket { lab: self, name };
        let on = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        let path = format!("/{}", bucket.name);
        let answer = self.request("PUT", &path, &[("versioning", "")], on.as_bytes());
        answered(answer, "keeping versions")?;
        let answer = self.request("GET", &path, &[("versioning", "")], b"");
        match answered(answer, "keeping versions")?.contains("Enabled") {
            true => Ok(bucket),
            false => Err(Deviation::Refused("versions are not switched on".into())),
        }
    }
}

/// The time in the form of x-amz-date.
fn timestamp() -> String {
    let now = time::OffsetDateTime::now_utc();
    let (hour, minute, second) = now.to_hms();
    format!(
        "{:04}{:02}{:02}T{hour:02}{minute:02}{second:02}Z",
        now.year(),
        u8::from(now.month()),
        now.day()
    )
}

fn answered(answer: Option<Answer>, what: &str) -> Verdict<String> {
    match answer {
        Some(answer) if answer.succeeded() => Ok(answer.text),
        Some(answer) => Err(Deviation::Refused(format!(
            "{what}: {} {}",
            answer.status, answer.text
        ))),
        None => Err(Deviation::Refused(format!("{what}: no answer"))),
    }
}

/// Removed, with all versions in it, when it is dropped.
pub struct VersionedBucket<'a> {
    lab: &'a Lab,
    pub name: String,
}

impl Drop for VersionedBucket<'_> {
    fn drop(&mut self) {
        let path = format!("/{}", self.name);
        if let Some(all) = self.lab.request("GET", &path, &[("versions", "")], b"") {
            let entries = all.text.split("<Version>").skip(1);
            let entries = entries.flat_map(|text| text.split("<DeleteMarker>"));
            for entry in entries {
                let key = elements(entry, "Key").next();
                if let (Some(key), Some(id)) = (key, elements(entry, "VersionId").next()) {
                    let query = [("versionId", id)];
                    self.lab
                        .request("DELETE", &format!("{path}/{key}"), &query, b"");
                }
            }
        }
        self.lab.request("DELETE", &path, &[], b"");
    }
}

/// The texts of all elements of this name.
fn elements<'a>(xml: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut rest = xml;
    std::iter::from_fn(move || {
        let begin = rest.find(&open)? + open.len();
        let end = begin + rest[begin..].find(&close)?;
        let text = &rest[begin..end];
        rest = &rest[end..];
        Some(text)
    })
}

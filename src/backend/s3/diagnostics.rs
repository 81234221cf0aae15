//! The access to a bucket, step by step.

use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, SystemTime};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::bucket::{S3, request};
use super::client::{RequestPurpose, S3Response};
use super::providers::{Conditions, PartCopies};
use crate::error::{Kind, Result, printable};
use crate::key::Key;
use crate::net::probe;
use crate::store::Store;
use crate::store::diagnostics::{Diagnostics, Step, StepOutcome, Stopped, passed, step, warning};
use crate::store::list::ListOptions;
use crate::store::multipart::PartSizes;
use crate::units::format_duration;

/// Services reject signatures whose time is further off: RequestTimeTooSkewed.
const LARGEST_SKEW: Duration = Duration::from_secs(15 * 60);

/// The difference of the clocks from which it is worth a warning.
const DOUBTFUL_SKEW: Duration = Duration::from_secs(60);

impl Diagnostics for S3 {
    fn check_access(&self, absent: &Key, report: &mut dyn FnMut(Step)) -> Result<(), Stopped> {
        self.check_network(report)?;
        step(report, "credentials", || {
            let credentials = self.client.current_credentials()?;
            passed((), describe_credentials(credentials.as_deref()))
        })?;
        step(report, "clock", || self.check_clock(absent))?;
        step(report, "addressing", || {
            passed((), self.client.describe_addressing()?)
        })?;
        step(report, "head", || match self.head(absent)? {
            None => passed(
                (),
                "the bucket exists, and an absent key is reported as absent",
            ),
            Some(_) => passed((), "the bucket exists"),
        })?;
        // Not needed by put and get, so a refusal is not the end.
        let _ = step(report, "list", || self.check_list(absent));
        Ok(())
    }

    fn features(&self) -> Vec<(&'static str, String)> {
        let provider = self.client.provider();
        let conditions = match provider.conditions {
            Conditions::Atomic => "tested by the service in one step with the write",
            Conditions::BestEffort => "blobctl looks first; the service may ignore the condition",
        };
        let parts = match provider.parts {
            PartSizes::Any => "parts of any size",
            PartSizes::Equal => "parts of equal size",
        };
        let copies = match provider.part_copies {
            PartCopies::Supported => "any size",
            PartCopies::Unsupported => "up to 5 GiB",
        };
        vec![
            ("conditions", conditions.to_owned()),
            ("multipart", parts.to_owned()),
            ("copy", copies.to_owned()),
        ]
    }

    fn remove_scratch(&self, scratch: &Key) -> Result<()> {
        let request = request("DELETE", scratch);
        let sent = self
            .client
            .send(&request, &[200, 204], RequestPurpose::CleanUp);
        match sent {
            Err(error) if error.kind() != Kind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl S3 {
    /// Name, connection and TLS of the host that requests go to.
    fn check_network(&self, report: &mut dyn FnMut(Step)) -> Result<(), Stopped> {
        let peer = step(report, "endpoint", || {
            let peer = self.client.peer()?;
            let via = if peer.is_proxy {
                ", through a proxy"
            } else {
                ""
            };
            let detail = format!("{}{via}", self.client.service_address().unwrap_or_default());
            passed(peer, detail)
        })?;
        let addresses = step(report, "resolve", || {
            let found = probe::resolve(&peer.host, peer.port)?;
            let shown: Vec<String> = found.iter().map(|found| found.ip().to_string()).collect();
            let detail = format!("{} is {}", printable(&peer.host), shown.join(", "));
            passed(found, detail)
        })?;
        let timeouts = self.client.timeouts();
        let cancel = self.client.cancel();
        let socket = step(report, "connect", || {
            let dial = |address: &SocketAddr| TcpStream::connect_timeout(address, timeouts.connect);
            let socket = probe::connect(&addresses, cancel, dial)?;
            let address = socket.peer_addr();
            let detail = address.map_or_else(|_| String::new(), |address| address.to_string());
            passed(socket, detail)
        })?;
        if !peer.has_tls || peer.is_proxy {
            let reason = match peer.has_tls {
                true => "inside the tunnel of the proxy; the request below checks it",
                false => "the endpoint is http",
            };
            report(Step {
                name: "tls",
                outcome: StepOutcome::Skipped(reason),
                elapsed: Duration::ZERO,
            });
            return Ok(());
        }
        step(report, "tls", || {
            let tls = self.client.tls_parameters()?;
            let found = probe::handshake(&peer.host, socket, &tls, timeouts.connect, cancel)?;
            passed((), found)
        })
    }

    /// Compares the clocks by the `Date` of a response, whatever its status.
    fn check_clock(&self, absent: &Key) -> Result<((), StepOutcome)> {
        let any: Vec<u16> = (200..600).collect();
        let request = request("HEAD", absent);
        let before = SystemTime::now();
        let answer = self.client.send(&request, &any, RequestPurpose::Work)?;
        let after = SystemTime::now();
        let Some(theirs) = date(&answer) else {
            return warning(
                (),
                "the response has no Date",
                "compare this machine's clock yourself",
            );
        };
        // A Date is cut to whole seconds.
        let behind = before
            .duration_since(theirs + Duration::from_secs(1))
            .unwrap_or_default();
        let ahead = theirs.duration_since(after).unwrap_or_default();
        let (skew, word) = match behind > ahead {
            true => (behind, "ahead of"),
            false => (ahead, "behind"),
        };
        if skew < DOUBTFUL_SKEW {
            return passed((), "agrees with the service's");
        }
        let detail = format!(
            "this machine's clock is {} {word} the service's",
            format_duration(skew)
        );
        let hint = match skew >= LARGEST_SKEW {
            true => {
                "set the clock (NTP): blobctl signs with the service's time, other programs are refused"
            }
            false => "set the clock (NTP)",
        };
        warning((), detail, hint)
    }

    fn check_list(&self, absent: &Key) -> Result<((), StepOutcome)> {
        match self.list(&ListOptions::all(absent.as_str()), None) {
            Ok(_) => passed((), "permitted"),
            Err(error) if error.kind() == Kind::Denied => warning(
                (),
                format!("refused: {error}"),
                "ls, and the commands for whole directories, need the permission s3:ListBucket",
            ),
            Err(error) => Err(error),
        }
    }
}

fn date(answer: &S3Response) -> Option<SystemTime> {
    OffsetDateTime::parse(answer.header("date")?, &Rfc2822)
        .ok()
        .map(SystemTime::from)
}

fn describe_credentials(credentials: Option<&crate::aws::credentials::Credentials>) -> String {
    let Some(credentials) = credentials else {
        return "none: requests are not signed".to_owned();
    };
    let expires = credentials.expires.map_or(String::new(), |end| {
        let left = Duration::try_from(end - OffsetDateTime::now_utc()).unwrap_or_default();
        format!(", expires in {}", format_duration(left))
    });
    format!(
        "access key {} from {}{expires}",
        credentials.masked_id(),
        printable(&credentials.origin)
    )
}

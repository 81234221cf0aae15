//! Errors of connections that cannot be made, break or stall.

use rustls::AlertDescription;

use super::transport::socks5::SocksProblem;
use super::transport::tunnel::{ProxyError, ProxyLogin, ProxyProblem};
use super::transport::was_reused;
use crate::error::{Error, Kind, printable};
use crate::net::timeouts::Timeouts;
use crate::net::tls_error::{HANDSHAKE_HINT, certificate_error, client_certificate_error};

/// True if a pooled connection turned out to be closed before the response began.
pub fn is_stale(error: &ureq::Error) -> bool {
    use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error, ureq::Error::Io(error)
        if Error::recover(error).is_none()
            && was_reused()
            && matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof))
}

fn stalled(host: &str, timeouts: Timeouts) -> Error {
    let limit = crate::units::format_duration(timeouts.idle);
    Error::new(
        Kind::Disconnected,
        format!("{host} did not move a byte for {limit}"),
    )
}

/// The error of a request without a response.
pub fn explain(error: ureq::Error, host: &str, timeouts: Timeouts) -> Error {
    match error {
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            let limit = crate::units::format_duration(timeouts.connect);
            Error::new(
                Kind::Disconnected,
                format!("cannot connect to {host}: no answer within {limit}"),
            )
            .of_store()
        }
        ureq::Error::Timeout(ureq::Timeout::RecvResponse) => {
            let limit = crate::units::format_duration(timeouts.head());
            let text = format!("{host} did not send a whole response head within {limit}");
            Error::new(Kind::Disconnected, text)
        }
        ureq::Error::Timeout(_) => stalled(host, timeouts),
        ureq::Error::HostNotFound => {
            Error::new(Kind::Disconnected, format!("the host {host} is not known")).of_store()
        }
        ureq::Error::Io(error) => match error.downcast::<ProxyError>() {
            Ok(failed) => proxy_error(failed, host, timeouts),
            Err(error) => io_error(&error, host),
        },
        ureq::Error::Rustls(error) => tls_error(&error, host),
        ureq::Error::Protocol(what) => Error::new(
            Kind::Remote,
            format!(
                "{host} does not speak HTTP: {}",
                printable(&what.to_string())
            ),
        )
        .with_hint(
            "compare the scheme (http or https) and the port of the endpoint with the service's",
        ),
        other => Error::new(
            Kind::Remote,
            format!("{host}: {}", printable(&other.to_string())),
        ),
    }
}

/// The error of a tunnel that the proxy did not open.
fn proxy_error(failed: ProxyError, host: &str, timeouts: Timeouts) -> Error {
    let proxy = format!("the proxy {}", failed.proxy);
    match failed.problem {
        ProxyProblem::Unreachable(ureq::Error::Io(error)) if Error::recover(&error).is_some() => {
            let cause = io_error(&error, &proxy);
            match cause.kind() {
                Kind::Interrupted(_) => cause,
                kind => Error::new(kind, format!("cannot connect to {proxy}: {cause}")),
            }
        }
        ProxyProblem::Unreachable(error) => explain(error, &proxy, timeouts),
        ProxyProblem::Refused(status) => refused_tunnel(
            status,
            failed.login,
            &format!("{proxy} refuses to connect to {host}"),
        ),
        ProxyProblem::NotHttp => wrong_protocol(&proxy, "HTTP"),
        ProxyProblem::Socks(problem) => socks_error(&problem, &proxy, host),
    }
}

fn wrong_protocol(proxy: &str, protocol: &str) -> Error {
    Error::new(Kind::Remote, format!("{proxy} does not speak {protocol}"))
        .with_hint("compare the scheme and the port of the proxy's URL with the proxy's")
}

fn socks_error(problem: &SocksProblem, proxy: &str, host: &str) -> Error {
    match problem {
        SocksProblem::LoginMissing => {
            Error::new(Kind::Denied, format!("{proxy} requires a login")).with_hint(
                "put the user name and password into the proxy's URL: socks5h://USER:PASSWORD@HOST:PORT",
            )
        }
        SocksProblem::LoginRejected => {
            Error::new(Kind::Denied, format!("{proxy} rejects this login"))
                .with_hint("check the user name and password in the proxy's URL")
        }
        SocksProblem::Refused(reply) => {
            let kind = match reply {
                2 => Kind::Denied,
                1 | 3..=6 => Kind::Disconnected,
                _ => Kind::Remote,
            };
            let why = SocksProblem::reason(*reply);
            Error::new(kind, format!("{proxy} cannot connect to {host}: {why}"))
        }
        SocksProblem::WrongProtocol | SocksProblem::Broken(_) => wrong_protocol(proxy, "SOCKS 5"),
    }
}

fn refused_tunnel(status: u16, login: ProxyLogin, what: &str) -> Error {
    match (status, login) {
        (407, ProxyLogin::Missing) => Error::new(
            Kind::Denied,
            format!("{what} without a login (407)"),
        )
        .with_hint(
            "put the user name and password into the proxy's URL: http://USER:PASSWORD@HOST:PORT",
        ),
        (407, ProxyLogin::Given) => {
            Error::new(Kind::Denied, format!("{what} with this login (407)"))
                .with_hint("check the user name and password in the proxy's URL")
        }
        (401 | 403, _) => Error::new(Kind::Denied, format!("{what} ({status})")),
        _ => Error::new(Kind::Disconnected, format!("{what} ({status})")),
    }
}

fn io_error(error: &std::io::Error, host: &str) -> Error {
    if let Some(ours) = Error::recover(error) {
        return ours;
    }
    if let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        return tls_error(tls, host);
    }
    match error.kind() {
        std::io::ErrorKind::ConnectionRefused => {
            Error::disconnected(format_args!("cannot connect to {host}"), error).of_store()
        }
        _ => Error::disconnected(format_args!("the connection to {host}"), error),
    }
}

fn tls_error(error: &rustls::Error, host: &str) -> Error {
    match error {
        rustls::Error::InvalidCertificate(why) => certificate_error(host, why).of_store(),
        rustls::Error::InvalidMessage(_) => {
            Error::new(Kind::Config, format!("{host} does not speak TLS"))
                .with_hint("an endpoint without TLS begins with http://")
        }
        rustls::Error::AlertReceived(alert)
            if let Some(error) = client_certificate_error(host, *alert) =>
        {
            error.of_store()
        }
        // Both sides stated their parameters and will state the same again.
        rustls::Error::AlertReceived(_)
        | rustls::Error::PeerIncompatible(_)
        | rustls::Error::NoCertificatesPresented => no_agreement(error, host),
        other => Error::new(
            Kind::Disconnected,
            format!("TLS with {host}: {}", printable(&other.to_string())),
        ),
    }
}

fn no_agreement(error: &rustls::Error, host: &str) -> Error {
    let why = printable(&error.to_string());
    let text = format!("no agreement about TLS with {host}: {why}");
    let error_of_host = Error::new(Kind::Denied, text);
    match error {
        rustls::Error::AlertReceived(AlertDescription::HandshakeFailure) => {
            error_of_host.with_hint(HANDSHAKE_HINT)
        }
        _ => error_of_host,
    }
}

/// The error of a response body that broke off.
pub fn explain_body(error: &std::io::Error, host: &str, timeouts: Timeouts) -> Error {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<ureq::Error>());
    match inner {
        Some(ureq::Error::Timeout(_)) => stalled(host, timeouts),
        _ => Error::disconnected(format_args!("the connection to {host} broke"), error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use std::time::Duration;

    const TIMEOUTS: Timeouts = Timeouts {
        connect: Duration::from_secs(10),
        idle: Duration::from_secs(60),
    };

    fn of(error: ureq::Error) -> Error {
        explain(error, "s3.example.com", TIMEOUTS)
    }

    fn tls(error: rustls::Error) -> ureq::Error {
        ureq::Error::Io(io::Error::new(io::ErrorKind::InvalidData, error))
    }

    #[test]
    fn what_may_pass_is_told_from_what_will_not() {
        use rustls::{AlertDescription, CertificateError, Error as Tls, InvalidMessage};
        let expired = Tls::InvalidCertificate(CertificateError::Expired);
        for (error, kind, text) in [
            (
                ureq::Error::Timeout(ureq::Timeout::Connect),
                Kind::Disconnected,
                "cannot connect to s3.example.com: no answer within 10 s",
            ),
            (
                ureq::Error::Timeout(ureq::Timeout::PerRead),
                Kind::Disconnected,
                "s3.example.com did not move a byte for 60 s",
            ),
            (
                ureq::Error::Io(io::ErrorKind::ConnectionReset.into()),
                Kind::Disconnected,
                "the connection to s3.example.com: connection reset",
            ),
            (
                tls(expired.clone()),
                Kind::Denied,
                "the certificate of s3.example.com is not valid: ",
            ),
            (
                ureq::Error::Rustls(expired),
                Kind::Denied,
                "the certificate of s3.example.com is not valid: ",
            ),
            (
                tls(Tls::AlertReceived(AlertDescription::HandshakeFailure)),
                Kind::Denied,
                "no agreement about TLS with s3.example.com: ",
            ),
            (
                tls(Tls::InvalidMessage(InvalidMessage::InvalidContentType)),
                Kind::Config,
                "s3.example.com does not speak TLS",
            ),
            (
                ureq::Error::Io(Error::not_found().into_io()),
                Kind::NotFound,
                "no such blob",
            ),
        ] {
            let error = of(error);
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().starts_with(text), "{error}");
        }
    }

    #[test]
    fn a_body_that_stalls_is_told_from_one_that_breaks() {
        let stalled = io::Error::other(ureq::Error::Timeout(ureq::Timeout::PerRead));
        assert_eq!(
            explain_body(&stalled, "h", TIMEOUTS).to_string(),
            "h did not move a byte for 60 s"
        );
        let broken = io::Error::from(io::ErrorKind::UnexpectedEof);
        assert!(
            explain_body(&broken, "h", TIMEOUTS)
                .to_string()
                .starts_with("the connection to h broke: ")
        );
    }
}

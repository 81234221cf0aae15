//! The first steps of a connection, one at a time, so that each can be timed.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConnection, ProtocolVersion};

use super::certificate;
use super::tls_client::{self, TlsParameters};
use super::tls_error::{certificate_error, client_certificate_error};
use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result, describe, printable};

/// The addresses of a host.
pub fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>> {
    let shown = printable(host);
    let hint = "check the name and this machine's DNS";
    let found = (host, port).to_socket_addrs().map_err(|error| {
        Error::disconnected(format_args!("look up {shown}"), &error).with_hint(hint)
    })?;
    let found: Vec<SocketAddr> = found.collect();
    match found.is_empty() {
        true => {
            let text = format!("the host {shown} has no address");
            Err(Error::new(Kind::Disconnected, text).with_hint(hint))
        }
        false => Ok(found),
    }
}

/// Connects to the first address that accepts the connection; `dial` connects to one.
pub fn connect(
    addresses: &[SocketAddr],
    cancel: &Cancel,
    dial: impl Fn(&SocketAddr) -> io::Result<TcpStream>,
) -> Result<TcpStream> {
    let mut last = None;
    for address in addresses {
        cancel.check()?;
        match dial(address) {
            Ok(socket) => return Ok(socket),
            Err(error) => {
                let error = Error::disconnected(format_args!("connect to {address}"), &error);
                last =
                    Some(error.with_hint("check the port, and whether a firewall is in between"));
            }
        }
    }
    Err(last.unwrap_or_else(|| Error::new(Kind::Disconnected, "no address to connect to")))
}

/// Performs a TLS handshake, and returns the version, the issuer and the end of the certificate.
pub fn handshake(
    host: &str,
    mut socket: TcpStream,
    parameters: &TlsParameters,
    wait: Duration,
    cancel: &Arc<Cancel>,
) -> Result<String> {
    let failed = |error: &io::Error| tls_error(host, error);
    let config = tls_client::config(parameters, rustls::ALL_VERSIONS)?;
    let name = ServerName::try_from(host.to_owned()).map_err(|_| {
        let text = format!("{} cannot be in a certificate", printable(host));
        Error::new(Kind::Config, text)
    })?;
    let mut connection = ClientConnection::new(Arc::new(config), name)
        .map_err(|error| failed(&io::Error::other(error)))?;
    let _watch = cancel.watch(&socket).map_err(|error| failed(&error))?;
    socket
        .set_read_timeout(Some(wait))
        .map_err(|error| failed(&error))?;
    socket
        .set_write_timeout(Some(wait))
        .map_err(|error| failed(&error))?;
    while connection.is_handshaking() {
        let moved = connection.complete_io(&mut socket);
        moved.map_err(|error| cancel.or_cancelled(failed(&error)))?;
    }
    let version = connection.protocol_version().map_or("TLS", version_name);
    let certificate = connection
        .peer_certificates()
        .and_then(|chain| chain.first());
    Ok(format!(
        "{version}{}",
        issued(certificate.map(AsRef::as_ref))
    ))
}

/// `, issued by NAME, valid until DATE`; empty if the certificate cannot be read.
pub fn issued(certificate: Option<&[u8]>) -> String {
    let summary = certificate.and_then(certificate::summary);
    summary.map_or(String::new(), |summary| {
        format!(", {}", certificate::shown(&summary))
    })
}

/// The usual name of a version.
pub fn version_name(version: ProtocolVersion) -> &'static str {
    match version {
        ProtocolVersion::TLSv1_2 => "TLS 1.2",
        ProtocolVersion::TLSv1_3 => "TLS 1.3",
        _ => "TLS",
    }
}

fn tls_error(host: &str, error: &io::Error) -> Error {
    let tls = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let shown = printable(host);
    match tls {
        Some(rustls::Error::InvalidCertificate(why)) => certificate_error(&shown, why),
        Some(rustls::Error::AlertReceived(alert))
            if let Some(error) = client_certificate_error(&shown, *alert) =>
        {
            error
        }
        Some(rustls::Error::InvalidMessage(_)) => {
            Error::new(Kind::Config, format!("{shown} does not speak TLS"))
                .with_hint("an endpoint without TLS begins with http://")
        }
        Some(other) => {
            let text = format!("TLS with {shown}: {}", printable(&other.to_string()));
            Error::new(Kind::Denied, text)
        }
        None => Error::new(
            Kind::Disconnected,
            format!("the TLS handshake with {shown}: {}", describe(error)),
        ),
    }
}

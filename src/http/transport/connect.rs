//! TCP connections for ureq.

use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{ConnectionDetails, Connector, Either, Transport};
use ureq::{Error, Timeout};

use super::buffers::SocketBuffers;
use super::socket::{Socket, SocketState, limit, timeout_or_io};
use super::{CONNECTED, GENERATION, Traffic};
use crate::cancel::Cancel;

/// Makes plain TCP connections.
#[derive(Debug)]
pub(super) struct SocketConnector {
    pub(super) traffic: Traffic,
    pub(super) cancel: Arc<Cancel>,
}

impl<In: Transport> Connector<In> for SocketConnector {
    type Out = Either<In, Socket>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        if let Some(through_proxy) = chained {
            return Ok(Some(Either::A(through_proxy)));
        }
        CONNECTED.set(true);
        let stream = self.dial(details)?;
        stream.set_nodelay(true)?;
        let watch = self.cancel.watch(&stream)?;
        let config = details.config;
        let buffers = SocketBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Either::B(Socket {
            stream,
            buffers,
            traffic: self.traffic,
            sending_body: false,
            state: SocketState::Usable,
            generation: GENERATION.load(Ordering::Relaxed),
            read_timeout: None,
            write_timeout: None,
            _watch: watch,
        })))
    }
}

impl SocketConnector {
    /// Tries the addresses in order. Each gets half of the remaining time, the last one all of it.
    fn dial(&self, details: &ConnectionDetails) -> Result<TcpStream, Error> {
        let until = limit(&details.timeout).map(|limit| Instant::now() + limit);
        let mut last = Error::HostNotFound;
        let count = details.addrs.len();
        for (index, address) in details.addrs.iter().enumerate() {
            self.cancel
                .check()
                .map_err(|error| Error::Io(error.into_io()))?;
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            let share = left.map(|left| if index + 1 == count { left } else { left / 2 });
            match connect(address, share) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

fn connect(address: &SocketAddr, limit: Option<Duration>) -> Result<TcpStream, Error> {
    let stream = match limit {
        // Zero means no timeout to the system.
        Some(limit) => TcpStream::connect_timeout(address, limit.max(Duration::from_millis(1))),
        None => TcpStream::connect(address),
    };
    stream.map_err(|error| timeout_or_io(error, Timeout::Connect))
}

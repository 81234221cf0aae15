//! The values of the options, as text.

use std::time::Duration;

use clap::ValueEnum;

use crate::cli::Global;

/// The value of the option of a setting, as it can be typed; `None` if the option was not given.
pub(super) fn text(flags: &Global, key: &str) -> Option<String> {
    let flag = |given: bool| given.then(|| "true".to_owned());
    let path = |path: &Option<std::path::PathBuf>| {
        path.as_ref()
            .map(|path| path.to_string_lossy().into_owned())
    };
    match key {
        "backend" => flags.backend.and_then(word),
        "remote" => flags.remote.clone(),
        "retry_for" => flags.retry_for.map(duration),
        "timeout" => flags.timeout.map(duration),
        "connect_timeout" => flags.connect_timeout.map(duration),
        "deadline" => flags.deadline.map(duration),
        "jobs" => flags.jobs.map(|number| number.to_string()),
        "parts" => flags.parts.map(|number| number.to_string()),
        "part_size" => flags.part_size.map(|bytes| bytes.to_string()),
        "max_memory" => flags.max_memory.map(|bytes| bytes.to_string()),
        "limit_rate" => flags.limit_rate.map(|bytes| bytes.to_string()),
        "progress" => flags.progress.and_then(word),
        "endpoint_url" => flags.endpoint_url.clone(),
        "bucket" => flags.bucket.clone(),
        "region" => flags.region.clone(),
        "profile" => flags.profile.clone(),
        "addressing" => flags.addressing.and_then(word),
        "checksum" => flags.checksum.and_then(word),
        "payload_signing" => flags.payload_signing.and_then(word),
        "sse_c_key_file" => path(&flags.sse_c_key_file),
        "request_payer" => flag(flags.request_payer),
        "no_sign_request" => flag(flags.no_sign_request),
        "ca_bundle" => path(&flags.ca_bundle),
        "client_cert" => path(&flags.client_cert),
        "client_key" => path(&flags.client_key),
        "insecure" => flag(flags.insecure),
        "host" => flags.host.clone(),
        "port" => flags.port.map(|port| port.to_string()),
        "username" => flags.user.clone(),
        "base_dir" => flags.base_dir.clone(),
        "mode" => flags.ftp_mode.and_then(word),
        "active_ports" => flags.ftp_active_ports.map(|ports| ports.to_string()),
        "bind_address" => flags.ftp_bind.map(|address| address.to_string()),
        "tls" => flags.ftp_tls.and_then(word),
        "replace" => flags.ftp_replace.and_then(word),
        "upload" => flags.ftp_upload.and_then(word),
        "temporary_name" => flags.ftp_temporary_name.as_ref().map(ToString::to_string),
        "encoding" => flags.ftp_encoding.and_then(word),
        "root" => path(&flags.root),
        _ => None,
    }
}

/// The word of an option's value.
pub(super) fn word<T: ValueEnum + Copy>(value: T) -> Option<String> {
    Some(value.to_possible_value()?.get_name().to_owned())
}

/// A duration as it can be typed.
fn duration(duration: Duration) -> String {
    match (duration.as_secs(), duration.subsec_millis()) {
        (seconds, 0) => format!("{seconds}s"),
        (_, _) => format!("{}ms", duration.as_millis()),
    }
}

//! Options of one kind of store.

use super::Settings;
use crate::cli::BackendKind;
use crate::error::{Error, Kind, Result};

impl Settings {
    /// Rejects options of a kind of store that is not among `kinds`. If `--bucket` were ignored, the blob would be stored in
    /// the wrong place without notice.
    pub fn check_flags(&self, kinds: &[BackendKind]) -> Result<()> {
        let flags = &self.flags;
        let s3 = [
            (flags.endpoint_url.is_some(), "--endpoint-url"),
            (flags.bucket.is_some(), "--bucket"),
            (flags.region.is_some(), "--region"),
            (flags.profile.is_some(), "--profile"),
            (flags.addressing.is_some(), "--addressing"),
            (flags.payload_signing.is_some(), "--payload-signing"),
            (flags.sse_c_key_file.is_some(), "--sse-c-key-file"),
            (flags.request_payer, "--request-payer"),
            (flags.no_sign_request, "--no-sign-request"),
        ];
        let ftp = [
            (flags.host.is_some(), "--host"),
            (flags.port.is_some(), "--port"),
            (flags.user.is_some(), "--user"),
            (flags.base_dir.is_some(), "--base-dir"),
            (flags.ftp_mode.is_some(), "--ftp-mode"),
            (flags.ftp_active_ports.is_some(), "--ftp-active-ports"),
            (flags.ftp_bind.is_some(), "--ftp-bind"),
            (flags.ftp_tls.is_some(), "--ftp-tls"),
            (flags.ftp_replace.is_some(), "--ftp-replace"),
            (flags.ftp_upload.is_some(), "--ftp-upload"),
            (flags.ftp_temporary_name.is_some(), "--ftp-temporary-name"),
            (flags.ftp_encoding.is_some(), "--ftp-encoding"),
        ];
        let fs = [(flags.root.is_some(), "--root")];
        let both = [
            (flags.checksum.is_some(), "--checksum"),
            (flags.client_cert.is_some(), "--client-cert"),
            (flags.client_key.is_some(), "--client-key"),
        ];
        for (owners, options) in [
            (&[BackendKind::S3][..], &s3[..]),
            (&[BackendKind::S3, BackendKind::Ftp], &both),
            (&[BackendKind::Ftp], &ftp),
            (&[BackendKind::Fs], &fs),
        ] {
            if let Some((_, option)) = options
                .iter()
                .find(|(given, _)| *given && !owners.iter().any(|owner| kinds.contains(owner)))
            {
                let kind = owners[0];
                let here = kinds.first().map_or("fs", |kind| kind.name());
                let text = format!(
                    "{option} is an option of the {} backend, but this store is {here}",
                    kind.name()
                );
                return Err(Error::new(Kind::Usage, text)
                    .with_hint(format!("add --backend {}", kind.name())));
            }
        }
        Ok(())
    }
}

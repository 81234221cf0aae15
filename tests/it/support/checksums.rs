//! The checksums that the servers compute and the tests expect. They come from crates that blobctl does not use, so that
//! a wrong checksum cannot agree with itself.

use base64::Engine;
use md5::Digest;

/// A checksum algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    Crc64Nvme,
    Crc32c,
    Crc32,
    Sha256,
    Sha1,
    Md5,
}

impl Checksum {
    /// The algorithm with S3's name for it: `CRC64NVME`, in either case.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "crc64nvme" => Self::Crc64Nvme,
            "crc32c" => Self::Crc32c,
            "crc32" => Self::Crc32,
            "sha256" => Self::Sha256,
            "sha1" => Self::Sha1,
            "md5" => Self::Md5,
            _ => return None,
        })
    }

    /// The checksum in bytes, CRCs in network byte order.
    pub fn bytes(self, content: &[u8]) -> Vec<u8> {
        const CRC64_NVME: crc::Crc<u64> = crc::Crc::<u64>::new(&crc::CRC_64_NVME);
        const CRC32C: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI);
        const CRC32: crc::Crc<u32> = crc::Crc::<u32>::new(&crc::CRC_32_ISO_HDLC);
        let sha = |algorithm| {
            let digest = ring::digest::digest(algorithm, content);
            digest.as_ref().to_vec()
        };
        match self {
            Self::Crc64Nvme => CRC64_NVME.checksum(content).to_be_bytes().to_vec(),
            Self::Crc32c => CRC32C.checksum(content).to_be_bytes().to_vec(),
            Self::Crc32 => CRC32.checksum(content).to_be_bytes().to_vec(),
            Self::Sha256 => sha(&ring::digest::SHA256),
            Self::Sha1 => sha(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY),
            Self::Md5 => md5::Md5::digest(content).to_vec(),
        }
    }

    /// The checksum in lower-case hexadecimal digits.
    pub fn hex(self, content: &[u8]) -> String {
        hex(&self.bytes(content))
    }

    /// The checksum in base64, as S3's headers have it.
    pub fn base64(self, content: &[u8]) -> String {
        base64(&self.bytes(content))
    }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

pub fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

//! The checksum of a blob whose bytes arrive in order or in parts.

use super::multipart_md5::PartsSum;
use crate::digest::{Algorithm, Digest, Hasher};

/// A checksum that is being computed.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one per blob")]
pub enum Sum {
    /// Bytes in order.
    InOrder(Hasher),
    /// The parts of a multipart upload, in order. Not for ranges, which arrive in any order.
    OfParts(PartsSum),
    /// The checksum of everything so far, combined from parts; `None` if it could not be combined.
    Combined(Option<Digest>),
}

impl Sum {
    /// Nothing has been seen yet.
    pub fn new(algorithm: Algorithm) -> Self {
        Self::InOrder(Hasher::new(algorithm))
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::InOrder(hasher) => hasher.update(bytes),
            Self::OfParts(parts) => parts.update(bytes),
            // No byte follows the parts.
            Self::Combined(_) => *self = Self::Combined(None),
        }
    }

    /// The digest of everything.
    pub fn finish(self) -> Option<Digest> {
        match self {
            Self::InOrder(hasher) => Some(hasher.finish()),
            Self::OfParts(parts) => Some(parts.finish()),
            Self::Combined(digest) => digest,
        }
    }
}

//! The checksum of a blob whose bytes arrive in order or in parts.

use super::multipart_md5::PartsSum;
use crate::digest::{Algorithm, Digest, Hasher};

/// A digest in the making: of bytes in order, of parts in order, or put together from parts.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one a blob")]
pub enum Sum {
    /// Bytes in order.
    InOrder(Hasher),
    /// The parts of an upload, in order; not for ranges, which come in any.
    OfParts(PartsSum),
    /// The CRC of everything so far; `None` if it could not be put together.
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
            // Nothing is added behind parts that were put together.
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

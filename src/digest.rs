//! Digests of blobs: which ones there are, how they are computed and written, and what a transfer may claim.

use std::fmt;

use md5::Md5;
use sha2::{Digest as _, Sha256};

/// The algorithms that we can compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// 0.6 CPU-seconds a GiB with SHA-NI.
    Sha256,
    /// 1.7 CPU-seconds a GiB; what an S3 ETag mostly is.
    Md5,
}

impl Algorithm {
    /// As in the output contract.
    pub fn name(self) -> &'static str {
        Verified::from(self).name()
    }
}

/// The digest of a whole blob or of one part, as raw bytes in the usual (big-endian) order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// SHA-256.
    Sha256([u8; 32]),
    /// MD5.
    Md5([u8; 16]),
}

impl Digest {
    /// The raw bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Sha256(bytes) => bytes,
            Self::Md5(bytes) => bytes,
        }
    }

    /// Lower-case hex.
    pub fn hex(&self) -> String {
        hex(self.bytes())
    }

    /// Which algorithm made it.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Sha256(_) => Algorithm::Sha256,
            Self::Md5(_) => Algorithm::Md5,
        }
    }

    /// An MD5 from 32 hex digits, as in an S3 ETag.
    pub fn md5_from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        decode_hex(text, &mut bytes).then_some(Self::Md5(bytes))
    }
}

/// Computes one digest from bytes that come in pieces.
#[derive(Clone)]
pub enum Hasher {
    /// SHA-256.
    Sha256(Sha256),
    /// MD5.
    Md5(Md5),
}

impl Hasher {
    /// A hasher that has seen nothing yet.
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
            Algorithm::Md5 => Self::Md5(Md5::new()),
        }
    }

    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        match self {
            Self::Sha256(state) => state.update(piece),
            Self::Md5(state) => state.update(piece),
        }
    }

    /// The digest of all pieces.
    pub fn finish(self) -> Digest {
        match self {
            Self::Sha256(state) => Digest::Sha256(state.finalize().into()),
            Self::Md5(state) => Digest::Md5(state.finalize().into()),
        }
    }

    /// The digest of bytes that are all there.
    pub fn digest(algorithm: Algorithm, bytes: &[u8]) -> Digest {
        let mut hasher = Self::new(algorithm);
        hasher.update(bytes);
        hasher.finish()
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha256(_) => "Hasher::Sha256",
            Self::Md5(_) => "Hasher::Md5",
        })
    }
}

/// How a finished transfer was proven: the field `verified` of `--json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// The store compared, or we compared with the store's, a SHA-256 of the whole blob.
    Sha256,
    /// The same with an MD5, mostly the ETag.
    Md5,
    /// The multipart ETag, an MD5 over the parts' MD5s.
    EtagMultipart,
    /// Only the number of bytes could be compared.
    Length,
}

impl Verified {
    /// The name in the output contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Md5 => "md5",
            Self::EtagMultipart => "etag-multipart",
            Self::Length => "length",
        }
    }
}

impl From<Algorithm> for Verified {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256,
            Algorithm::Md5 => Self::Md5,
        }
    }
}

/// Lower-case hex, two digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}

/// Fills `out` from exactly twice as many hex digits of either case; false, with `out` undefined, otherwise.
pub fn decode_hex(text: &str, out: &mut [u8]) -> bool {
    let digits = text.as_bytes();
    if digits.len() != out.len() * 2 {
        return false;
    }
    let value = |digit: u8| {
        char::from(digit)
            .to_digit(16)
            .and_then(|v| u8::try_from(v).ok())
    };
    digits
        .chunks_exact(2)
        .zip(out)
        .all(|(pair, byte)| match (value(pair[0]), value(pair[1])) {
            (Some(high), Some(low)) => {
                *byte = high << 4 | low;
                true
            }
            _ => false,
        })
}

/// Base64 with padding (RFC 4648, section 4), as in `Content-MD5` and `x-amz-checksum-*`.
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .fold(0u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..4 {
            if place <= group.len() {
                out.push(char::from(
                    LETTERS[(bits >> (18 - 6 * place) & 63) as usize],
                ));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digests() {
        assert_eq!(
            Hasher::digest(Algorithm::Md5, b"").hex(),
            "d41d8cd98f00b204e9800998ecf8427e"
        );
        assert_eq!(
            Hasher::digest(Algorithm::Sha256, b"abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn pieces_make_the_same_digest_as_the_whole() {
        let mut hasher = Hasher::new(Algorithm::Md5);
        hasher.update(b"ab");
        hasher.update(b"");
        hasher.update(b"c");
        assert_eq!(hasher.finish(), Hasher::digest(Algorithm::Md5, b"abc"));
    }

    #[test]
    fn base64_of_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(base64(&[0xfb, 0xff]), "+/8=");
    }

    #[test]
    fn hex_goes_both_ways_and_refuses_the_rest() {
        let mut bytes = [0; 2];
        assert!(decode_hex("0aFf", &mut bytes));
        assert_eq!(hex(&bytes), "0aff");
        assert!(!decode_hex("0a", &mut bytes));
        assert!(!decode_hex("0a-1", &mut bytes));
        assert!(!decode_hex("0aü1", &mut bytes));
        assert_eq!(
            Digest::md5_from_hex("d41d8cd98f00b204e9800998ecf8427e-2"),
            None
        );
    }
}

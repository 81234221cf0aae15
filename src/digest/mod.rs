//! Digests of blobs: the algorithms, their text forms, and the verification of a transfer.

mod encoding;

use std::fmt;

pub use self::encoding::{base64, decode_base64, decode_hex, hex};
use crc_fast::CrcAlgorithm;
use fast_md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// The supported algorithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// 0.6 CPU-seconds per GiB with SHA-NI.
    Sha256,
    /// 1.7 CPU-seconds per GiB; the usual ETag of S3.
    Md5,
    /// 0.05 CPU-seconds per GiB, like the two below; stored by S3 with every new object.
    Crc64Nvme,
    /// Castagnoli's polynomial.
    Crc32c,
    /// The polynomial of zip and Ethernet.
    Crc32,
    /// Stored by some programs on S3; does not protect against forgery.
    Sha1,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Sha256,
        Self::Md5,
        Self::Crc64Nvme,
        Self::Crc32c,
        Self::Crc32,
        Self::Sha1,
    ];

    /// The name in the output contract.
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
    /// CRC-64/NVME.
    Crc64Nvme([u8; 8]),
    /// CRC-32C.
    Crc32c([u8; 4]),
    /// CRC-32.
    Crc32([u8; 4]),
    /// SHA-1.
    Sha1([u8; 20]),
}

impl Digest {
    /// The raw bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Sha256(bytes) => bytes,
            Self::Md5(bytes) => bytes,
            Self::Crc64Nvme(bytes) => bytes,
            Self::Crc32c(bytes) | Self::Crc32(bytes) => bytes,
            Self::Sha1(bytes) => bytes,
        }
    }

    /// Lower-case hex.
    pub fn hex(&self) -> String {
        hex(self.bytes())
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        match self {
            Self::Sha256(_) => Algorithm::Sha256,
            Self::Md5(_) => Algorithm::Md5,
            Self::Crc64Nvme(_) => Algorithm::Crc64Nvme,
            Self::Crc32c(_) => Algorithm::Crc32c,
            Self::Crc32(_) => Algorithm::Crc32,
            Self::Sha1(_) => Algorithm::Sha1,
        }
    }

    /// A digest from base64, as in `x-amz-checksum-*`.
    pub fn from_base64(algorithm: Algorithm, text: &str) -> Option<Self> {
        Self::from_bytes(algorithm, &decode_base64(text)?)
    }

    /// A digest from its raw bytes; `None` if their number is wrong.
    pub fn from_bytes(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        Some(match algorithm {
            Algorithm::Sha256 => Self::Sha256(bytes.try_into().ok()?),
            Algorithm::Md5 => Self::Md5(bytes.try_into().ok()?),
            Algorithm::Crc64Nvme => Self::Crc64Nvme(bytes.try_into().ok()?),
            Algorithm::Crc32c => Self::Crc32c(bytes.try_into().ok()?),
            Algorithm::Crc32 => Self::Crc32(bytes.try_into().ok()?),
            Algorithm::Sha1 => Self::Sha1(bytes.try_into().ok()?),
        })
    }

    /// The digest of the concatenation of two pieces, from the digests of the front (`self`) and the back, which is
    /// `len` bytes long. Only CRCs can be combined; `None` for others.
    pub fn followed_by(&self, back: &Self, len: u64) -> Option<Self> {
        let combined = |algorithm: CrcAlgorithm| {
            crc_fast::checksum_combine(algorithm, number(self.bytes()), number(back.bytes()), len)
        };
        match (self, back) {
            (Self::Crc64Nvme(_), Self::Crc64Nvme(_)) => Some(Self::Crc64Nvme(
                combined(CrcAlgorithm::Crc64Nvme).to_be_bytes(),
            )),
            (Self::Crc32c(_), Self::Crc32c(_)) => {
                Some(Self::Crc32c(low(combined(CrcAlgorithm::Crc32Iscsi))))
            }
            (Self::Crc32(_), Self::Crc32(_)) => {
                Some(Self::Crc32(low(combined(CrcAlgorithm::Crc32IsoHdlc))))
            }
            _ => None,
        }
    }

    /// An MD5 from 32 hex digits, as in an S3 ETag.
    pub fn md5_from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        decode_hex(text, &mut bytes).then_some(Self::Md5(bytes))
    }
}

/// Computes one digest from bytes that come in pieces.
pub enum Hasher {
    /// SHA-256.
    Sha256(Sha256),
    /// MD5.
    Md5(Md5),
    /// SHA-1.
    Sha1(Sha1),
    /// A CRC, and which one.
    Crc(Algorithm, crc_fast::Digest),
}

impl Hasher {
    /// A hasher without input.
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
            Algorithm::Md5 => Self::Md5(Md5::new()),
            Algorithm::Sha1 => Self::Sha1(Sha1::new()),
            Algorithm::Crc64Nvme => {
                Self::Crc(algorithm, crc_fast::Digest::new(CrcAlgorithm::Crc64Nvme))
            }
            Algorithm::Crc32c => {
                Self::Crc(algorithm, crc_fast::Digest::new(CrcAlgorithm::Crc32Iscsi))
            }
            Algorithm::Crc32 => {
                Self::Crc(algorithm, crc_fast::Digest::new(CrcAlgorithm::Crc32IsoHdlc))
            }
        }
    }

    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        match self {
            Self::Sha256(state) => state.update(piece),
            Self::Md5(state) => state.update(piece),
            Self::Sha1(state) => state.update(piece),
            Self::Crc(_, state) => state.update(piece),
        }
    }

    /// The digest of all pieces.
    pub fn finish(self) -> Digest {
        match self {
            Self::Sha256(state) => Digest::Sha256(state.finalize().into()),
            Self::Md5(state) => Digest::Md5(state.finalize()),
            Self::Sha1(state) => Digest::Sha1(state.finalize().into()),
            Self::Crc(Algorithm::Crc32c, state) => Digest::Crc32c(low(state.finalize())),
            Self::Crc(Algorithm::Crc32, state) => Digest::Crc32(low(state.finalize())),
            Self::Crc(_, state) => Digest::Crc64Nvme(state.finalize().to_be_bytes()),
        }
    }

    /// The digest of a byte string.
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
            Self::Sha1(_) => "Hasher::Sha1",
            Self::Crc(..) => "Hasher::Crc",
        })
    }
}

/// The verification of a finished transfer: the field `verified` of `--json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// A SHA-256 of the whole blob, or of each part and of all those, was compared, by the store or here.
    Sha256,
    /// The same with an MD5, mostly the ETag.
    Md5,
    /// The same with a CRC-64/NVME.
    Crc64Nvme,
    /// The same with a CRC-32C.
    Crc32c,
    /// The same with a CRC-32.
    Crc32,
    /// The same with a SHA-1.
    Sha1,
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
            Self::Crc64Nvme => "crc64nvme",
            Self::Crc32c => "crc32c",
            Self::Crc32 => "crc32",
            Self::Sha1 => "sha1",
            Self::EtagMultipart => "etag-multipart",
            Self::Length => "length",
        }
    }

    /// True if digests of this algorithm were compared, of the whole or of its parts.
    pub fn is_by(self, algorithm: Algorithm) -> bool {
        self == algorithm.into() || self == Self::EtagMultipart && algorithm == Algorithm::Md5
    }
}

impl From<Algorithm> for Verified {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256,
            Algorithm::Md5 => Self::Md5,
            Algorithm::Crc64Nvme => Self::Crc64Nvme,
            Algorithm::Crc32c => Self::Crc32c,
            Algorithm::Crc32 => Self::Crc32,
            Algorithm::Sha1 => Self::Sha1,
        }
    }
}

/// The first `digits` hex digits of the SHA-256 of `text`: a name for it that does not reveal it.
pub fn sha256_prefix(text: &str, digits: usize) -> String {
    let mut hex = Hasher::digest(Algorithm::Sha256, text.as_bytes()).hex();
    hex.truncate(digits);
    hex
}

/// A CRC's bytes as a number.
fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The lower half, big-endian: crc-fast returns a 32-bit CRC in 64 bits.
fn low(crc: u64) -> [u8; 4] {
    let [_, _, _, _, a, b, c, d] = crc.to_be_bytes();
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::encoding::base64;

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
        assert_eq!(
            Hasher::digest(Algorithm::Sha1, b"abc").hex(),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
    }

    #[test]
    fn md5_is_the_same_as_that_of_another_library_at_each_length_and_seam() {
        use md5::Digest as _;
        let bytes: Vec<u8> = (0..70_000u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let reference = |len: usize| Digest::Md5(md5::Md5::digest(&bytes[..len]).into());
        for len in (0..200).chain([4095, 4096, 65_535, 65_536, 70_000]) {
            for seam in [0, 1, 55, 56, 63, 64, 65, 127, 128, len / 2] {
                let (front, back) = bytes[..len].split_at(seam.min(len));
                let mut hasher = Hasher::new(Algorithm::Md5);
                hasher.update(front);
                hasher.update(back);
                assert_eq!(hasher.finish(), reference(len), "{len} {seam}");
            }
        }
    }

    #[test]
    fn known_crcs() {
        // The check values of the catalogue of parametrised CRC algorithms: of the nine digits.
        for (algorithm, check) in [
            (Algorithm::Crc64Nvme, "ae8b14860a799888"),
            (Algorithm::Crc32c, "e3069283"),
            (Algorithm::Crc32, "cbf43926"),
        ] {
            let whole = Hasher::digest(algorithm, b"123456789");
            assert_eq!(whole.hex(), check);
            let front = Hasher::digest(algorithm, b"1234");
            assert_eq!(
                front.followed_by(&Hasher::digest(algorithm, b"56789"), 5),
                Some(whole)
            );
            assert_eq!(
                Digest::from_base64(algorithm, &base64(whole.bytes())),
                Some(whole)
            );
        }
        let md5 = Hasher::digest(Algorithm::Md5, b"");
        assert_eq!(md5.followed_by(&md5, 0), None);
    }

    #[test]
    fn pieces_make_the_same_digest_as_the_whole() {
        let mut hasher = Hasher::new(Algorithm::Md5);
        hasher.update(b"ab");
        hasher.update(b"");
        hasher.update(b"c");
        assert_eq!(hasher.finish(), Hasher::digest(Algorithm::Md5, b"abc"));
    }
}

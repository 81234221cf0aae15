//! The checksum in the ETag of a multipart upload, computed of bytes in order.

use crate::digest::{Algorithm, Digest, Hasher};

/// The MD5 of the MD5s of parts of equal size, of which the last one may be smaller.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>
#[derive(Debug)]
pub struct PartsSum {
    part_size: u64,
    /// Missing bytes of the current part.
    missing: u64,
    part: Hasher,
    parts: Hasher,
}

impl PartsSum {
    /// Nothing has been seen yet; `part_size` is not 0.
    pub fn new(part_size: u64) -> Self {
        Self {
            part_size,
            missing: part_size,
            part: Hasher::new(Algorithm::Md5),
            parts: Hasher::new(Algorithm::Md5),
        }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let fits = usize::try_from(self.missing).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(fits.min(bytes.len()));
            self.part.update(now);
            self.missing -= now.len() as u64;
            if self.missing == 0 {
                self.end_part();
            }
            bytes = later;
        }
    }

    fn end_part(&mut self) {
        let part = std::mem::replace(&mut self.part, Hasher::new(Algorithm::Md5));
        self.parts.update(part.finish().bytes());
        self.missing = self.part_size;
    }

    /// The digest of everything.
    pub fn finish(mut self) -> Digest {
        if self.missing < self.part_size {
            self.end_part();
        }
        self.parts.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(part_size: u64, pieces: &[&[u8]]) -> String {
        let mut sum = PartsSum::new(part_size);
        for piece in pieces {
            sum.update(piece);
        }
        sum.finish().hex()
    }

    #[test]
    fn parts_do_not_depend_on_the_pieces_that_come() {
        // md5(md5("a") || md5("b")), computed with coreutils.
        let a_and_b = "96e024ba2074fe77e8e965ba43a704be";
        assert_eq!(of(1, &[b"ab"]), a_and_b);
        assert_eq!(of(1, &[b"a", b"", b"b"]), a_and_b);
        let whole = of(4, &[b"0123456789"]);
        assert_eq!(of(4, &[b"012", b"3", b"4567", b"89"]), whole);
        assert_eq!(of(4, &[b"0123", b"456789"]), whole);
        assert_ne!(of(5, &[b"0123456789"]), whole);
    }

    #[test]
    fn a_last_part_of_full_size_is_no_other_part() {
        let md5 = |bytes: &[u8]| Hasher::digest(Algorithm::Md5, bytes);
        let both = [md5(b"0123"), md5(b"4567")];
        let both: Vec<u8> = both.iter().flat_map(|md5| md5.bytes().to_vec()).collect();
        assert_eq!(of(4, &[b"01234567"]), md5(&both).hex());
    }
}

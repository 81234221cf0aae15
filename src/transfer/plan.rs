//! How a blob is cut into parts: pure arithmetic.

/// Up to this many bytes go as one request: it costs one round trip instead of three, and a fault costs little.
pub const ONE_REQUEST: u64 = 16 << 20;

/// Parts are this large unless there would be more than 10,000: a multiple of the page size, small enough to repeat.
pub const PART: u64 = 16 << 20;

/// S3's limit on the number of parts.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
pub const MOST_PARTS: u64 = 10_000;

/// One part: its number, from 1 on, and its place in the blob, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// Counted from 1; 0 in a download.
    pub number: u16,
    /// First byte.
    pub offset: u64,
    /// Bytes; never 0.
    pub len: u64,
}

/// The size of each part but the last of a blob of `len` bytes: [`PART`], or the smallest multiple of 1 MiB with which
/// [`MOST_PARTS`] suffice. All equal, since some services demand it.
pub fn part_size(len: u64) -> u64 {
    const MIB: u64 = 1 << 20;
    let least = len.div_ceil(MOST_PARTS);
    PART.max(least.div_ceil(MIB).saturating_mul(MIB))
}

/// Cuts `len` bytes into equal parts, the last one shorter.
pub fn cut(len: u64) -> impl Iterator<Item = Piece> {
    let size = part_size(len);
    (1..=u16::MAX)
        .zip(0..len.div_ceil(size))
        .map(move |(number, index)| {
            let offset = index * size;
            Piece {
                number,
                offset,
                len: size.min(len - offset),
            }
        })
}

/// Cuts what lies from `start` to `len` into parts for a download, the last one shorter; there is no limit on their number.
pub fn cut_from(start: u64, len: u64) -> impl Iterator<Item = Piece> {
    let count = len.saturating_sub(start).div_ceil(PART);
    (0..count).map(move |index| {
        let offset = start + index * PART;
        Piece {
            number: 0,
            offset,
            len: PART.min(len - offset),
        }
    })
}

/// Cuts `len` bytes into the parts that they were uploaded in, each of `size` bytes but the last.
pub fn cut_as_uploaded(len: u64, size: u64) -> impl Iterator<Item = Piece> {
    (0..len.div_ceil(size)).map(move |index| {
        let offset = index * size;
        Piece {
            number: 0,
            offset,
            len: size.min(len - offset),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;
    const TIB: u64 = 1 << 40;

    #[test]
    fn ten_thousand_parts_are_enough_for_any_size() {
        for len in [
            1,
            PART,
            PART + 1,
            GIB,
            156 * GIB,
            157 * GIB,
            5 * TIB,
            50 * TIB,
            u64::MAX / 2,
        ] {
            let size = part_size(len);
            assert!(len.div_ceil(size) <= MOST_PARTS, "{len}");
            assert_eq!(size % 4096, 0);
        }
        assert_eq!(part_size(GIB), PART);
        assert_eq!(part_size(5 * TIB), 525 << 20);
    }

    #[test]
    fn parts_cover_the_blob_without_gap_or_overlap() {
        for len in [1, PART - 1, PART, PART + 1, 3 * PART, 5 * TIB + 1] {
            let mut next = 0;
            let mut numbers = 0;
            for piece in cut(len) {
                numbers += 1;
                assert_eq!((piece.number, piece.offset), (numbers, next));
                assert!(piece.len > 0);
                next += piece.len;
            }
            assert_eq!(next, len);
        }
        assert_eq!(cut(0).count(), 0);
    }
}

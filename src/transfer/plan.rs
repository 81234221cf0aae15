//! The split of blobs into parts: pure arithmetic.

use crate::error::{Error, Kind};
use crate::store::multipart::PartSizes;

/// The default part size in bytes: a multiple of the page size, and small enough to be sent again. A blob that fits one part
/// takes one request, which is one round trip instead of three.
pub const PART: u64 = 16 << 20;

/// S3's limits: the number of parts, and the bytes of each but the last.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
pub const MOST_PARTS: u64 = 10_000;

/// 5 MiB.
pub const SMALLEST_PART: u64 = 5 << 20;

/// 5 GiB.
pub const LARGEST_PART: u64 = 5 << 30;

/// Bytes of a page of memory. Part sizes are multiples of this.
pub const PAGE: u64 = 4096;

/// The number of parts of a stream after which the part size doubles.
const PARTS_OF_A_SIZE: u64 = 1_000;

/// The rules for cutting blobs into parts, and for transferring them in parallel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartRules {
    /// Bytes of a part, or of the first one of a stream.
    pub size: u64,
    /// Parts of one blob that are transferred at once.
    pub concurrency: usize,
    /// Bytes that the parts of a stream may take in memory; `None` sets no limit.
    pub max_memory: Option<u64>,
}

/// Rounds the size of a part up to whole pages of memory.
pub fn whole_pages(size: u64) -> u64 {
    size.div_ceil(PAGE) * PAGE
}

impl Default for PartRules {
    fn default() -> Self {
        Self {
            size: PART,
            concurrency: 4,
            max_memory: None,
        }
    }
}

impl PartRules {
    /// The size of each part but the last of a blob of `len` bytes, or the smallest multiple of 1 MiB with which
    /// [`MOST_PARTS`] suffice. All equal, since some services demand it.
    pub fn size_for(&self, len: u64) -> u64 {
        const MIB: u64 = 1 << 20;
        let least = len.div_ceil(MOST_PARTS);
        self.size.max(least.div_ceil(MIB).saturating_mul(MIB))
    }

    /// The parts of a stream.
    pub fn stream_schedule(&self, sizes: PartSizes) -> PartSchedule {
        let largest = self.max_memory.map_or(LARGEST_PART, |memory| {
            (memory / PAGE * PAGE).clamp(SMALLEST_PART, LARGEST_PART)
        });
        PartSchedule {
            first: self.size.min(largest),
            largest,
            sizes,
        }
    }

    /// Bytes that the parts of a stream take in memory, while one of them does not take more.
    pub fn memory(&self) -> u64 {
        self.max_memory
            .unwrap_or_else(|| self.size.saturating_mul(self.concurrency as u64))
    }
}

/// The sizes of the parts of a stream, whose length is not known: the first 1,000 are of one size, then each 1,000 of twice
/// the size of the ones before. From 16 MiB on, 64 MiB suffice for the first 109 GiB, 1 GiB for 1.9 TiB and 4 GiB for
/// 7.8 TiB; 10,000 parts are 12.6 TiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartSchedule {
    first: u64,
    largest: u64,
    sizes: PartSizes,
}

impl PartSchedule {
    /// Bytes of a part, counted from 1, unless it is the last.
    pub fn size_of(&self, number: u64) -> u64 {
        match self.sizes {
            PartSizes::Equal => self.first,
            PartSizes::Any => {
                let doublings = (number.saturating_sub(1) / PARTS_OF_A_SIZE).min(10);
                (self.first << doublings).min(self.largest)
            }
        }
    }

    /// The longest stream, in bytes.
    pub fn total(&self) -> u64 {
        (1..=MOST_PARTS).map(|number| self.size_of(number)).sum()
    }
}

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

/// Cuts `len` bytes into parts of `size`, the last one shorter.
pub fn cut(len: u64, size: u64) -> impl Iterator<Item = Piece> {
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

/// Cuts the bytes from `start` to `len` into parts for a download, the last one shorter. Their number has no limit.
pub fn cut_from(start: u64, len: u64, size: u64) -> impl Iterator<Item = Piece> {
    let count = len.saturating_sub(start).div_ceil(size);
    (0..count).map(move |index| {
        let offset = start + index * size;
        Piece {
            number: 0,
            offset,
            len: size.min(len - offset),
        }
    })
}

/// The error of a part with fewer bytes than requested, which the store called complete.
pub(super) fn cut_short(received: u64, len: u64) -> Error {
    let text = format!("{received} bytes of a part came, and it has {len}");
    Error::new(Kind::Integrity, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;
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
            for chosen in [SMALLEST_PART, PART, 64 * MIB] {
                let size = rules(chosen, None).size_for(len);
                assert!(size >= chosen && len.div_ceil(size) <= MOST_PARTS, "{len}");
                assert_eq!(size % PAGE, 0);
            }
        }
        let size_for = |chosen, len| rules(chosen, None).size_for(len);
        assert_eq!(size_for(PART, GIB), PART);
        assert_eq!(size_for(PART, 5 * TIB), 525 * MIB);
        assert_eq!(size_for(SMALLEST_PART, 49 * GIB), 6 * MIB);
        assert_eq!(size_for(GIB, 5 * TIB), GIB);
        assert_eq!(size_for(PART, MOST_PARTS * LARGEST_PART), LARGEST_PART);
    }

    fn rules(size: u64, max_memory: Option<u64>) -> PartRules {
        PartRules {
            size,
            max_memory,
            ..PartRules::default()
        }
    }

    #[test]
    fn the_parts_of_a_stream_grow_within_the_limits_of_s3() {
        for size in [SMALLEST_PART, PART, 64 * MIB, 3 * GIB, LARGEST_PART] {
            for memory in [None, Some(SMALLEST_PART), Some(100 * MIB), Some(GIB + 1)] {
                let schedule = rules(size, memory).stream_schedule(PartSizes::Any);
                let sizes: Vec<u64> = (1..=MOST_PARTS)
                    .map(|number| schedule.size_of(number))
                    .collect();
                assert!(sizes.is_sorted(), "memory is never given up for nothing");
                assert!(sizes.iter().all(|size| {
                    (SMALLEST_PART..=LARGEST_PART).contains(size) && size % PAGE == 0
                }));
                assert_eq!(sizes[0], size.min(memory.unwrap_or(size)) / PAGE * PAGE);
                if let Some(memory) = memory {
                    assert!(sizes.iter().all(|size| *size <= memory));
                }
                assert_eq!(sizes.iter().sum::<u64>(), schedule.total());
            }
        }
    }

    #[test]
    fn a_stream_is_as_long_as_its_parts_allow() {
        let total = |size, memory| rules(size, memory).stream_schedule(PartSizes::Any).total();
        assert_eq!(total(PART, None), 13_296_000 * MIB, "12.6 TiB");
        assert_eq!(total(64 * MIB, None), 23_488_000 * MIB, "22.4 TiB");
        assert_eq!(total(LARGEST_PART, None), 10_000 * LARGEST_PART, "48.8 TiB");
        assert_eq!(total(PART, Some(64 * MIB)), 560_000 * MIB, "546 GiB");
        assert_eq!(total(PART, Some(PART)), 160_000 * MIB, "156 GiB");
        let equal = rules(PART, None).stream_schedule(PartSizes::Equal);
        assert_eq!(equal.total(), 160_000 * MIB);
        assert_eq!((equal.size_of(1), equal.size_of(10_000)), (PART, PART));
    }

    #[test]
    fn memory_grows_only_when_one_part_needs_more() {
        let default = PartRules::default();
        let schedule = default.stream_schedule(PartSizes::Any);
        let mut sent = 0;
        for number in 1..=MOST_PARTS {
            let size = schedule.size_of(number);
            if sent < 109 * GIB {
                assert!(size <= default.memory(), "{number}");
            }
            assert!(size <= (sent / 800).max(default.memory()), "{number}");
            sent += size;
        }
        assert_eq!(default.memory(), 64 * MIB);
        assert_eq!(rules(GIB, Some(32 * MIB)).memory(), 32 * MIB);
    }

    #[test]
    fn sizes_of_parts_are_within_the_limits_of_s3_and_whole_pages() {
        assert_eq!(whole_pages(SMALLEST_PART), SMALLEST_PART);
        assert_eq!(whole_pages(SMALLEST_PART + 1), SMALLEST_PART + PAGE);
        assert_eq!(whole_pages(LARGEST_PART), LARGEST_PART);
    }

    #[test]
    fn parts_cover_the_blob_without_gap_or_overlap() {
        for len in [1, PART - 1, PART, PART + 1, 3 * PART, 5 * TIB + 1] {
            let mut next = 0;
            let mut numbers = 0;
            for piece in cut(len, PartRules::default().size_for(len)) {
                numbers += 1;
                assert_eq!((piece.number, piece.offset), (numbers, next));
                assert!(piece.len > 0);
                next += piece.len;
            }
            assert_eq!(next, len);
        }
        assert_eq!(cut(0, PART).count(), 0);
    }
}

//! The bounds of numbers, durations and sizes. They apply to options, environment variables and the config file alike.

use std::fmt;
use std::time::Duration;

use crate::transfer::plan::{LARGEST_PART, SMALLEST_PART};
use crate::units::{parse_duration, parse_size};

/// Whole numbers between bounds, both included.
#[derive(Debug, Clone, Copy)]
pub struct Numbers {
    /// The smallest one.
    pub least: u16,
    /// The largest one.
    pub most: u16,
}

impl Numbers {
    /// Parses a number within the bounds.
    pub fn parse(self, text: &str) -> Result<u16, String> {
        // Rust parses `+1`; here it is more likely a typo.
        text.parse()
            .ok()
            .filter(|number| !text.starts_with('+') && (self.least..=self.most).contains(number))
            .ok_or_else(|| format!("`{text}` is not a number from {self}"))
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.least, self.most)
    }
}

/// Durations of at most ten years.
#[derive(Debug, Clone, Copy)]
pub enum Durations {
    /// 0 is valid.
    FromZero,
    /// 0 is an error.
    AboveZero,
    /// Between bounds, both included.
    Within {
        /// The shortest one.
        least: Duration,
        /// The longest one.
        most: Duration,
    },
}

impl Durations {
    /// Parses a duration within the bounds.
    pub fn parse(self, text: &str) -> Result<Duration, String> {
        let duration = parse_duration(text)?;
        match self {
            Self::AboveZero if duration.is_zero() => {
                Err(format!("`{text}` is not a duration from {self}"))
            }
            Self::Within { least, most } if !(least..=most).contains(&duration) => {
                Err(format!("`{text}` is not a duration from {self}"))
            }
            _ => Ok(duration),
        }
    }
}

impl fmt::Display for Durations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FromZero => f.write_str("0 to 3650d"),
            Self::AboveZero => f.write_str("1ms to 3650d"),
            Self::Within { least, most } => {
                write!(f, "{}s to {}d", least.as_secs(), most.as_secs() / 86_400)
            }
        }
    }
}

/// The meaning of a number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeUnit {
    /// Bytes.
    Bytes,
    /// Bytes per second.
    BytesPerSecond,
}

/// Numbers of bytes between bounds, both included.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// The meaning of the number.
    pub unit: SizeUnit,
    /// The smallest one.
    pub least: u64,
    /// The largest one; `u64::MAX` = no bound.
    pub most: u64,
}

impl Sizes {
    /// Parses a size within the bounds, in bytes.
    pub fn parse(self, text: &str) -> Result<u64, String> {
        let size = parse_size(text).map_err(|invalid| match self.unit {
            SizeUnit::Bytes => invalid,
            SizeUnit::BytesPerSecond => {
                format!("invalid rate `{text}`: expected bytes per second, like 10M or 512KiB")
            }
        })?;
        match (self.least..=self.most).contains(&size) {
            true => Ok(size),
            false => Err(format!("`{text}` is not a {} {self}", self.noun())),
        }
    }
}

impl Sizes {
    fn noun(self) -> &'static str {
        match self.unit {
            SizeUnit::Bytes => "size",
            SizeUnit::BytesPerSecond => "rate",
        }
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let least = written(self.least);
        match self.most {
            u64::MAX => write!(f, "from {least} up"),
            most => write!(f, "from {least} to {}", written(most)),
        }
    }
}

/// Formats a size in the form that [`parse_size`] reads.
fn written(bytes: u64) -> String {
    match bytes.trailing_zeros() {
        30.. => format!("{}GiB", bytes >> 30),
        20..30 => format!("{}MiB", bytes >> 20),
        _ => bytes.to_string(),
    }
}

/// Blobs to transfer in parallel.
pub const JOBS: Numbers = Numbers {
    least: 1,
    most: 256,
};

/// `--jobs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobCount {
    /// As many as the line and the store bear.
    Auto,
    /// This many.
    Fixed(u16),
}

impl fmt::Display for JobCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Fixed(jobs) => write!(f, "{jobs}"),
        }
    }
}

/// Parses `auto` or a number within [`JOBS`].
pub fn parse_jobs(text: &str) -> Result<JobCount, String> {
    match text {
        "auto" => Ok(JobCount::Auto),
        _ => JOBS
            .parse(text)
            .map(JobCount::Fixed)
            .map_err(|_| format!("`{text}` is neither `auto` nor a number from {JOBS}")),
    }
}

/// Parts per blob in parallel.
pub const PARTS: Numbers = Numbers { least: 1, most: 64 };

/// TCP ports.
pub const PORT: Numbers = Numbers {
    least: 1,
    most: u16::MAX,
};

/// S3's limits for the parts of an upload.
pub const PART_SIZE: Sizes = Sizes {
    unit: SizeUnit::Bytes,
    least: SMALLEST_PART,
    most: LARGEST_PART,
};

/// Memory for at least one part of the smallest size.
pub const MAX_MEMORY: Sizes = Sizes {
    unit: SizeUnit::Bytes,
    least: SMALLEST_PART,
    most: u64::MAX,
};

/// Bytes per second. With 0 nothing could be transferred.
pub const LIMIT_RATE: Sizes = Sizes {
    unit: SizeUnit::BytesPerSecond,
    least: 1,
    most: u64::MAX,
};

/// The time for retries; 0 means one attempt.
pub const RETRY_FOR: Durations = Durations::FromZero;

/// The time to wait for a blob; 0 means one look.
pub const WAIT: Durations = Durations::FromZero;

/// Timeouts. With 0 no attempt could succeed.
pub const TIMEOUT: Durations = Durations::AboveZero;

/// The validity of a presigned URL (Signature Version 4).
pub const PRESIGN: Durations = Durations::Within {
    least: Duration::from_secs(1),
    most: Duration::from_secs(7 * 86_400),
};

/// Parses a number of bytes without a unit.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_number);
    number.ok_or_else(|| format!("`{text}` is not a number of bytes, like 1048576"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_included() {
        let numbers = Numbers {
            least: 1,
            most: 256,
        };
        assert_eq!(numbers.parse("1"), Ok(1));
        assert_eq!(numbers.parse("256"), Ok(256));
        for text in ["0", "257", "5000", "65536", "-1", "+1", "1.0", "", "x"] {
            assert!(numbers.parse(text).is_err(), "{text}");
        }
        let sizes = Sizes {
            unit: SizeUnit::Bytes,
            least: 5 << 20,
            most: 5 << 30,
        };
        assert_eq!(sizes.parse("5MiB"), Ok(5 << 20));
        assert_eq!(sizes.parse("5GB"), Ok(5 << 30));
        for text in ["4M", "5242879", "5368709121", "x"] {
            assert!(sizes.parse(text).is_err(), "{text}");
        }
        assert_eq!(sizes.to_string(), "from 5MiB to 5GiB");
        assert!(Durations::FromZero.parse("0").is_ok());
        assert!(Durations::AboveZero.parse("0s").is_err());
    }
}

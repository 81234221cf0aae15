//! Durations, instants, sizes and flags as users write them.

use std::time::Duration;

use time::format_description::well_known::{Rfc2822, Rfc3339};
use time::{OffsetDateTime, UtcOffset};

/// The longest valid duration. It is far below the range of clocks, so that an instant plus a duration never overflows.
pub const LONGEST_DURATION: Duration = Duration::from_secs(3650 * 86_400);

/// Parses `90s`, `5m`, `5min`, `2h30m`, `1d` or `250ms`; a bare number is seconds.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let invalid = || format!("invalid duration `{text}`: expected something like 90s, 5m or 2h30m");
    let too_long = || format!("the duration `{text}` is longer than ten years (3650d)");
    if text.is_empty() {
        return Err(invalid());
    }
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let letters = tail
            .find(|character: char| character.is_ascii_digit())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let millis: u64 = match unit {
            "ms" => 1,
            "s" => 1000,
            // A number without a unit must be the only one: `2h30` could mean minutes or seconds.
            "" if rest.len() == text.len() => 1000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(invalid()),
        };
        if number.is_empty() {
            return Err(invalid());
        }
        // `number` has only digits, so the only error left is a number that is too large.
        let part = number
            .parse::<u64>()
            .ok()
            .and_then(|number| number.checked_mul(millis))
            .map(Duration::from_millis);
        total = part
            .and_then(|part| total.checked_add(part))
            .filter(|total| *total <= LONGEST_DURATION)
            .ok_or_else(too_long)?;
        rest = tail;
    }
    Ok(total)
}

/// Parses a number of bytes: `16MiB`, `16M`, `16MB`, `512KiB`, or a bare number. Every unit is the binary one, as in the
/// AWS CLI and rclone: `1MB` is 1,048,576 bytes.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let invalid =
        || format!("invalid size `{text}`: expected something like 16MiB, 64M or 5242880");
    let digits = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| invalid())?;
    let power = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 1,
        "m" | "mb" | "mib" => 2,
        "g" | "gb" | "gib" => 3,
        "t" | "tb" | "tib" => 4,
        _ => return Err(invalid()),
    };
    number.checked_mul(1 << (10 * power)).ok_or_else(invalid)
}

/// Parses `true` or `false`, or the spellings that are common in environment variables.
pub fn parse_flag(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" | "yes" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        _ => Err(format!("invalid flag `{text}`: expected true or false")),
    }
}

/// Formats a number of bytes with at most four digits and a binary unit: `1.5 MiB`.
pub fn format_bytes(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut unit = 0;
    let mut scale: u64 = 1;
    while unit + 1 < UNITS.len() && bytes / scale >= 1024 {
        scale <<= 10;
        unit += 1;
    }
    if unit == 0 {
        return format!("{bytes} B");
    }
    let tenths = u128::from(bytes) * 10 / u128::from(scale);
    if tenths >= 1000 {
        format!("{} {}", tenths / 10, UNITS[unit])
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

/// Formats a duration for a message: `250 ms`, `12 s`, `2 min`.
pub fn format_duration(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        seconds @ 1..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

/// Parses an instant: RFC 3339, a date alone (midnight in UTC), or an HTTP date (RFC 9110, section 5.6.7).
pub fn parse_instant(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339)
        .or_else(|_| OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339))
        .or_else(|_| OffsetDateTime::parse(text, &Rfc2822))
        .map_err(|_| format!("invalid time `{text}`: expected a time like 2026-01-31T12:00:00Z"))
}

/// Formats an instant as an HTTP date: `Sat, 31 Jan 2026 12:00:00 GMT`.
pub fn http_date(instant: OffsetDateTime) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let instant = instant.to_offset(UtcOffset::UTC);
    let weekday = instant.weekday().to_string();
    let month = MONTHS[usize::from(u8::from(instant.month()) - 1)];
    format!(
        "{}, {:02} {month} {:04} {:02}:{:02}:{:02} GMT",
        &weekday[..3],
        instant.day(),
        instant.year(),
        instant.hour(),
        instant.minute(),
        instant.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds) in [
            ("0", 0.0),
            ("0s", 0.0),
            ("250ms", 0.25),
            ("90s", 90.0),
            ("15m", 900.0),
            ("5min", 300.0),
            ("5", 5.0),
            ("007", 7.0),
            ("1h30m", 5400.0),
            ("2h30min10s", 9010.0),
            ("3650d", 315_360_000.0),
            ("2d", 172_800.0),
        ] {
            assert_eq!(
                parse_duration(text).map(|d| d.as_secs_f64()),
                Ok(seconds),
                "{text}"
            );
        }
        for text in [
            "",
            "2h30",
            "30 2h",
            "m",
            "-1s",
            "1.5h",
            "1e30",
            "3650d1ms",
            "18446744073709551615s",
            "99999999999999h",
            "1x",
            "1s ",
            "99999999999999999999s",
            "18446744073709551615h",
            "1ü",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("0", 0),
            ("5242880", 5 << 20),
            ("16MiB", 16 << 20),
            ("16m", 16 << 20),
            ("512KiB", 512 << 10),
            ("1G", 1 << 30),
            ("2tib", 2 << 40),
            ("7B", 7),
            ("16MB", 16 << 20),
            ("3kb", 3 << 10),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in [
            "",
            "M",
            "-1",
            "+1",
            "1.5G",
            "1 M",
            "1X",
            "1Mi",
            "0x10",
            "1_000",
            "16M ",
            "99999999999999999999",
            "99999999T",
            "1ü",
        ] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bytes_and_waits_are_short() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1536, "1.5 KiB"),
            (100 << 20, "100 MiB"),
            (u64::MAX, "15.9 EiB"),
        ] {
            assert_eq!(format_bytes(bytes), text);
        }
        assert_eq!(format_duration(Duration::from_millis(20)), "20 ms");
        assert_eq!(format_duration(Duration::from_secs(600)), "10 min");
    }

    #[test]
    fn instants_become_http_dates() {
        let date = |text: &str| parse_instant(text).map(http_date);
        for text in [
            "2026-01-31T12:00:00Z",
            "2026-01-31T14:00:00+02:00",
            "Sat, 31 Jan 2026 12:00:00 GMT",
        ] {
            let expected = "Sat, 31 Jan 2026 12:00:00 GMT";
            assert_eq!(date(text).as_deref(), Ok(expected), "{text}");
        }
        let midnight = "Thu, 01 Jan 1970 00:00:00 GMT";
        assert_eq!(date("1970-01-01").as_deref(), Ok(midnight));
        for text in ["", "7d", "0", "tomorrow", "2026-13-01", "2026-01-31 12:00"] {
            assert!(date(text).is_err(), "{text}");
        }
    }
}

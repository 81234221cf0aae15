//! Durations and sizes as people write them.

use std::time::Duration;

/// `90s`, `15m`, `2h`, `1d`, `250ms`, `1h30m`, or `0`. A bare number other than 0 is refused: seconds or minutes?
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no duration: write it like 90s, 15m, 2h or 250ms");
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let mut total = Duration::ZERO;
    let mut rest = text;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest
            .find(|letter: char| !letter.is_ascii_digit())
            .ok_or_else(wrong)?;
        let (number, tail) = rest.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let letters = tail
            .find(|letter: char| letter.is_ascii_digit())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let part = match unit {
            "ms" => Some(Duration::from_millis(number)),
            "s" => Some(Duration::from_secs(number)),
            "m" => number.checked_mul(60).map(Duration::from_secs),
            "h" => number.checked_mul(3600).map(Duration::from_secs),
            "d" => number.checked_mul(86400).map(Duration::from_secs),
            _ => None,
        };
        total = part
            .and_then(|part| total.checked_add(part))
            .ok_or_else(wrong)?;
        rest = tail;
    }
    Ok(total)
}

/// A number of bytes: `16MiB`, `16M`, `1G`, `512KiB`, or a bare number. A unit means the binary one: `1M` is 1,048,576.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no size: write it like 16MiB, 64M, 1G or 5242880");
    let digits = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let power = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kib" => 1,
        "m" | "mib" => 2,
        "g" | "gib" => 3,
        "t" | "tib" => 4,
        // Whether MB means 1,000,000 or 1,048,576 bytes, nobody can tell.
        _ => return Err(wrong()),
    };
    number.checked_mul(1 << (10 * power)).ok_or_else(wrong)
}

/// A number of bytes in at most four digits, with the binary units that disks and memory use: `1.5 MiB`.
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

/// A duration for a message: `250 ms`, `12 s`, `2 min`.
pub fn format_duration(duration: Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        seconds @ 1..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
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
            ("1h30m", 5400.0),
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
            "5",
            "m",
            "-1s",
            "1.5h",
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
            "1MB",
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
}

//! Parsers for the replies to PASV and EPSV. No I/O.

use std::net::Ipv4Addr;

/// The port in the reply to PASV: the last two of six comma-separated numbers anywhere in the text (RFC 1123, section
/// 4.1.2.6: with or without parentheses). `None` if one of them is not a byte, or if the text contains different ones. The
/// address is ignored.
pub fn passive(text: &str) -> Option<u16> {
    let [.., high, low] = numbers(text)?;
    let port = u16::from(high) << 8 | u16::from(low);
    (port != 0).then_some(port)
}

/// The address in the reply to PASV, which is never connected to.
pub fn named_address(text: &str) -> Option<Ipv4Addr> {
    let [a, b, c, d, ..] = numbers(text)?;
    Some(Ipv4Addr::new(a, b, c, d))
}

/// The six numbers in the reply to PASV.
fn numbers(text: &str) -> Option<[u8; 6]> {
    let is_separator = |char: char| !char.is_ascii_digit() && char != ',' && char != ' ';
    let mut found = None;
    for run in text.split(is_separator) {
        // Another number may precede the six, as in `227 1,2,…`.
        let Some(numbers) = six(run) else { continue };
        if found.replace(numbers).is_some_and(|other| other != numbers) {
            return None;
        }
    }
    found
}

fn six(run: &str) -> Option<[u8; 6]> {
    let parts: Vec<&str> = run.split(',').map(str::trim).collect();
    let first = parts.first()?.rsplit(' ').next()?;
    let last = parts.last()?.split(' ').next()?;
    let mut numbers = [0; 6];
    if parts.len() != numbers.len() {
        return None;
    }
    let middle = parts[1..5].iter().copied();
    let all = [first].into_iter().chain(middle).chain([last]);
    for (number, part) in numbers.iter_mut().zip(all) {
        *number = part.parse().ok()?;
    }
    Some(numbers)
}

/// The port in the reply to EPSV: `(|||6446|)`, with any delimiter in place of the bar (RFC 2428, section 3), and with or
/// without parentheses.
pub fn extended(text: &str) -> Option<u16> {
    let port = |(at, bar): (usize, char)| {
        let bars = [bar; 3].iter().collect::<String>();
        let (port, _) = text[at..].strip_prefix(&bars)?.split_once(bar)?;
        port.parse().ok().filter(|port| *port != 0)
    };
    let mut marks = text.char_indices();
    marks.find_map(|(at, bar)| {
        bar.is_ascii_punctuation()
            .then(|| port((at, bar)))
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasv_replies_are_parsed_in_any_wording() {
        for text in [
            "Entering Passive Mode (127,0,0,1,4,5)",
            "Entering Passive Mode (127,0,0,1,4,5).",
            "Entering Passive Mode 127,0,0,1,4,5",
            "=127,0,0,1,4,5",
            "127,0,0,1,4,5 is where 1 server waits",
            "Mode 2 (127, 0, 0, 1, 4, 5)",
            "Entering Passive Mode\n[127,0,0,1,4,5]",
        ] {
            assert_eq!(passive(text), Some(4 << 8 | 5), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_not_a_port() {
        for text in [
            "",
            "Entering Passive Mode",
            "(1,2,3)",
            "(10,0,0,1,300,4)",
            "(10,0,0,1,4,-5)",
            "(10,0,0,1,4,5,6)",
            "(10,0,0,1,0,0)",
            "(10,0,0,1,4,)",
            "(10,0,0,1,4,5) or (10,0,0,1,4,6)",
            "ü,,,,,",
        ] {
            assert_eq!(passive(text), None, "{text}");
        }
    }

    #[test]
    fn epsv_replies_have_any_delimiter() {
        for text in [
            "Entering Extended Passive Mode (|||6446|)",
            "(!!!6446!)",
            "|||6446|",
            "ü (|||6446|).",
        ] {
            assert_eq!(extended(text), Some(6446), "{text}");
        }
        for text in [
            "",
            "what",
            "(|||)",
            "(|||6446)",
            "(|||6446!)",
            "(|||66446|)",
            "(|||0|)",
            "(||6446|)",
            "111446",
        ] {
            assert_eq!(extended(text), None, "{text}");
        }
    }
}

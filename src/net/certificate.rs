//! Parser of the issuer, the validity and the public key of a certificate of any version. No I/O.
//! Source: RFC 5280, section 4.1, in the encoding of ITU-T X.690 (DER).

use std::time::SystemTime;

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

use crate::error::printable;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OBJECT_ID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// The optional version of a certificate.
const VERSION: u8 = 0xa0;
/// id-at-commonName.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// id-at-organizationName.
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];

/// The issuer and the validity of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSummary {
    /// The common name or the organization of the issuer; not escaped.
    pub issuer: String,
    /// The beginning of its validity.
    pub not_before: SystemTime,
    /// The end of its validity.
    pub not_after: SystemTime,
}

/// Parses a certificate; `None` if it is not one.
pub fn summary(der: &[u8]) -> Option<CertificateSummary> {
    let (issuer, rest) = element(from_issuer(der)?, SEQUENCE)?;
    let (validity, _) = element(rest, SEQUENCE)?;
    let (first_tag, not_before, rest) = any(validity)?;
    let (last_tag, not_after, _) = any(rest)?;
    Some(CertificateSummary {
        issuer: name(issuer)?,
        not_before: date(first_tag, not_before)?.into(),
        not_after: date(last_tag, not_after)?.into(),
    })
}

/// The element SubjectPublicKeyInfo of a certificate, with its tag; `None` if it is not one.
pub fn public_key_info(der: &[u8]) -> Option<&[u8]> {
    let (_, rest) = element(from_issuer(der)?, SEQUENCE)?;
    let (_, rest) = element(rest, SEQUENCE)?;
    let (_subject, key) = element(rest, SEQUENCE)?;
    let (_, after) = element(key, SEQUENCE)?;
    Some(&key[..key.len() - after.len()])
}

/// The fields of a certificate from the issuer on.
fn from_issuer(der: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = element(der, SEQUENCE)?;
    let (mut fields, _) = element(certificate, SEQUENCE)?;
    if fields.first() == Some(&VERSION) {
        (_, _, fields) = any(fields)?;
    }
    // The serial number, and the algorithm of the signature.
    for _ in 0..2 {
        (_, _, fields) = any(fields)?;
    }
    Some(fields)
}

/// The summary on one line: `issued by NAME, valid until 2027-01-31`.
pub fn shown(summary: &CertificateSummary) -> String {
    let end = OffsetDateTime::from(summary.not_after);
    format!(
        "issued by {}, valid until {}",
        printable(&summary.issuer),
        end.date()
    )
}

/// The first element: its tag, its content, and the bytes after it.
fn any(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, mut rest) = rest.split_first()?;
    let mut length = usize::from(*first);
    if length >= 0x80 {
        let (bytes, after) = rest.split_at_checked(length & 0x7f)?;
        if bytes.is_empty() || bytes.len() > 4 {
            return None;
        }
        length = bytes
            .iter()
            .fold(0, |length, byte| length << 8 | usize::from(*byte));
        rest = after;
    }
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// The content of the first element, which must have this tag, and the bytes after it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    any(der)
        .filter(|(found, _, _)| *found == tag)
        .map(|(_, content, rest)| (content, rest))
}

/// The common name of a distinguished name, or else its organization; empty if it has neither.
fn name(mut sets: &[u8]) -> Option<String> {
    let mut organization = None;
    while !sets.is_empty() {
        let (set, rest) = element(sets, SET)?;
        let (attribute, _) = element(set, SEQUENCE)?;
        let (kind, value) = element(attribute, OBJECT_ID)?;
        let (_, text, _) = any(value)?;
        let text = String::from_utf8_lossy(text).into_owned();
        match kind {
            COMMON_NAME => return Some(text),
            ORGANIZATION => organization = Some(text),
            _ => {}
        }
        sets = rest;
    }
    Some(organization.unwrap_or_default())
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`. Years below 50 are of the 21st century (RFC 5280, section 4.1.2.5.1).
fn date(tag: u8, text: &[u8]) -> Option<OffsetDateTime> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = match tag {
        UTC_TIME => 2,
        GENERALIZED_TIME => 4,
        _ => return None,
    };
    let (year, rest) = text.split_at_checked(digits)?;
    let year: i32 = year.parse().ok()?;
    let year = match digits {
        2 if year < 50 => 2000 + year,
        2 => 1900 + year,
        _ => year,
    };
    if rest.len() != 10 {
        return None;
    }
    let number = |at: usize| rest[at..at + 2].parse::<u8>().ok();
    let month = Month::try_from(number(0)?).ok()?;
    let day = Date::from_calendar_date(year, month, number(2)?).ok()?;
    let time = Time::from_hms(number(4)?, number(6)?, number(8)?).ok()?;
    Some(PrimitiveDateTime::new(day, time).assume_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> Vec<u8> {
        let mut parameters = rcgen::CertificateParams::new(vec!["h".to_owned()]).unwrap();
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        let name = &mut parameters.distinguished_name;
        name.push(rcgen::DnType::OrganizationName, "Acme");
        name.push(rcgen::DnType::CommonName, "Acme CA \u{fc}");
        parameters.not_after = rcgen::date_time_ymd(2049, 12, 31);
        let key = rcgen::KeyPair::generate().unwrap();
        parameters.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn issuer_and_end_are_read() {
        let summary = summary(&made()).unwrap();
        assert_eq!(
            shown(&summary),
            "issued by Acme CA ü, valid until 2049-12-31"
        );
    }

    #[test]
    fn the_public_key_is_that_of_the_key_pair() {
        use rcgen::PublicKeyData;
        let key = rcgen::KeyPair::generate().unwrap();
        let parameters = rcgen::CertificateParams::new(vec!["h".to_owned()]).unwrap();
        let made = parameters.self_signed(&key).unwrap();
        let expected = key.subject_public_key_info();
        assert_eq!(public_key_info(made.der()), Some(&*expected));
        assert_eq!(public_key_info(&[]), None);
    }

    #[test]
    fn both_forms_of_dates_are_read() {
        let day = |tag, text: &str| date(tag, text.as_bytes()).map(|date| date.date().to_string());
        assert_eq!(
            day(UTC_TIME, "490102030405Z").as_deref(),
            Some("2049-01-02")
        );
        assert_eq!(
            day(UTC_TIME, "500102030405Z").as_deref(),
            Some("1950-01-02")
        );
        assert_eq!(
            day(GENERALIZED_TIME, "20500102030405Z").as_deref(),
            Some("2050-01-02")
        );
        for (tag, text) in [
            (UTC_TIME, "491302030405Z"),
            (UTC_TIME, "4901020304Z"),
            (UTC_TIME, "490102030405"),
            (GENERALIZED_TIME, "490102030405Z"),
            (UTC_TIME, "ü901020304Z"),
            (SEQUENCE, "490102030405Z"),
        ] {
            assert_eq!(day(tag, text), None, "{text}");
        }
    }

    #[test]
    fn a_certificate_that_is_cut_or_changed_anywhere_is_no_panic() {
        let der = made();
        for end in 0..der.len() {
            // The fields that are read come before the key and the signature.
            let _ = summary(&der[..end]);
        }
        for at in 0..der.len() {
            let mut changed = der.clone();
            changed[at] ^= 0xff;
            let _ = summary(&changed);
            let _ = public_key_info(&changed);
        }
        assert_eq!(summary(&[]), None);
        assert_eq!(summary(&[SEQUENCE, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}

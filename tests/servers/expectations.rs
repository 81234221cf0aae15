//! The expectations of each server: everything works, but for the rows of this table.
//!
//! A row is a claim, not an excuse: a server that does better than its row fails the suite, and so does one that does worse.

/// The expected finding of a feature's test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It does what blobctl promises.
    Works,
    /// The program ends with an error that says so; nothing is changed.
    Refused(&'static str),
    /// Something else happens than elsewhere, for this reason.
    Differs(&'static str),
    /// It works, or the program ends with an error that says so: a race in the server, for this reason.
    Races(&'static str),
}

use Expected::{Differs, Races, Refused, Works};

/// Server (or a family of servers, or all of a protocol), feature, what is expected instead of [`Expected::Works`].
const TABLE: &[(&str, &str, Expected)] = &[
    (
        "ftp",
        "metadata that looks encoded",
        Refused("FTP keeps the bytes and the name, nothing else"),
    ),
    ("proftpd", "put --checksum crc32", Works),
    ("proftpd", "put --checksum sha1", Works),
    ("proftpd", "put --checksum sha256", Works),
    ("proftpd", "put --checksum md5", Works),
    (
        "s3s-fs",
        "metadata that looks encoded",
        Differs("it decodes what it gets, and encodes only what is not ASCII"),
    ),
    ("ftp", "the ETag is the MD5", Differs("FTP has no ETags")),
    ("ftp", "put --if-match", Refused("FTP has no ETags")),
    (
        "ftp",
        "presigned URLs",
        Refused("FTP has no URLs with a signature"),
    ),
    (
        "ftp",
        "headers and metadata",
        Refused("FTP keeps the bytes and the name, nothing else"),
    ),
    (
        "ftp",
        "metadata in stat",
        Refused("FTP keeps the bytes and the name, nothing else"),
    ),
    (
        "ftp",
        "metadata beyond ASCII",
        Refused("FTP keeps the bytes and the name, nothing else"),
    ),
    (
        "ftp",
        "metadata of a copy",
        Refused("FTP keeps the bytes and the name, nothing else"),
    ),
    (
        "ftp",
        "storage class",
        Refused("FTP keeps the bytes and the name, nothing else"),
    ),
    (
        "ftp",
        "tags",
        Refused("FTP keeps the bytes and the name, nothing else"),
    ),
    (
        "ftp",
        "put --sse AES256",
        Refused("FTP keeps the bytes and the name, nothing else"),
    ),
    (
        "ftp",
        "SSE-C",
        Refused("FTP has no encryption by the server"),
    ),
    ("ftp", "version ids", Refused("FTP has no versions")),
    (
        "ftp",
        "put --checksum crc64nvme",
        Refused("no FTP server computes it"),
    ),
    (
        "ftp",
        "put --checksum crc32c",
        Refused("no FTP server computes it"),
    ),
    (
        "ftp",
        "put --checksum crc32",
        Differs("it computes no digest; the length is compared"),
    ),
    (
        "ftp",
        "put --checksum sha1",
        Differs("it computes no digest; the length is compared"),
    ),
    (
        "ftp",
        "put --checksum sha256",
        Differs("it computes no digest; the length is compared"),
    ),
    (
        "ftp",
        "put --checksum md5",
        Differs("it computes no digest; the length is compared"),
    ),
    (
        "ftp",
        "listing unfinished uploads",
        Refused("FTP has no multipart uploads; temporary files are looked for instead"),
    ),
    (
        "ftp",
        "a key below a key",
        Refused("a file is no directory"),
    ),
    (
        "ftp",
        "keys with double slashes",
        Refused("the path of a file has no empty segment"),
    ),
    (
        "ftp",
        "keys with . and .. segments",
        Refused("in the path of a file they mean directories"),
    ),
    (
        "pureftpd",
        "keys with spaces at their ends",
        Refused("it drops leading spaces; blobctl notices after the rename"),
    ),
    (
        "pureftpd",
        "keys with a backslash",
        Refused("it prohibits them"),
    ),
    (
        "garage",
        "keys of 1,000 bytes",
        Refused("its LMDB takes 479 bytes and answers 503, as if it were busy"),
    ),
    ("garage", "storage class", Differs("it ignores classes")),
    (
        "garage",
        "tags",
        Refused(
            "it has no tags; it answers 501 to a question for them and ignores what a put brings",
        ),
    ),
    (
        "garage",
        "put --sse AES256",
        Differs("it does not encrypt by itself; blobctl warns"),
    ),
    ("garage", "version ids", Refused("it has no versions")),
    (
        "seaweedfs",
        "put --sse AES256",
        Refused("it wants a key of its own to be configured, and answers 500"),
    ),
    (
        "seaweedfs",
        "a missing bucket or base_dir",
        Differs("a put makes the bucket"),
    ),
    (
        "seaweedfs",
        "keys with double slashes",
        Differs("it makes one slash of two"),
    ),
    (
        "seaweedfs",
        "keys with . and .. segments",
        Refused("it answers 400"),
    ),
    (
        "rclone-s3",
        "a key below a key",
        Refused("a file is no directory; it answers 500"),
    ),
    (
        "rclone-s3",
        "keys with double slashes",
        Refused("it answers 400"),
    ),
    (
        "rclone-s3",
        "keys with . and .. segments",
        Refused("it answers 400"),
    ),
    (
        "rclone-s3",
        "a restart in the middle of an upload",
        Refused("a restart makes it forget unfinished uploads"),
    ),
    (
        "rclone-s3",
        "put --checksum crc64nvme",
        Differs("it ignores checksums; MD5 is the proof"),
    ),
    (
        "rclone-s3",
        "put --checksum crc32c",
        Differs("it ignores checksums; MD5 is the proof"),
    ),
    (
        "rclone-s3",
        "put --checksum crc32",
        Differs("it ignores checksums; MD5 is the proof"),
    ),
    (
        "rclone-s3",
        "put --checksum sha256",
        Differs("it ignores checksums; MD5 is the proof"),
    ),
    (
        "rclone-s3",
        "put --checksum sha1",
        Differs("it ignores checksums; MD5 is the proof"),
    ),
    ("rclone-s3", "tags", Differs("it has no tags")),
    (
        "rclone-s3",
        "put --sse AES256",
        Differs("it does not encrypt; blobctl warns"),
    ),
    (
        "rclone-s3",
        "SSE-C",
        Differs("it does not encrypt; blobctl warns"),
    ),
    ("rclone-s3", "version ids", Refused("it has no versions")),
    (
        "s3s-fs",
        "concurrent writers of one key",
        Races("it may keep the bytes of one and the digests of another; blobctl notices"),
    ),
    (
        "s3s-fs",
        "put --checksum crc64nvme",
        Differs("it does not compute those of a whole of several parts; the ETag is the proof"),
    ),
    (
        "s3s-fs",
        "put --checksum crc32c",
        Differs("it does not compute those of a whole of several parts; the ETag is the proof"),
    ),
    (
        "s3s-fs",
        "put --checksum crc32",
        Differs("it does not compute those of a whole of several parts; the ETag is the proof"),
    ),
    (
        "s3s-fs",
        "put --checksum sha256",
        Differs("it does not compute those of a whole of several parts; the ETag is the proof"),
    ),
    (
        "s3s-fs",
        "put --checksum sha1",
        Differs("it does not compute those of a whole of several parts; the ETag is the proof"),
    ),
    (
        "s3s-fs",
        "tags",
        Refused(
            "it has no tags; it answers 501 to a question for them and ignores what a put brings",
        ),
    ),
    (
        "s3s-fs",
        "storage class",
        Refused("it answers InvalidStorageClass"),
    ),
    (
        "s3s-fs",
        "put --sse AES256",
        Differs("it does not encrypt; blobctl warns"),
    ),
    (
        "s3s-fs",
        "SSE-C",
        Differs("it does not encrypt; blobctl warns"),
    ),
    ("s3s-fs", "version ids", Refused("it has no versions")),
    (
        "moto",
        "put --checksum crc64nvme",
        Differs("it ignores checksums; MD5 is the proof"),
    ),
    (
        "moto",
        "put --checksum crc32c",
        Differs("it ignores checksums; MD5 is the proof"),
    ),
    (
        "moto",
        "put --checksum crc32",
        Differs("it ignores checksums; MD5 is the proof"),
    ),
    (
        "moto",
        "put --checksum sha256",
        Differs("it ignores checksums; MD5 is the proof"),
    ),
    (
        "moto",
        "put --checksum sha1",
        Differs("it ignores checksums; MD5 is the proof"),
    ),
    (
        "moto",
        "SSE-C",
        Differs("it does not encrypt; blobctl warns"),
    ),
    (
        "s3s-fs",
        "a key below a key",
        Refused("a file is no directory; it answers 500"),
    ),
    (
        "s3s-fs",
        "keys with double slashes",
        Refused("it makes one slash of two; blobctl notices by the digest"),
    ),
    (
        "s3s-fs",
        "keys with . and .. segments",
        Refused("it resolves them like a path; blobctl notices by the digest"),
    ),
    (
        "s3s-fs",
        "keys of 1,000 bytes",
        Refused(
            "its metadata file is named after the whole key, and a name has 255 bytes at most; it answers 500",
        ),
    ),
    (
        "s3s-fs",
        "segments of 255 bytes",
        Refused(
            "its metadata file is named after the whole key, and a name has 255 bytes at most; it answers 500",
        ),
    ),
    (
        "s3s-fs",
        "a missing bucket or base_dir",
        Differs("it answers NoSuchKey, and a put makes the bucket"),
    ),
    (
        "s3s-fs",
        "listing unfinished uploads",
        Refused("it has no ListMultipartUploads"),
    ),
    (
        "moto",
        "presigned URLs",
        Differs("it answers 500 to presigned URLs when it checks signatures"),
    ),
    (
        "moto",
        "headers and metadata",
        Differs("seen through a presigned URL, to which it answers 500"),
    ),
    (
        "moto",
        "a restart in the middle of a download",
        Refused("it keeps blobs in memory"),
    ),
    (
        "moto",
        "a restart in the middle of an upload",
        Refused("it keeps unfinished uploads in memory"),
    ),
];

/// The expectation: the row of the server, of its family (`vsftpd` for `vsftpd-tls`), of its protocol, or that it works.
pub fn of(server: &str, protocol: &str, feature: &str) -> Expected {
    let family = server.split('-').next().unwrap_or(server);
    [server, family, protocol]
        .into_iter()
        .find_map(|name| row(name, feature))
        .unwrap_or(Works)
}

fn row(name: &str, feature: &str) -> Option<Expected> {
    TABLE
        .iter()
        .find(|(server, of, _)| *server == name && *of == feature)
        .map(|(_, _, expected)| *expected)
}

//! The attributes of a blob: metadata, tags, checksums, versions, encryption. FTP has none of it, which is a claim as well.

use crate::https::TlsFront;
use crate::lab::{Deviation, Lab, Protocol, Verdict, check, ended, same, succeeded};
use crate::support::{KIB, MIB, Sandbox, bytes, finish};

/// One request, and more than one part.
const SIZES: [usize; 2] = [100 * KIB, 17 * MIB];

fn told(lab: &Lab, key: &str) -> Verdict<serde_json::Value> {
    Ok(lab.run(&["stat", "--json", key])?.json().remove(0))
}

fn equal(found: &serde_json::Value, expected: &str, what: &str) -> Verdict {
    match found.as_str() == Some(expected) {
        true => Ok(()),
        false => Err(Deviation::Differs(format!(
            "{what}: {found} instead of {expected:?}"
        ))),
    }
}

#[test]
fn stat_tells_type_and_metadata() {
    check("metadata in stat", |lab| {
        for size in SIZES {
            let key = lab.key(&format!("labelled-{size}"));
            lab.sandbox.write("source", bytes(size, 40));
            let mut put = vec!["put", "source", &key, "--content-type", "text/x-test"];
            put.extend(["--metadata", "colour=light blue", "--metadata", "size=12"]);
            lab.run(&put)?;
            let told = told(lab, &key)?;
            equal(&told["content_type"], "text/x-test", "content type")?;
            equal(&told["metadata"]["colour"], "light blue", "metadata")?;
            equal(&told["metadata"]["size"], "12", "metadata")?;
        }
        Ok(())
    });
}

/// Values that travel as encoded words (RFC 2047).
#[test]
fn metadata_may_have_letters_of_all_alphabets() {
    check("metadata beyond ASCII", |lab| {
        metadata_comes_back(lab, &["Größe", "日本語 🦀"])
    });
}

/// A value that is itself what an encoded word looks like.
#[test]
fn metadata_may_look_like_an_encoded_word() {
    check("metadata that looks encoded", |lab| {
        metadata_comes_back(lab, &["=?UTF-8?Q?no?= word", " spaces "])
    });
}

fn metadata_comes_back(lab: &Lab, values: &[&str]) -> Verdict {
    for size in SIZES {
        let key = lab.key(&format!("letters-{size}"));
        lab.sandbox.write("source", bytes(size, 41));
        for value in values {
            let pair = format!("name={value}");
            lab.run(&["put", "source", &key, "--metadata", &pair])?;
            equal(&told(lab, &key)?["metadata"]["name"], value, "metadata")?;
        }
    }
    Ok(())
}

#[test]
fn metadata_goes_with_a_copy() {
    check("metadata of a copy", |lab| {
        let (from, to) = (lab.key("labelled"), lab.key("copy"));
        lab.sandbox.write("source", "x");
        let put = ["put", "source", &from, "--content-type", "text/x-test"];
        lab.run(&[&put[..], &["--metadata", "name=Größe"]].concat())?;
        lab.run(&["cp", &from, &to])?;
        let told = told(lab, &to)?;
        equal(&told["content_type"], "text/x-test", "content type")?;
        equal(&told["metadata"]["name"], "Größe", "metadata")
    });
}

#[test]
fn a_storage_class_is_kept() {
    check("storage class", |lab| {
        let key = lab.key("cool");
        lab.sandbox.write("source", "x");
        lab.run(&["put", "source", &key, "--storage-class", "STANDARD_IA"])?;
        let class = &told(lab, &key)?["storage_class"];
        equal(class, "STANDARD_IA", "storage class")
    });
}

#[test]
fn tags_are_kept() {
    check("tags", |lab| {
        let key = lab.key("tagged");
        lab.sandbox.write("source", "x");
        lab.run(&["put", "source", &key, "--tag", "colour=light blue"])?;
        let tags = lab.tags(&key)?;
        match tags.contains("<Key>colour</Key>") && tags.contains("<Value>light blue</Value>") {
            true => Ok(()),
            false => Err(Deviation::Differs(tags)),
        }
    });
}

#[test]
fn the_service_encrypts_and_says_so() {
    check("put --sse AES256", |lab| {
        let key = lab.key("encrypted");
        lab.sandbox.write("source", "x");
        lab.run(&["put", "source", &key, "--sse", "AES256"])?;
        equal(&told(lab, &key)?["encryption"], "AES256", "encryption")?;
        lab.fetch_and_compare(&key, b"x")
    });
}

/// The store proves the bytes by this checksum, of one request and of several parts, from a file and from a stream; and the
/// reader sees that they are the same.
fn proven_by(kind: &'static str) {
    check(&format!("put --checksum {kind}"), |lab| {
        for size in SIZES {
            let (key, content) = (lab.key(&format!("sum-{size}")), bytes(size, 42));
            let proof = match kind {
                "md5" if lab.protocol == Protocol::S3 && size > 16 * MIB => "etag-multipart", // made of the parts' MD5s
                _ => kind,
            };
            lab.sandbox.write("source", &content);
            let put = ["put", "source", &key, "--checksum", kind, "--json"];
            let told = lab.run(&put)?.json().remove(0);
            equal(&told["verified"], proof, &format!("{size} bytes proven by"))?;
            lab.fetch_and_compare(&key, &content)?;
            let piped = ["put", "-", &key, "--checksum", kind, "--json"];
            let told = succeeded(lab.sandbox.pipe(piped, &content))?
                .json()
                .remove(0);
            equal(&told["verified"], proof, &format!("{size} bytes proven by"))?;
            lab.fetch_and_compare(&key, &content)?;
        }
        Ok(())
    });
}

#[test]
fn bytes_are_proven_by_crc64nvme() {
    proven_by("crc64nvme");
}

#[test]
fn bytes_are_proven_by_crc32c() {
    proven_by("crc32c");
}

#[test]
fn bytes_are_proven_by_crc32() {
    proven_by("crc32");
}

#[test]
fn bytes_are_proven_by_sha256() {
    proven_by("sha256");
}

#[test]
fn bytes_are_proven_by_sha1() {
    proven_by("sha1");
}

#[test]
fn bytes_are_proven_by_md5() {
    proven_by("md5");
}

/// A file and a stream, of one part and of several.
#[test]
fn bytes_that_are_not_the_expected_ones_are_not_stored() {
    check("put --expect-sha256", |lab| {
        let key = lab.key("unexpected");
        let put = ["put", "source", &key, "--expect-sha256", &"0".repeat(64)];
        for size in SIZES {
            let content = bytes(size, 43);
            lab.sandbox.write("source", &content);
            ended(&lab.sandbox.run(put), 6)?;
            let piped = [&["put", "-"], &put[2..]].concat();
            ended(&lab.sandbox.pipe(piped, &content), 6)?;
        }
        ended(&lab.sandbox.run(["exists", &key]), 1)
    });
}

/// Of several who ask at once for the same name at least one gets it, its bytes are those of one who was told so, and if the
/// service is known to decide that in one step, nobody else was.
#[test]
fn of_concurrent_writers_of_a_new_blob_one_wins_whole() {
    check("concurrent put --if-absent", |lab| {
        let key = lab.key("new");
        let mut children = Vec::new();
        for writer in 0..6 {
            let name = format!("writer-{writer}");
            lab.sandbox.write(&name, &name);
            let put = ["put", "--if-absent", "--json", &name, &key];
            children.push((name.clone(), lab.sandbox.command(put).spawn().unwrap()));
        }
        let (mut winners, mut promised) = (Vec::new(), false);
        for (name, child) in children {
            let outcome = finish(child);
            match outcome.code {
                Some(0) => {
                    promised |= outcome.json()[0]["atomic"] == true;
                    winners.push(name.into_bytes());
                }
                _ => ended(&outcome, 5)?,
            }
        }
        let found = lab.run(&["get", &key, "-"])?.stdout;
        match winners.contains(&found) && !(promised && winners.len() > 1) {
            true => Ok(()),
            false => Err(Deviation::Differs(format!("{} won", winners.len()))),
        }
    });
}

#[test]
fn versions_are_told_fetched_and_removed() {
    check("version ids", |lab| {
        let key = lab.key("versioned");
        if lab.protocol == Protocol::Ftp {
            lab.store(b"x", &key)?;
            return lab.run(&["stat", &key, "--version-id", "1"]).map(drop);
        }
        let bucket = lab.versioned_bucket()?;
        versions(&lab.with("BLOBCTL_S3_BUCKET", &bucket.name), &key)
    });
}

fn versions(sandbox: &Sandbox, key: &str) -> Verdict {
    let contents = [bytes(1000, 44), bytes(17 * MIB, 45), bytes(500, 46)];
    let mut ids: Vec<String> = Vec::new();
    for content in &contents {
        sandbox.write("source", content);
        let put = succeeded(sandbox.run(["put", "source", key, "--json"]))?;
        match put.json()[0]["version_id"].as_str() {
            Some(id) if !ids.iter().any(|known| known == id) => ids.push(id.to_owned()),
            id => return Err(Deviation::Differs(format!("the put told {id:?}"))),
        }
    }
    for (id, content) in ids.iter().zip(&contents) {
        let found = succeeded(sandbox.run(["get", key, "-", "--version-id", id]))?;
        same(&found.stdout, content, id)?;
        let stat = succeeded(sandbox.run(["stat", key, "--json", "--version-id", id]))?;
        let told = stat.json().remove(0);
        equal(&told["version_id"], id, "stat of a version")?;
    }
    let newest = succeeded(sandbox.run(["get", key, "-"]))?;
    same(&newest.stdout, &contents[2], "the newest")?;
    succeeded(sandbox.run(["rm", key]))?;
    ended(&sandbox.run(["exists", key]), 1)?;
    ended(&sandbox.run(["get", key, "-"]), 1)?;
    succeeded(sandbox.run(["exists", key, "--version-id", &ids[0]]))?;
    succeeded(sandbox.run(["rm", key, "--version-id", &ids[0]]))?;
    ended(&sandbox.run(["exists", key, "--version-id", &ids[0]]), 1)?;
    let kept = succeeded(sandbox.run(["get", key, "-", "--version-id", &ids[1]]))?;
    same(
        &kept.stdout,
        &contents[1],
        "a version behind a delete marker",
    )
}

/// With TLS before the server, if it has none.
#[test]
fn blobs_of_a_key_of_ones_own_are_for_its_owner() {
    check("SSE-C", |lab| {
        let key = lab.key("own");
        let (mine, other) = ([7; 32], [8; 32]);
        if lab.protocol == Protocol::Ftp {
            lab.sandbox.write("mine", mine);
            lab.sandbox.write("source", "x");
            let put = ["put", "source", &key, "--sse-c-key-file", "mine"];
            return lab.run(&put).map(drop);
        }
        let endpoint = lab.setting("BLOBCTL_S3_ENDPOINT_URL").to_owned();
        let front = endpoint
            .strip_prefix("http://")
            .map(|server| TlsFront::start(server.trim_end_matches('/')));
        let sandbox = match &front {
            Some(front) => lab
                .with(
                    "BLOBCTL_S3_ENDPOINT_URL",
                    &format!("https://{}", front.address),
                )
                .file("ca.pem", &front.certificate)
                .env("AWS_CA_BUNDLE", "ca.pem"),
            None => lab.with("BLOBCTL_S3_ENDPOINT_URL", &endpoint),
        };
        let sandbox = sandbox.secret("mine", mine).secret("other", other);
        encrypted(&sandbox, &key)
    });
}

fn encrypted(sandbox: &Sandbox, key: &str) -> Verdict {
    let with = |name: &'static str| ["--sse-c-key-file", name];
    for size in SIZES {
        let content = bytes(size, 47);
        sandbox.write("source", &content);
        let put = [&["put", "source", key][..], &with("mine")].concat();
        succeeded(sandbox.run(put))?;
        let get = ["get", key, "-"];
        let found = succeeded(sandbox.run([&get[..], &with("mine")].concat()))?;
        same(&found.stdout, &content, "with the key")?;
        let stat = [&["stat", key, "--json"][..], &with("mine")].concat();
        let told = succeeded(sandbox.run(stat))?.json().remove(0);
        equal(&told["encryption"], "SSE-C", "encryption")?;
        for arguments in [get.to_vec(), [&get[..], &with("other")].concat()] {
            let outcome = sandbox.run(arguments);
            // Which code depends on the service's words; that nothing comes out does not.
            if outcome.code == Some(0) || outcome.code == Some(1) || !outcome.stdout.is_empty() {
                let said = format!("without the key: code {:?}", outcome.code);
                return Err(Deviation::Differs(said));
            }
        }
    }
    Ok(())
}

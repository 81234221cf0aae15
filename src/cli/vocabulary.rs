//! Words that users type in place of those of this command line: misspelt ones, and those of other tools.

/// The known name that is closest to `text`, if one is close: an optimal string alignment distance of at most a third of
/// its length. Only the first 64 characters of `text` count.
pub fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (text.chars().count() / 3).max(1);
    let text: String = text.chars().take(64).collect();
    known
        .into_iter()
        .map(|name| (strsim::osa_distance(&text, name), name))
        .filter(|(far, _)| *far <= limit)
        .min()
        .map(|(_, name)| name)
}

/// The hint about a command of another tool (aws, rclone, mc, s3cmd, coreutils); `None` if the word is not known.
pub fn hint_for_command(word: &str) -> Option<&'static str> {
    Some(match word {
        "cat" => "`get KEY -` writes a blob to stdout",
        "copy" | "copyto" => "`cp` copies blobs",
        "move" | "moveto" | "rename" => "`mv` moves blobs",
        "delete" | "del" | "remove" | "deletefile" | "purge" | "rmdir" => {
            "`rm` removes blobs, with -r all below a prefix"
        }
        "download" | "fetch" => "`get` downloads blobs",
        "upload" | "store" => "`put` uploads files",
        "pipe" | "rcat" => "`put - KEY` uploads stdin",
        "list" | "dir" | "lsl" | "lsd" | "lsf" | "find" | "tree" => {
            "`ls` lists blobs; -l adds size and time, -d stops at the next /"
        }
        "du" | "size" => {
            "`ls --summary --human PREFIX` ends with the number of blobs and their size"
        }
        "info" | "head-object" => "`stat` prints the properties of a blob",
        "head" => "`get --range 0-999 KEY -` prints the first bytes, `stat KEY` the properties",
        "tail" => "`get --range -1000 KEY -` prints the last bytes",
        "touch" => "`put - KEY </dev/null` stores an empty blob",
        "mkdir" => {
            "directories need not be made: a key may contain /, and `put` makes what it needs"
        }
        "mb" | "rb" | "make-bucket" | "remove-bucket" => {
            "blobctl neither creates nor removes buckets; `ls s3://` lists them"
        }
        "mirror" | "rsync" => "`sync` copies what differs, with --delete it also removes",
        "test" | "check" => "`exists` tests whether blobs exist, `doctor` the access to a store",
        "signurl" | "share" | "link" => "`presign` prints a URL for one blob",
        "configure" | "alias" => {
            "`config path` names the config file; remotes are its sections [remotes.NAME]"
        }
        "cleanup" => "`gc` lists what interrupted runs left, and removes it with --delete",
        "version" => "`--version` prints the version",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_find_their_neighbour() {
        let known = ["endpoint_url", "bucket", "region", "prefix"];
        assert_eq!(nearest("endpoint_ur", known), Some("endpoint_url"));
        assert_eq!(nearest("buket", known), Some("bucket"));
        assert_eq!(nearest("regoin", known), Some("region"));
        assert_eq!(nearest("zzzzzz", known), None);
    }

    #[test]
    fn words_of_other_tools_are_not_commands_of_ours() {
        for command in super::super::command().get_subcommands() {
            assert_eq!(hint_for_command(command.get_name()), None);
        }
    }
}

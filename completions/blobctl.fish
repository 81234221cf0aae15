# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_blobctl_global_optspecs
    string join \n b/backend= remote= config= endpoint-url= bucket= region= profile= addressing= checksum= payload-signing= sse-c-key-file= request-payer no-sign-request host= port= user= base-dir= ftp-mode= ftp-active-ports= ftp-bind= ftp-tls= ftp-replace= ftp-upload= ftp-temporary-name= ftp-encoding= root= ca-bundle= client-cert= client-key= insecure retry-for= timeout= connect-timeout= deadline= jobs= parts= part-size= max-memory= limit-rate= json progress= q/quiet v/verbose h/help V/version
end

function __fish_blobctl_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_blobctl_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_blobctl_using_subcommand
    set -l cmd (__fish_blobctl_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c blobctl -n "__fish_blobctl_needs_command" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_needs_command" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_needs_command" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_needs_command" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_needs_command" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_needs_command" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_needs_command" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_needs_command" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_needs_command" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_needs_command" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_needs_command" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_needs_command" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_needs_command" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_needs_command" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_needs_command" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_needs_command" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_needs_command" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_needs_command" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_needs_command" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_needs_command" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_needs_command" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_needs_command" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_needs_command" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_needs_command" -s V -l version -d 'Print version'
complete -c blobctl -n "__fish_blobctl_needs_command" -f -a "put" -d 'Upload files, stdin or the output of a command'
complete -c blobctl -n "__fish_blobctl_needs_command" -f -a "get" -d 'Download to a file, a directory or stdout'
complete -c blobctl -n "__fish_blobctl_needs_command" -f -a "exists" -d 'Test whether blobs exist: exit code 0 all, 1 not all, others unknown'
complete -c blobctl -n "__fish_blobctl_needs_command" -f -a "stat" -d 'Print properties of blobs: size, time, checksum, type'
complete -c blobctl -n "__fish_blobctl_needs_command" -f -a "ls" -d 'List keys, one per line, as they can be typed'
complete -c blobctl -n "__fish_blobctl_needs_command" -f -a "rm" -d 'Remove blobs; exit code 1 if one does not exist'
complete -c blobctl -n "__fish_blobctl_needs_command" -f -a "cp" -d 'Copy blobs within a store, between stores, or between this machine and a store'
complete -c blobctl -n "__fish_blobctl_needs_command" -f -a "mv" -d 'Copy blobs or files, then remove each source once its copy is verified'
complete -c blobctl -n "__fish_blobctl_needs_command" -f -a "sync" -d 'Copy what differs from one directory or prefix to another'
complete -c blobctl -n "__fish_blobctl_needs_command" -f -a "presign" -d 'Print a presigned URL for downloading or uploading a blob (S3)'
complete -c blobctl -n "__fish_blobctl_needs_command" -f -a "doctor" -d 'Check settings, network, credentials and the abilities of a store, step by step'
complete -c blobctl -n "__fish_blobctl_needs_command" -f -a "gc" -d 'List (--delete: remove) what interrupted runs of blobctl left behind'
complete -c blobctl -n "__fish_blobctl_needs_command" -f -a "config" -d 'Show, check and import settings'
complete -c blobctl -n "__fish_blobctl_needs_command" -f -a "completions" -d 'Print a completion script'
complete -c blobctl -n "__fish_blobctl_needs_command" -f -a "help" -d 'Explain a command, or the options of all commands'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -s t -l target -d 'Upload every SRC below this prefix (for xargs)' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l if-match -d 'Fail (exit 5) unless the blob has this ETag (S3)' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l expect-size -d 'Fail (exit 6) unless the source has exactly this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l expect-sha256 -d 'Fail (exit 6) unless the source has this SHA-256' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l content-type -d 'Content-Type to store [default: by the extension of the key, or that of the source]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l content-encoding -d 'Content-Encoding to store; the bytes are not changed' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l content-disposition -d 'Content-Disposition to store' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l content-language -d 'Content-Language to store, like en or de-CH' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l cache-control -d 'Cache-Control to store' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l expires -d 'Expires to store: RFC 3339 or an HTTP date; nothing is removed then' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l metadata -d 'User-defined metadata; can be repeated' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l tag -d 'Tag; can be repeated' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l storage-class -d 'Storage class, like STANDARD_IA' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l sse -d 'Server-side encryption: AES256 or aws:kms' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l sse-kms-key-id -d 'KMS key for --sse aws:kms' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l acl -d 'Canned ACL, like bucket-owner-full-control' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l include -d 'Select paths that match; can be repeated, the last match wins' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l exclude -d 'Leave out paths that match; can be repeated, the last match wins' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l newer-than -d 'Select only what was modified after this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l older-than -d 'Select only what was modified before this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l min-size -d 'Select only what has at least this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l max-size -d 'Select only what has at most this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l shard -d 'Select only share I of N, by a stable hash of the relative path' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l files-from -d 'Select only the paths in FILE (- for stdin), one per line, relative to the source' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l resume -d 'Transfers to resume [default: run]' -r -f -a "auto\t'Keep what a failed or interrupted run has transferred, and resume it when the same command runs again'
run\t'Resume a blob after a failed attempt of the same run; keep nothing for later runs'
never\t'After a failed attempt, transfer the blob or its part from the start again'"
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l from-command -d 'Upload the output of a command, if it succeeds'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -s r -l recursive -d 'Upload directories with all files below them'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -s L -l follow-links -d 'With -r, follow symbolic links to directories'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l if-absent -d 'Fail (exit 5) if a blob of that name exists'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l fail-if-empty -d 'Fail (exit 6) if the source is empty'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l if-changed -d 'Skip what is equal at the destination'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l checksum-only -d 'With --if-changed, never trust equal times'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -s p -l preserve-mtime -d 'Keep the time of the last modification'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -s 0 -l null -d 'The paths of --files-from end in NUL instead of a line end'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -s n -l dry-run -d 'Print what would be done, and change nothing'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l fail-fast -d 'Begin nothing more after the first failure'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand put" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -s t -l target -d 'Download every KEY into this directory (for xargs)' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l version-id -d 'Version of the single KEY [default: the newest] (S3)' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l verify -d 'Proof to ask for [default: auto]' -r -f -a "auto\t'The strongest checksum that the store has'
length\t'The length only: damaged bytes are not noticed'"
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l expect-size -d 'Fail (exit 6) unless KEY has exactly this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l expect-sha256 -d 'Fail (exit 6) unless KEY has this SHA-256' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l range -d 'Download only these bytes, verified by length only' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l mode -d 'Permissions of the files, like 600' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l wait -d 'Wait until the blobs exist, at most this long' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l poll -d 'With --wait, look again after this long [default: 5s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l resume -d 'Transfers to resume [default: run]' -r -f -a "auto\t'Keep what a failed or interrupted run has transferred, and resume it when the same command runs again'
run\t'Resume a blob after a failed attempt of the same run; keep nothing for later runs'
never\t'After a failed attempt, transfer the blob or its part from the start again'"
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l include -d 'Select paths that match; can be repeated, the last match wins' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l exclude -d 'Leave out paths that match; can be repeated, the last match wins' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l newer-than -d 'Select only what was modified after this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l older-than -d 'Select only what was modified before this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l min-size -d 'Select only what has at least this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l max-size -d 'Select only what has at most this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l shard -d 'Select only share I of N, by a stable hash of the relative path' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l files-from -d 'Select only the paths in FILE (- for stdin), one per line, relative to the source' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -s r -l recursive -d 'Download all blobs below each KEY'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l mkdir -d 'Create the missing directories of DEST'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l no-clobber -d 'Do not overwrite an existing file (exit 5)'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l require-verified -d 'Fail (exit 6) if the store has no checksum to compare'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l if-changed -d 'Skip what is equal at the destination'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l checksum-only -d 'With --if-changed, never trust equal times'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -s p -l preserve-mtime -d 'Keep the time of the last modification'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -s 0 -l null -d 'The paths of --files-from end in NUL instead of a line end'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -s n -l dry-run -d 'Print what would be done, and change nothing'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l fail-fast -d 'Begin nothing more after the first failure'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l version-id -d 'Version of the single KEY [default: the newest] (S3)' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l wait -d 'Wait until the blobs exist, at most this long' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l poll -d 'With --wait, look again after this long [default: 5s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l min-size -d 'A smaller blob counts as absent' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l newer-than -d 'A blob that was modified before this time counts as absent: 7d (before now), 2026-01-31 (UTC), or RFC 3339' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l print -d 'Print the keys that are present, or those that are missing, as they were typed, one per line' -r -f -a "present\t'The keys that exist'
missing\t'The keys that do not exist'"
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand exists" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l version-id -d 'Version of the single KEY [default: the newest] (S3)' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand stat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l include -d 'Select paths that match; can be repeated, the last match wins' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l exclude -d 'Leave out paths that match; can be repeated, the last match wins' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l newer-than -d 'Select only what was modified after this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l older-than -d 'Select only what was modified before this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l min-size -d 'Select only what has at least this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l max-size -d 'Select only what has at most this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l shard -d 'Select only share I of N, by a stable hash of the relative path' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -s l -l long -d 'Print size and time as well'
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l human -d 'Print sizes with units, like 1.5 MiB, in -l and --summary; ls -lh works, too'
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -s d -l directory -d 'Stop at the next /: print d/ once instead of the keys that begin with d/'
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -s 0 -l null -d 'End each line with NUL instead of a line feed, for xargs -0'
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l summary -d 'Print the number of blobs and their total size at the end, on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l version-id -d 'Version of the single KEY to remove permanently; a delete marker needs --force (S3)' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l include -d 'Select paths that match; can be repeated, the last match wins' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l exclude -d 'Leave out paths that match; can be repeated, the last match wins' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l newer-than -d 'Select only what was modified after this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l older-than -d 'Select only what was modified before this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l min-size -d 'Select only what has at least this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l max-size -d 'Select only what has at most this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l shard -d 'Select only share I of N, by a stable hash of the relative path' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l files-from -d 'Select only the paths in FILE (- for stdin), one per line, relative to the source' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -s f -l force -d 'Ignore missing blobs'
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -s r -l recursive -d 'Remove all blobs below each KEY'
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l all -d 'With -r, allow the removal of a whole bucket, server or root'
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -s 0 -l null -d 'The paths of --files-from end in NUL instead of a line end'
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -s n -l dry-run -d 'Print what would be done, and change nothing'
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l fail-fast -d 'Begin nothing more after the first failure'
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -s t -l target -d 'Copy every FROM below this prefix or directory (for xargs)' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l content-type -d 'Content-Type to store [default: by the extension of the key, or that of the source]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l content-encoding -d 'Content-Encoding to store; the bytes are not changed' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l content-disposition -d 'Content-Disposition to store' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l content-language -d 'Content-Language to store, like en or de-CH' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l cache-control -d 'Cache-Control to store' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l expires -d 'Expires to store: RFC 3339 or an HTTP date; nothing is removed then' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l metadata -d 'User-defined metadata; can be repeated' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l tag -d 'Tag; can be repeated' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l storage-class -d 'Storage class, like STANDARD_IA' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l sse -d 'Server-side encryption: AES256 or aws:kms' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l sse-kms-key-id -d 'KMS key for --sse aws:kms' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l acl -d 'Canned ACL, like bucket-owner-full-control' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l include -d 'Select paths that match; can be repeated, the last match wins' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l exclude -d 'Leave out paths that match; can be repeated, the last match wins' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l newer-than -d 'Select only what was modified after this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l older-than -d 'Select only what was modified before this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l min-size -d 'Select only what has at least this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l max-size -d 'Select only what has at most this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l shard -d 'Select only share I of N, by a stable hash of the relative path' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l files-from -d 'Select only the paths in FILE (- for stdin), one per line, relative to the source' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l from-version -d 'Version of the single FROM [default: the newest] (S3)' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -s r -l recursive -d 'Copy all blobs or files below each FROM'
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l mkdir -d 'Create the missing directories of a local TO'
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l if-changed -d 'Skip what is equal at the destination'
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l checksum-only -d 'With --if-changed, never trust equal times'
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -s p -l preserve-mtime -d 'Keep the time of the last modification'
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -s 0 -l null -d 'The paths of --files-from end in NUL instead of a line end'
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -s n -l dry-run -d 'Print what would be done, and change nothing'
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l fail-fast -d 'Begin nothing more after the first failure'
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand cp" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -s t -l target -d 'Copy every FROM below this prefix or directory (for xargs)' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l content-type -d 'Content-Type to store [default: by the extension of the key, or that of the source]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l content-encoding -d 'Content-Encoding to store; the bytes are not changed' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l content-disposition -d 'Content-Disposition to store' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l content-language -d 'Content-Language to store, like en or de-CH' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l cache-control -d 'Cache-Control to store' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l expires -d 'Expires to store: RFC 3339 or an HTTP date; nothing is removed then' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l metadata -d 'User-defined metadata; can be repeated' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l tag -d 'Tag; can be repeated' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l storage-class -d 'Storage class, like STANDARD_IA' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l sse -d 'Server-side encryption: AES256 or aws:kms' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l sse-kms-key-id -d 'KMS key for --sse aws:kms' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l acl -d 'Canned ACL, like bucket-owner-full-control' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l include -d 'Select paths that match; can be repeated, the last match wins' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l exclude -d 'Leave out paths that match; can be repeated, the last match wins' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l newer-than -d 'Select only what was modified after this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l older-than -d 'Select only what was modified before this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l min-size -d 'Select only what has at least this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l max-size -d 'Select only what has at most this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l shard -d 'Select only share I of N, by a stable hash of the relative path' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l files-from -d 'Select only the paths in FILE (- for stdin), one per line, relative to the source' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -s r -l recursive -d 'Copy all blobs or files below each FROM'
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l mkdir -d 'Create the missing directories of a local TO'
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l if-changed -d 'Skip what is equal at the destination'
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l checksum-only -d 'With --if-changed, never trust equal times'
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -s p -l preserve-mtime -d 'Keep the time of the last modification'
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -s 0 -l null -d 'The paths of --files-from end in NUL instead of a line end'
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -s n -l dry-run -d 'Print what would be done, and change nothing'
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l fail-fast -d 'Begin nothing more after the first failure'
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand mv" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l content-type -d 'Content-Type to store [default: by the extension of the key, or that of the source]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l content-encoding -d 'Content-Encoding to store; the bytes are not changed' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l content-disposition -d 'Content-Disposition to store' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l content-language -d 'Content-Language to store, like en or de-CH' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l cache-control -d 'Cache-Control to store' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l expires -d 'Expires to store: RFC 3339 or an HTTP date; nothing is removed then' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l metadata -d 'User-defined metadata; can be repeated' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l tag -d 'Tag; can be repeated' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l storage-class -d 'Storage class, like STANDARD_IA' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l sse -d 'Server-side encryption: AES256 or aws:kms' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l sse-kms-key-id -d 'KMS key for --sse aws:kms' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l acl -d 'Canned ACL, like bucket-owner-full-control' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l include -d 'Select paths that match; can be repeated, the last match wins' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l exclude -d 'Leave out paths that match; can be repeated, the last match wins' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l newer-than -d 'Select only what was modified after this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l older-than -d 'Select only what was modified before this time: 7d (before now), 2026-01-31 (UTC), or RFC 3339' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l min-size -d 'Select only what has at least this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l max-size -d 'Select only what has at most this size' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l shard -d 'Select only share I of N, by a stable hash of the relative path' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l delete -d 'Remove from TO what FROM does not have, after everything has been listed'
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l all -d 'With --delete, allow an empty FROM, which removes everything from TO'
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l checksum-only -d 'Never trust equal times: what has no checksum is copied again'
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -s L -l follow-links -d 'Follow symbolic links to directories'
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -s n -l dry-run -d 'Print what would be done, and change nothing'
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l fail-fast -d 'Begin nothing more after the first failure'
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l method -d 'Request that the URL allows' -r -f -a "get\t'Download'
put\t'Upload'"
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l version-id -d 'Version to download [default: the newest]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l expires -d 'Validity, 1s to 7d' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand presign" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l write -d 'Also store, overwrite, read and remove a small scratch blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l older-than -d 'Only leftovers without a change for this long' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l delete -d 'Remove the leftovers instead of listing them'
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand gc" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -f -a "path" -d 'Print the path of the config file in use; exit code 3 if there is none'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -f -a "show" -d 'Print every setting with its value and its origin; secrets are masked'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -f -a "check" -d 'Check the config file and the environment; exit code 3 with file, line and key'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and not __fish_seen_subcommand_from path show check import" -f -a "import" -d 'Print the settings of another tool as a config file'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l from -d 'File to read, or - for stdin [default: the tool\'s own file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l secret -d 'Print only the secret of one remote, as password_command and credential_process expect it (with --reveal)' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l reveal -d 'Copy secrets into the output, in clear; without it the output refers to the tool\'s file'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand config; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -s b -l backend -d 'Backend for keys without a scheme (settings from its config section)' -r -f -a "s3\t'S3 and compatible services'
ftp\t'FTP and FTPS'
fs\t'A directory'"
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l remote -d 'Remote of the config file for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l config -d 'Config file to read instead of the first one found' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l endpoint-url -d 'URL of the service, like http://127.0.0.1:9000' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l bucket -d 'Bucket for keys without a scheme' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l region -d 'Region to sign for' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l profile -d 'Profile of the AWS config and credentials files' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l addressing -d 'Place of the bucket\'s name in URLs: the path or the host name [default: auto]' -r -f -a "auto\t'The host name if the service and the bucket\'s name allow it, else the path'
path\t'The path: ENDPOINT/BUCKET/KEY'
virtual\t'The host name: BUCKET.ENDPOINT/KEY'"
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l checksum -d 'Checksum that the store must confirm (S3) or compute (FTP) [default: auto]' -r -f -a "auto\t'CRC-64/NVME or else MD5 on S3, the strongest that the server computes on FTP'
crc64nvme\t'CRC-64/NVME (S3)'
crc32c\t'CRC-32C (S3)'
crc32\t'CRC-32'
sha256\t'SHA-256'
sha1\t'SHA-1'
md5\t'MD5; on S3 by Content-MD5 and the ETag'
none\t'No checksum: only the length is compared'"
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l payload-signing -d 'Sign the SHA-256 of the body [default: auto, over http only]' -r -f -a "auto\t'Sign it over http, where nothing else protects the body'
signed\t'Sign it always: the body is hashed before it is sent'
unsigned\t'Never sign it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l sse-c-key-file -d 'File with your encryption key for SSE-C: 32 bytes, or their base64 or hex (https only)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l host -d 'FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l port -d 'Port of the FTP server' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l user -d 'Login name' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l base-dir -d 'Directory on the server that keys are relative to' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l ftp-mode -d 'Side that opens the connections for listings and transfers [default: passive]' -r -f -a "passive\t'blobctl connects to the server, which works behind NAT and most firewalls'
active\t'The server connects to this machine, which it must be able to reach'"
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l ftp-active-ports -d 'Local ports for active mode, like 50000-50099 [default: any]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l ftp-bind -d 'Local address of FTP connections [default: chosen by the system]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l ftp-tls -d 'Encryption of the connections [default: none]' -r -f -a "none\t'No encryption: password and data can be read on the way'
explicit\t'TLS after AUTH TLS, usually on port 21; a server without it is an error'
implicit\t'TLS from the first byte, usually on port 990'"
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l ftp-replace -d 'Overwriting a blob on servers that do not rename over an existing file [default: auto, an error]' -r -f -a "auto\t'Rename over the old blob; where that is refused, it stays, and the put fails'
delete-first\t'Move the old blob away first if the server does not rename over it: readers may find neither for a moment'"
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l ftp-upload -d 'File that receives an upload [default: temporary]' -r -f -a "temporary\t'A temporary file, which is renamed to the blob\'s name once it is complete'
direct\t'The blob itself, for servers that forbid renames: readers may see a part of it, and a failure leaves no blob'"
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l ftp-temporary-name -d 'Names of temporary files on the server, for those that forbid the usual ones [default: .blobctl-{random}.part]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l ftp-encoding -d 'Encoding of the server\'s file names [default: utf-8]' -r -f -a "utf-8\t'UTF-8, as nearly all servers use it'
latin-1\t'ISO 8859-1, as some old servers use it'"
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l root -d 'Directory of the fs backend' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l ca-bundle -d 'Additional CA certificates (PEM)' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l client-cert -d 'Client certificate (PEM), for servers that require one' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l client-key -d 'Private key of --client-cert (PEM) [default: in its file]' -r -F
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l retry-for -d 'Retry temporary failures for up to this long; 0 = one attempt [default: 2m]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l timeout -d 'Abort an attempt after this long without progress [default: 60s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l connect-timeout -d 'Abort a connection attempt after this long [default: 10s]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l deadline -d 'Abort the whole command after this long (exit 7) [default: never]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l jobs -d 'Blobs to transfer in parallel, 1 to 256 [default: auto]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l parts -d 'Parts per blob in parallel, 1 to 64 (S3) [default: 4]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l part-size -d 'Part size, 5MiB to 5GiB (S3); raised if the file needs more than 10,000 parts [default: 16MiB]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l max-memory -d 'Memory for the parts of a stream (S3), at least 5MiB; limits their size [default: as needed]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l limit-rate -d 'Limit of all transfers together, in bytes per second, like 10M [default: none]' -r
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l progress -d 'Progress of running transfers [default: auto, a bar on a terminal]' -r -f -a "auto\t'A bar if stderr is a terminal, otherwise nothing'
bar\t'A bar'
lines\t'A line every 10 seconds'
none\t'Nothing'"
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l request-payer -d 'Accept the charges of a requester-pays bucket'
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l no-sign-request -d 'Do not sign requests, for public buckets'
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l insecure -d 'Accept any TLS certificate: others on the network can read and change the data, and get an FTP login'
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -l json -d 'Print one JSON object per blob'
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -s q -l quiet -d 'Print errors only; with --json, not even those on stderr'
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -s v -l verbose -d 'Print results; -vv also prints each request'
complete -c blobctl -n "__fish_blobctl_using_subcommand help" -s h -l help -d 'Print help (see more with \'--help\')'

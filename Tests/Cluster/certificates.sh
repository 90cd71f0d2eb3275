#!/usr/bin/env bash
# Looks at the certificates that `mesh-cluster certs DIR` has written, with openssl alone: X.509 v3, signed by its own
# key and verified against itself, Ed25519 and nothing else, and the key that is the node's name in the mesh.
#
#   Tests/Cluster/certificates.sh DIR
set -euo pipefail
folder=${1:?say which folder: Tests/Cluster/certificates.sh DIR}

count=0
while read -r node key; do
    file=$folder/$node.pem
    openssl verify -CAfile "$file" -check_ss_sig "$file" >/dev/null || { echo "$file does not verify" >&2; exit 1; }
    text=$(openssl x509 -in "$file" -noout -text)
    grep -q 'Version: 3 ' <<<"$text" || { echo "$file is not version 3" >&2; exit 1; }
    [ "$(grep -c 'ED25519' <<<"$text")" -ge 2 ] || { echo "$file is not Ed25519 throughout" >&2; exit 1; }
    # The last 32 bytes of the key's DER form are the key (RFC 8410).
    found=$(openssl x509 -in "$file" -noout -pubkey | openssl pkey -pubin -outform DER | tail --bytes=32 | od -An -v -tx1 | tr -d ' \n')
    [ "$found" = "$key" ] || { echo "$file holds the key $found, and $node is $key" >&2; exit 1; }
    [ "$(openssl x509 -in "$file" -noout -subject)" = "$(openssl x509 -in "$file" -noout -issuer | sed 's/^issuer/subject/')" ] ||
        { echo "$file was issued by somebody else" >&2; exit 1; }
    count=$((count + 1))
done <"$folder/keys"
[ "$count" -gt 0 ] || { echo "there is no certificate in $folder" >&2; exit 1; }
echo "$count certificates, each signed by its own key, which is the node's"

#!/usr/bin/env bash
# Makes the public fixtures in certs/ with the openssl program alone, independently of the Swift code that they test.
#
#   scripts/make-certs.sh           write them
#   scripts/make-certs.sh --check   say whether those that are there are what this script makes
#
# No private key is kept. The Ed25519 seeds are SHA-256 of "mesh-node test identity N": public, for tests only.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

unhex() { printf '%b' "$(sed 's/../\\x&/g' <<<"$1")"; }
hex() { od -An -v -tx1 "$@" | tr -d ' \n'; }
pem() { openssl x509 -inform DER -outform PEM; }

# The private key file of test identity $1: RFC 8410's PKCS #8 around the seed.
make_key() {
    local seed
    seed=$(printf 'mesh-node test identity %s' "$1" | openssl dgst -sha256 -r | cut -c1-64)
    unhex "302e020100300506032b657004220420$seed" | openssl pkey -inform DER -out "$work/key$1.pem"
    # The last 32 bytes of the SubjectPublicKeyInfo are the key itself.
    openssl pkey -in "$work/key$1.pem" -pubout -outform DER | tail -c 32 | hex >"$work/public$1"
}

# to_be_signed NAME_KEY PUBLIC_KEY NOT_AFTER: the TBSCertificate of a node. The last two differ from a node's own
# only in fixtures that must be refused.
to_be_signed() {
    local first serial
    first=$((16#${1:0:2}))
    serial=$(printf '%02X%s' $(((first & 0x3F) | 0x40)) "${1:2:30}")
    cat >"$work/certificate.conf" <<CONF
asn1 = SEQUENCE:certificate
[certificate]
version = EXPLICIT:0,INTEGER:2
serial = INTEGER:0x$serial
signature = SEQUENCE:ed25519
issuer = SEQUENCE:name
validity = SEQUENCE:validity
subject = SEQUENCE:name
key = SEQUENCE:key
extensions = EXPLICIT:3,SEQUENCE:extensions
[ed25519]
algorithm = OID:1.3.101.112
[name]
part = SET:common
[common]
pair = SEQUENCE:common_name
[common_name]
type = OID:2.5.4.3
value = UTF8String:$1
[validity]
from = UTCTIME:000101000000Z
to = $3
[key]
algorithm = SEQUENCE:ed25519
value = FORMAT:HEX,BITSTRING:$2
[extensions]
constraints = SEQUENCE:constraints
usage = SEQUENCE:usage
[constraints]
type = OID:2.5.29.19
critical = BOOLEAN:TRUE
value = OCTWRAP,SEQUENCE:none
[usage]
type = OID:2.5.29.15
critical = BOOLEAN:TRUE
value = OCTWRAP,FORMAT:BITLIST,BITSTRING:0
[none]
CONF
    openssl asn1parse -genconf "$work/certificate.conf" -noout -out "$work/contents.der"
}

# signed BY: the certificate around contents.der, signed by test identity BY, as PEM.
signed() {
    openssl pkeyutl -sign -rawin -inkey "$work/key$1.pem" -in "$work/contents.der" -out "$work/signature"
    wrapped "$(hex "$work/signature")"
}

# wrapped SIGNATURE: SEQUENCE { contents.der, Ed25519, BIT STRING }, as PEM.
wrapped() {
    local body
    body="$(hex "$work/contents.der")300506032b6570034100$1"
    unhex "3082$(printf '%04x' $((${#body} / 2)))$body" | pem
}

never="GENERALIZEDTIME:99991231235959Z"
make_key 1
make_key 2
one=$(<"$work/public1")
two=$(<"$work/public2")
mkdir "$work/certs"

to_be_signed "$one" "$one" "$never"
signed 1 >"$work/certs/good.pem"

to_be_signed "$one" "$two" "$never"
signed 2 >"$work/certs/wrong-key.pem"

to_be_signed "$one" "$one" "UTCTIME:010101000000Z"
signed 1 >"$work/certs/expired.pem"

to_be_signed "$two" "$two" "$never"
{ cat "$work/certs/good.pem"; signed 2; } >"$work/certs/chain-of-two.pem"

# The neutral element as key, and a signature that OpenSSL verifies although nobody holds such a key: R the same
# point, S zero.
neutral="01$(printf '00%.0s' {1..31})"
to_be_signed "$neutral" "$neutral" "$never"
wrapped "$neutral$(printf '00%.0s' {1..32})" >"$work/certs/small-order.pem"

# RSA keys do not come from a seed, so this one is made once and then only checked. Its key is thrown away.
is_rsa() { [[ -f $1 ]] && openssl x509 -in "$1" -noout -text | grep -q 'Public Key Algorithm: rsaEncryption'; }
if is_rsa certs/rsa.pem; then
    cp certs/rsa.pem "$work/certs/rsa.pem"
elif [[ ${1-} != --check ]]; then
    openssl req -x509 -newkey rsa:2048 -noenc -keyout /dev/null -subj "/CN=$one" -days 36500 \
        -out "$work/certs/rsa.pem" 2>/dev/null
fi

case ${1-} in
--check)
    diff -r --exclude=README.md "$work/certs" certs || {
        echo "certs/ is not what scripts/make-certs.sh makes" >&2
        exit 1
    }
    ;;
'') cp "$work"/certs/*.pem certs/ ;;
*)
    echo "usage: scripts/make-certs.sh [--check]" >&2
    exit 64
    ;;
esac

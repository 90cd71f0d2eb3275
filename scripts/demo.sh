#!/usr/bin/env bash
# The four-person story, played by real mesh-chat processes that talk TLS over loopback, each with its own empty HOME.
# Every step is checked; ends with 0 when all of it came true, with 1 at the first thing that did not.
set -euo pipefail
cd "$(dirname "$0")/.."

limit=30 # seconds to wait for any one line
configuration=${CONFIGURATION:-release}

scripts/install-packages.sh
echo "== Building mesh-chat ($configuration; the first time takes some minutes)"
swift build --configuration "$configuration" --product mesh-chat
program=$(swift build --configuration "$configuration" --show-bin-path)/mesh-chat

stage=$(mktemp --directory)
declare -A process input key contact
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_RUNTIME_DIR
for variable in "${!MESH_CHAT_@}"; do unset "$variable"; done

finish() {
    local status=$?
    for person in "${!process[@]}"; do kill -TERM "${process[$person]}" 2>/dev/null || true; done
    wait 2>/dev/null || true
    if [ "$status" -ne 0 ]; then
        echo
        echo "== The story broke off. What the programs said last:"
        tail --lines=15 "$stage"/*/messages "$stage"/*/notices 2>/dev/null || true
    fi
    rm --recursive --force "$stage"
}
trap finish EXIT
trap 'exit 1' INT TERM

# Keys have 64 digits; for the transcript their first 8 are enough.
shorten() { sed --regexp-extended 's/\b([0-9a-f]{8})[0-9a-f]{56}\b/\1…/g' <<<"$1"; }

scene() { printf '\n== %s\n' "$1"; }

# fail SENTENCE
fail() {
    printf '   FAILED: %s\n' "$1" >&2
    exit 1
}

# start PERSON [FLAG…]: the program in the background, its standard input a pipe that stays open.
start() {
    local person=$1
    shift
    mkdir --parents "$stage/$person/home"
    rm --force "$stage/$person/input"
    mkfifo "$stage/$person/input"
    HOME="$stage/$person/home" "$program" --nick "$person" --bind 127.0.0.1 --port 0 --no-discovery --invite-only "$@" \
        <"$stage/$person/input" >>"$stage/$person/messages" 2>>"$stage/$person/notices" &
    process[$person]=$!
    exec {descriptor}>"$stage/$person/input"
    input[$person]=$descriptor
    from_now "$person"
    expect_notice "$person" '^For a friend: '
    contact[$person]=$(grep '^For a friend: ' "$stage/$person/notices" | tail --lines=1 | cut --delimiter=' ' --fields=4)
    key[$person]=${contact[$person]%%@*}
}

# type_in PERSON TEXT
type_in() {
    printf '   %-8s types    %s\n' "$1" "$(shorten "$2")"
    printf '%s\n' "$2" >&"${input[$1]}"
}

# await PERSON FILE PATTERN: waits until a line matches that came after the last `from_now`; prints it.
await() {
    local file="$stage/$1/$2" from deadline=$((SECONDS + limit)) line
    from=$(cat "$stage/$1/$2.mark" 2>/dev/null || echo 0)
    while ! line=$(tail --bytes=+$((from + 1)) "$file" 2>/dev/null | grep --extended-regexp --max-count=1 -- "$3"); do
        kill -0 "${process[$1]}" 2>/dev/null || fail "$1's program has ended"
        [ $SECONDS -lt $deadline ] || fail "$1 did not see /$3/ within $limit s"
        sleep 0.05
    done
    printf '   %-8s sees     %s\n' "$1" "$(shorten "$line")"
}
expect_message() { await "$1" messages "$2"; }
expect_notice() { await "$1" notices "$2"; }

# from_now PERSON: what was said so far does not count any more.
from_now() {
    local file
    for file in messages notices; do
        touch "$stage/$1/$file"
        stat --format=%s "$stage/$1/$file" >"$stage/$1/$file.mark"
    done
}

# never PERSON TEXT: not in anything this person ever saw.
never() {
    if grep --quiet --fixed-strings -- "$2" "$stage/$1/messages"; then fail "$1 reads \"$2\""; fi
    printf '   %-8s never saw "%s"\n' "$1" "$2"
}

scene "Alice starts. Bob dials her and is turned away: the network is closed."
start alice
start bob --seed "${contact[alice]}"
expect_notice bob 'rejected by .*not invited yet'

scene "Alice invites Bob by his key. He joins."
type_in alice "/invite ${key[bob]}"
expect_notice alice 'bob joined'
expect_notice bob 'alice joined'

scene "Bob invites Charlie, who needs to know only Bob."
start charlie --seed "${contact[bob]}"
type_in bob "/invite ${key[charlie]}"
expect_notice charlie 'bob joined'
expect_notice alice 'charlie joined'

scene "They talk, to all and to one."
type_in alice "Grüße an alle, 日本語 👋"
expect_message bob 'alice: Grüße an alle, 日本語 👋'
expect_message charlie 'alice: Grüße an alle, 日本語 👋'
type_in charlie "Привет! Ça va?"
expect_message alice 'charlie: Привет! Ça va\?'
expect_message bob 'charlie: Привет! Ça va\?'
type_in bob "/dm alice nur für dich: Überraschung 🎁"
expect_message alice 'bob \(direct\): nur für dich: Überraschung 🎁'

scene "Charlie invites Dave. He comes late and reads what was said before, but no direct message of others."
start dave --seed "${contact[charlie]}"
type_in charlie "/invite ${key[dave]}"
expect_notice dave 'charlie joined'
expect_message dave 'alice: Grüße an alle, 日本語 👋'
expect_message dave 'charlie: Привет! Ça va\?'
type_in dave "Hallo, ich bin Dave"
expect_message alice 'dave: Hallo, ich bin Dave'
expect_message bob 'dave: Hallo, ich bin Dave'
never dave "Überraschung"
never charlie "Überraschung"

scene "Bob's program is killed. The others see him offline, not gone, and go on."
for person in alice charlie dave; do from_now "$person"; done
kill -KILL "${process[bob]}"
wait "${process[bob]}" 2>/dev/null || true
expect_notice alice 'bob is offline'
expect_notice charlie 'bob is offline'
expect_notice dave 'bob is offline'
type_in alice "/members"
expect_message alice "^${key[bob]}  offline  bob"
type_in dave "Wo ist Bob?"
expect_message alice 'dave: Wo ist Bob\?'
expect_message charlie 'dave: Wo ist Bob\?'

scene "Bob returns with the same identity and reads what he missed."
before=${key[bob]}
start bob
[ "$before" = "${key[bob]}" ] || fail "bob has another key"
expect_message bob 'dave: Wo ist Bob\?'
expect_notice alice 'bob joined'
type_in bob "Wieder da!"
expect_message alice 'bob: Wieder da!'
expect_message dave 'bob: Wieder da!'

scene "Alice revokes Charlie. He loses his links and reads nothing more."
from_now charlie
type_in alice "/revoke charlie"
expect_notice bob 'charlie was revoked by alice'
expect_notice dave 'charlie was revoked by alice'
expect_notice charlie 'revoked'
type_in charlie "/network"
expect_notice charlie ' 0 links'
type_in bob "Charlie ist draußen"
expect_message alice 'bob: Charlie ist draußen'
expect_message dave 'bob: Charlie ist draußen'
never charlie "draußen"

scene "Dave, whom Charlie had invited, stays."
type_in alice "/members"
expect_message alice "^${key[dave]}  online  dave"
expect_message alice "^${key[charlie]}  revoked  charlie"
type_in dave "Ich bleibe 🙂"
expect_message alice 'dave: Ich bleibe 🙂'
expect_message bob 'dave: Ich bleibe 🙂'
never charlie "Ich bleibe"

scene "All of it came true."

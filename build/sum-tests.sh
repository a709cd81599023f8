#!/bin/sh
# Sums the counters of all .trx files of a folder into the one closing line, after the fuzzer's tables, the reasons of what was skipped and
# the names of what failed. Fails when a test failed or none ran.
set -eu
folder=$1
all=$(cat "$folder"/*.trx 2>/dev/null || true)

named() { # outcome: "name: message" of each such test
    printf '%s\n' "$all" | awk -v outcome="$1" '
        /<UnitTestResult / { name = ""; if (index($0, "outcome=\"" outcome "\"")) { name = $0; sub(/.*testName="/, "", name); sub(/".*/, "", name) } }
        /<Message>/ && name != "" { message = $0; sub(/.*<Message>/, "", message); sub(/<\/Message>.*/, "", message); print "  " name "\n      " message; name = "" }' |
        sed 's/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&#xD;//g; s/&amp;/\&/g'
}

totals=$(printf '%s\n' "$all" | sed -n 's/.*<Counters total="\([0-9]*\)" executed="[0-9]*" passed="\([0-9]*\)" failed="\([0-9]*\)".*/\1 \2 \3/p' |
    awk '{ total += $1; passed += $2; failed += $3 } END { print total + 0, passed + 0, failed + 0 }')
printed() { # what one test wrote
    printf '%s\n' "$all" | awk -v test="$1" '
        /<UnitTestResult / { wanted = index($0, "." test "\"") }
        wanted && /<StdOut>/ { sub(/.*<StdOut>/, ""); printing = 1 }
        printing { ends = sub(/<\/StdOut>.*/, ""); print; if (ends) exit }' |
        sed 's/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&#xD;//g; s/&amp;/\&/g'
}

printed Fifty_thousand_cases_beyond_the_envelope_break_no_property

# shellcheck disable=SC2086
set -- $totals
total=$1 passed=$2 failed=$3
skipped=$((total - passed - failed))
[ "$skipped" -eq 0 ] || { echo 'Skipped'; named NotExecuted; }
[ "$failed" -eq 0 ] || { echo 'Failed'; named Failed; }
printf '%s passed, %s failed' "$passed" "$failed"
[ "$skipped" -eq 0 ] || printf ', %s skipped' "$skipped"
printf '\n'
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

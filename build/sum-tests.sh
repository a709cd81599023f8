#!/bin/sh
# Sums the counters of all .trx files of a folder into the one closing line, and fails when a test failed or none ran.
set -eu
folder=$1
totals=$(cat "$folder"/*.trx 2>/dev/null | sed -n 's/.*<Counters total="\([0-9]*\)" executed="[0-9]*" passed="\([0-9]*\)".*/\1 \2/p' | awk '{ total += $1; passed += $2 } END { print total + 0, passed + 0 }')
failed=$(cat "$folder"/*.trx 2>/dev/null | sed -n 's/.*<Counters .* failed="\([0-9]*\)".*/\1/p' | awk '{ failed += $1 } END { print failed + 0 }')
total=${totals% *}
passed=${totals#* }
skipped=$((total - passed - failed))
printf '%s passed, %s failed' "$passed" "$failed"
[ "$skipped" -eq 0 ] || printf ', %s skipped' "$skipped"
printf '\n'
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

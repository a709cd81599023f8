#!/bin/sh
# Refuses a MODEL that no image could be made of, before anything is downloaded or compiled, and says which models the image will hold.
# The rule for names is the enclave's own (Nitro.Enclave.Models.ModelSource), which refuses the same when it starts.
# usage: check-models.sh       MODEL="name[:version]=file …", several between spaces
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
maximum_models=256 # Nitro.Attestation.Claims.ModelManifest.MaximumEntries
usage='expected MODEL=name[:version]=path/file.onnx, several of them between spaces'

name_of() { # what it is, text, the model it is of: refuses what is none
    length=$(printf '%s' "$2" | wc -c)
    case $2 in
        '' | [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) ;;
        *) [ "$length" -gt 128 ] || return 0 ;;
    esac
    fail "not a model's $1: \"$2\"" "in       $3" 'expected 1 to 128 of the characters A-Z a-z 0-9 . _ -, the first a letter or digit' \
        "found    $length bytes: \"$2\"" 'what comes before the first = is name or name:version; give it another'
}

count=$(models | wc -l)
[ "$count" -le $maximum_models ] || fail "an image holds 1 to $maximum_models models" "found    $count" 'leave some out, or make two images'

models | {
    seen=' '
    while read -r model; do
        case $model in
            *=) fail "not a model: $model" "$usage" ;;
            *=*) ;;
            *) fail "not a model: $model" "$usage" ;;
        esac
        names=${model%%=*}
        path=${model#*=}
        name=${names%%:*}
        version=$(model_version "$names")
        name_of name "$name" "$model"
        name_of version "$version" "$model"
        case $seen in
            *" $name:$version "*)
                fail "the model $name version $version is given twice" "in       MODEL=${MODEL:-}" \
                    'expected each name and version once; one without a version has version 1' 'give one of them another version'
                ;;
        esac
        seen="$seen$name:$version "
        if ! { [ -f "$path" ] && [ -r "$path" ]; }; then
            set -- "in       $model" "$usage" "a path that does not begin with / is taken from $(pwd)"
            case $path in *=*) set -- "$@" "the path is all that follows the first =, and is \"$path\" here: is there one = too many?" ;; esac
            case ${MODEL:-} in
                *' '*) set -- "$@" 'a path with a space in it cannot be given: rename the file, or link to it: ln -s "my model.onnx" my-model.onnx' ;;
            esac
            fail "the model file cannot be read: $path" "$@"
        fi
        say "Model: $name:$version, $(stat -Lc %s -- "$path") bytes, SHA-256 $(digest "$path" | cut -c 1-16)…, $path"
    done
    [ -n "${MODEL:-}" ] || say '       (no MODEL is given: this is the default; MODEL=name[:version]=file.onnx, in capitals, names another)'
}

#!/bin/sh
# Puts the models into their folder of the root filesystem, and prints the enclave's arguments for them, one a line.
# Each is FOLDER/NAME/VERSION.onnx there, sorted, its version always said: names, versions and bytes decide what is measured; the files' own names and
# their order do not. A name has no / and begins with a letter or digit, so no two models share a path and none leaves the folder.
# usage: place-models.sh FOLDER       MODEL="name[:version]=file …", checked by check-models.sh
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
folder=$1
work_in_private
models > "$work/models"
while read -r model; do
    names=${model%%=*}
    name=${names%%:*}
    version=$(model_version "$names")
    mkdir -p "$folder/$name"
    cat < "${model#*=}" > "$folder/$name/$version.onnx"
    printf '%s\n' "$name:$version=/models/$name/$version.onnx"
done < "$work/models" > "$work/placed"
sort "$work/placed" | while read -r model; do printf '%s\n' --model "$model"; done

#!/bin/sh
# Refuses a MODEL that no image could be made of, before anything is downloaded or compiled.
# usage: check-models.sh       MODEL="name[:version]=file …", several between spaces
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
usage="expected MODEL=name[:version]=path/file.onnx, several of them between spaces; a path with a space in it cannot be given"
models | {
    files=/
    while read -r model; do
        case $model in
            -* | =* | *=) fail "not a model: $model" "$usage" ;;
            *=*) ;;
            *) fail "not a model: $model" "$usage" ;;
        esac
        path=${model#*=}
        [ -f "$path" ] && [ -r "$path" ] || fail "the model file cannot be read: $path" "$usage" "a path is taken from $(pwd)"
        file=$(basename -- "$path")
        case $files in
            */"$file"/*) fail "two models have the file name $file" "rename one: they lie in one folder of the image" ;;
        esac
        files=$files$file/
    done
}

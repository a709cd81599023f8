#!/bin/sh
# Refuses a MODEL that no image could be made of, before anything is downloaded or compiled.
# usage: check-models.sh       MODEL="name[:version]=file …", several between spaces
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
files=/
for model in ${MODEL:-$default_models}; do
    case $model in
        -* | =* | *=) fail "not a model: $model" "expected MODEL=name[:version]=path/file.onnx, several of them between spaces" ;;
        *=*) ;;
        *) fail "not a model: $model" "expected MODEL=name[:version]=path/file.onnx, several of them between spaces" ;;
    esac
    path=${model#*=}
    [ -f "$path" ] && [ -r "$path" ] || fail "the model file cannot be read: $path" "expected MODEL=name[:version]=path/file.onnx; the path is taken from $(pwd)"
    case $files in
        */"$(basename "$path")"/*) fail "two models have the file name $(basename "$path")" "rename one: they lie in one folder of the image" ;;
    esac
    files=$files$(basename "$path")/
done

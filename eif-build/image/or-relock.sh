#!/bin/sh
# `make image` for a machine that builds on its own, such as CI: archives drop old versions and SDKs get patches, and neither may stop it for ever.
# Builds the pinned image where that can be had. Where it cannot, pins anew in this clone, says so loudly, and builds that. An input that is served
# with other bytes than those pinned is no such case: nobody republishes a version, so somebody has to look.
# Exit codes: 0 there is an image, and a notice on standard error if it is not the pinned one; otherwise what failed for another reason.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/eif-build/image/common.sh"
make=${MAKE:-make}
notice() {
    printf '\n*** %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '*** %s\n' "$line" >&2; done
    printf '\n' >&2
}
cd "$root"
relocked=
status=0
sh eif-build/image/check-sdk.sh || status=$?
if [ $status -eq 0 ]; then sh eif-build/image/fetch.sh || status=$?; fi
case $status in
    0) ;;
    "$lock_does_not_fit")
        notice 'THE PINNED IMAGE CANNOT BE BUILT HERE: see above. Pinning what is served now, in this clone only.'
        "$make" --no-print-directory image-lock
        relocked=yes
        ;;
    *) exit $status ;;
esac
"$make" --no-print-directory image
[ -z "$relocked" ] || notice 'THIS IS NOT THE IMAGE THAT eif-build/image.lock PINNED: its PCRs are of the inputs that are served now.' \
    'Run make image-lock, review the change and commit it.'

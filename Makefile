# Verbs for people and for CI.

PROTOC ?= protoc
# Debian's package grpc-proto.
GRPC_PROTO ?= /usr/share/grpc-proto
# SwiftProtobuf's plugin and ours, built from this checkout.
PLUGINS := .build/debug
VENV := .venv-generate
GOOGLE_PROTOS := $(VENV)/protos
GOOGLE_PROTOS_VERSION := 1.76.0

.PHONY: generate generate-check conformance-grpc setup-peers soak-rpc

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

# The peers of the conformance runs: Debian's gRPC C++, and independent stacks from PyPI.
PEERS := .venv-peers
PEER_PACKAGES := grpcio==1.85.1 grpcio-tools==1.85.1 grpclib==0.4.9 h2==4.4.1

setup-peers: $(PEERS)/.installed
	dpkg -s libgrpc++-dev protobuf-compiler-grpc grpc-proto >/dev/null 2>&1 || \
	  apt-get install --yes --no-install-recommends \
	    libgrpc++-dev protobuf-compiler protobuf-compiler-grpc grpc-proto

$(PEERS)/.installed:
	python3 -m venv $(PEERS)
	$(PEERS)/bin/pip install --quiet $(PEER_PACKAGES)
	touch $@

# Our gRPC server and client against other people's, and against broken ones. ONLY=TEXT for a part.
conformance-grpc: setup-peers
	swift build --product interop-server
	swift build --product interop-client
	$(PEERS)/bin/python Tests/Conformance/grpc/run.py \
	  --bin "$$(swift build --show-bin-path)" --only "$(ONLY)"

# Streams by the ten thousand for a while: nothing lost, doubled or leaked. SOAK="--seconds=20 …".
soak-rpc:
	swift build -c release --product soak-rpc
	"$$(swift build -c release --show-bin-path)/soak-rpc" $(SOAK)

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
generate: generate-schema generate-standard generate-interop generate-connect generate-tests generate-details

# Fails, and shows where, when the checked-in code is not what the schemas say.
generate-check: generate
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
	$(call protoc,Sources/Schema,$(PUBLIC),-I Protos $(sort $(shell find Protos -name '*.proto')))

generate-standard: plugins
	$(call protoc,Sources/StandardSchema,$(PUBLIC),-I $(GRPC_PROTO) \
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
	swift build --product protoc-gen-swift
	swift build --product protoc-gen-gensyn

# A private environment, and in it a link to where its packages are.
$(GOOGLE_PROTOS):
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --no-deps googleapis-common-protos==$(GOOGLE_PROTOS_VERSION)
	ln -sfn "$$($(VENV)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" $@

.PHONY: conformance-programs conformance-connect

# What the runner of the Connect project's conformance suite starts.
conformance-programs:
	swift build -c release --product conformance-server
	swift build -c release --product conformance-client

# The suite itself, both sides. Its runner, connectconformance, is a Go program: the variable names
# it where it is not on the PATH.
CONNECTCONFORMANCE ?= connectconformance
conformance-connect: conformance-programs
	python3 Tests/Conformance/Connect/run.py --runner $(CONNECTCONFORMANCE) \
	  --programs "$$(swift build -c release --show-bin-path)"

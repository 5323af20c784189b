// swift-tools-version: 6.2
import PackageDescription

/// For generated code: what protoc-gen-swift writes for large messages uses unsafe constructs
/// without saying so.
let settingsOfGenerated: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

let settings = settingsOfGenerated + [.strictMemorySafety()]

/// One C module per library: an ordinary target, so that an edited shim is noticed.
func library(_ name: String, links: String...) -> Target {
  .target(name: name, linkerSettings: links.map { .linkedLibrary($0) })
}

func swift(
  _ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil,
  exclude: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: settings)
}

func schema(_ name: String, path: String? = nil) -> Target {
  .target(
    name: name, dependencies: ["RPC", protobuf], path: path,
    swiftSettings: settingsOfGenerated)
}

func program(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil,
  exclude: [String] = []
) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: settings)
}

let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

let arguments = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

let protobufPlugins = Target.Dependency.product(
  name: "SwiftProtobufPluginLibrary", package: "swift-protobuf")

let sqlite = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
  name: "gensyn",
  products: [
    .library(name: "GensynClient", targets: ["ABI", "GensynClient", "Wallet"]),
    .executable(name: "gensyn", targets: ["gensyn"]),
    .executable(name: "gensyn-gateway", targets: ["gensyn-gateway"]),
    .executable(name: "gensyn-worker", targets: ["gensyn-worker"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
  ],
  targets: [
    // C libraries, one module each.
    library("CNghttp2", links: "nghttp2"),
    library("COpenSSL", links: "ssl", "crypto"),
    library("CSodium", links: "sodium"),
    library("CProtobufC", links: "protobuf-c"),
    library("CHTTPParser", links: "http_parser"),
    library("CWslay", links: "wslay"),
    library("CZlib", links: "z"),
    library("CZstd", links: "zstd"),
    library("CGMP", links: "gmp"),
    library("CSecp256k1", links: "secp256k1"),
    library("CSystem"),
    library("CBLAKE3"),
    .target(name: "CKernels", exclude: ["Semantics.md"]),
    .target(name: "CWire", dependencies: ["CProtobufC"], exclude: ["protos"]),

    // Bytes, sockets and the protocols below RPC.
    swift("Buffers"),
    swift("Primitives", ["CBLAKE3"]),
    swift("Files"),
    swift("Net", ["CSystem"]),
    swift("TLS", ["Buffers", "COpenSSL"]),
    swift("Sodium", ["CSodium"]),
    swift("Transport", ["Buffers", "Net", "TLS"]),
    swift("HTTP", ["Buffers"]),
    swift("HTTP1", ["Buffers", "CHTTPParser", "HTTP"]),
    swift("HTTP2", ["Buffers", "CNghttp2", "HTTP"]),
    swift("WebSocket", ["Buffers", "COpenSSL", "CWslay", "HTTP"]),

    // RPC.
    swift("RPC", ["Buffers", "CSystem", protobuf]),
    swift("RPCWire", ["Buffers", "HTTP", "RPC", "CZlib", "CZstd", protobuf]),
    swift(
      "RPCServer",
      [
        "Buffers", "HTTP", "HTTP1", "HTTP2", "Net", "RPC", "RPCWire", "TLS", "Transport",
        "WebSocket",
      ]),
    swift(
      "RPCClient",
      ["Buffers", "HTTP", "HTTP1", "HTTP2", "Net", "RPC", "RPCWire", "TLS", "Transport"]),
    swift("Descriptors", [protobuf]),
    schema("Schema"),
    schema("StandardSchema"),
    program("protoc-gen-gensyn", [protobuf, protobufPlugins]),

    swift("Callers", ["Primitives", "RPC", "Sodium"]),
    swift("Observability", ["RPC", "RPCServer", logging]),

    // What engines state and clients check.
    swift("Receipts", ["Primitives", "Sodium"]),
    swift("Disputes", ["Primitives", "Receipts", "Sodium"], exclude: ["Design.md"]),

    // Clients.
    swift("Console"),
    swift(
      "GensynClient",
      [
        "ABI", "Callers", "Files", "KeyDerivation", "Primitives", "RPC", "RPCClient", "Receipts",
        "Schema", "Secp256k1", "Sodium", "StandardSchema", "TLS", "Wallet", protobuf,
      ],
      path: "clients/swift"),
    program(
      "gensyn",
      [
        "ABI", "ArrayFiles", "Console", "Descriptors", "Disputes", "Files", "GensynClient",
        "JSONTree",
        "KeyDerivation", "MarketParticipants", "Primitives", "Receipts", "RPC", "RPCClient",
        "Schema", "Secp256k1", "Sodium", "StandardSchema", "TLS", "Wallet", arguments, protobuf,
      ],
      path: "clients/cli"),
    library("CSandbox"),
    // Those who compute and check for others.
    swift(
      "MarketParticipants",
      [
        "ABI", "ContractBindings", "Files", "GensynClient", "Primitives", "Wallet", protobuf,
      ],
      path: "clients/market"),
    program(
      "gensyn-worker",
      [
        "CSandbox", "Files", "GatewayServices", "Primitives", "Receipts", "Sodium", arguments,
      ],
      path: "clients/worker"),
    program("quickstart", ["GensynClient"], path: "clients/examples/Quickstart"),

    // Keys of accounts, and what they sign.
    swift("JSONTree"),
    swift("KeyDerivation", ["COpenSSL", "CSodium"]),
    swift("Wallet", ["Files", "JSONTree", "KeyDerivation", "Primitives", "Secp256k1"]),

    // The chain's cryptography.
    swift("Secp256k1", ["CSecp256k1"]),
    swift("Curves"),
    swift("Precompiles", ["CGMP", "COpenSSL", "Curves", "Primitives", "Secp256k1", "Sodium"]),

    // NumPy's files.
    swift("ArrayFiles", ["CZlib"]),

    // Model files and their tokenizers.
    swift("ModelFiles"),
    swift("Tokenizers", ["ModelFiles"]),

    // Engines.
    swift("EVM", ["Precompiles", "Primitives", "Secp256k1"]),
    swift("Tracers", ["EVM", "Primitives"]),
    swift(
      "EthereumRPC",
      [
        "Chain", "EVM", "JSONTree", "Precompiles", "Primitives", "Secp256k1", "Tracers", "Wallet",
      ]),
    swift(
      "REE",
      [
        "ArrayFiles", "CKernels", "CProtobufC", "CWire", "Files", "ModelFiles", "Primitives",
        "Receipts", "Sodium", "Tokenizers",
      ],
      exclude: ["Design.md", "Language/Semantics.md"]),
    // What is asked of a run of a graph, and what is stated of it.
    swift("GraphRuns", ["Primitives", "REE", "Receipts", "Sodium", "Tokenizers"]),
    swift(
      "Training",
      ["CKernels", "ModelFiles", "Primitives", "REE", "Receipts", "Sodium", "Tokenizers"],
      exclude: ["Design.md"]),
    library("CLMDB", links: "lmdb"),
    swift(
      "Chain", ["CLMDB", "EVM", "Files", "Precompiles", "Primitives"], exclude: ["Design.md"]),
    // What a run of a graph commits to, and who can open and judge it.
    swift("Traces", ["Disputes", "GraphRuns", "Primitives", "REE", "Receipts"]),
    // What engines keep in SQLite.
    swift("Archive", ["Primitives", "Receipts", "Sodium", sqlite]),
    swift("ABI", ["Primitives"]),
    swift("ContractBindings", ["ABI", "Primitives"]),
    swift("Predeploys", ["ABI", "ContractBindings", "EVM", "Primitives"]),
    swift("MarketChain", ["ABI", "ContractBindings", "Market", "Primitives"]),
    swift(
      "Market", ["Files", "Primitives"], exclude: ["Design.md", "Economics.md", "economics.svg"]),

    // The gateway: one process, one node.
    swift(
      "GatewayServices",
      [
        "Archive", "Chain", "Descriptors", "Disputes", "EthereumRPC", "EVM", "Files", "GraphRuns",
        "ModelFiles", "Primitives", "Receipts", "REE", "RPC", "RPCServer", "Schema", "Sodium",
        "StandardSchema", "Tokenizers", "Traces", "Tracers", "Training", protobuf,
      ],
      path: "gateway/Services", exclude: ["Market"]),
    swift(
      "MarketServices",
      [
        "ABI", "Chain", "ContractBindings", "EVM", "Market", "MarketChain", "Primitives", "RPC",
        "Receipts", "Schema", "Secp256k1", "Sodium", "Wallet", protobuf,
      ],
      path: "gateway/Services/Market"),
    program(
      "gensyn-gateway",
      [
        "Archive", "Callers", "Chain", "ContractBindings", "EVM", "EthereumRPC", "Files",
        "GatewayServices", "KeyDerivation", "Market", "MarketServices", "Net", "Observability",
        "Predeploys", "Primitives", "REE", "RPC", "RPCClient", "RPCServer", "Schema", "Sodium",
        "StandardSchema", "TLS", "Wallet", "WebSocket", arguments, logging, protobuf,
      ],
      path: "gateway/Server"),

    // Tests, and the programs that they drive.
    schema("InteropSchema", path: "Tests/Interop/Schema"),
    swift(
      "InteropService", ["RPC", "InteropSchema", protobuf], path: "Tests/Interop/Service"),
    program(
      "interop-server", ["InteropService", "RPC", "RPCServer", "TLS"],
      path: "Tests/Interop/Server"),
    program(
      "interop-client",
      ["InteropSchema", "InteropService", "RPC", "RPCClient", "TLS", protobuf],
      path: "Tests/Interop/Client"),
    program(
      "soak-rpc", ["CSystem", "InteropSchema", "RPC", "RPCClient", "RPCServer", protobuf],
      path: "Tests/Soak", exclude: ["Chain", "chain.py", "models.py", "uploads.py"]),
    swift(
      "MarketHistories",
      ["ABI", "ContractBindings", "EVM", "Market", "MarketChain", "Predeploys", "Primitives"],
      path: "Tests/MarketHistories/Library"),
    program(
      "conformance-market-histories", ["MarketHistories"], path: "Tests/MarketHistories/Program"),
    program(
      "bench-market", ["Market"], path: "Tests/Benchmarks/market/Program"),
    program(
      "conformance-protobuf", ["Descriptors"], path: "Tests/Conformance/Protobuf"),
    program(
      "conformance-precompiles", ["Precompiles", "Primitives"],
      path: "Tests/Conformance/Precompiles/Program"),
    program(
      "conformance-onnx", ["Files", "REE"], path: "Tests/Conformance/ONNX/Program"),
    program("bench-ree", ["Files", "REE"], path: "Tests/Benchmarks/ree/Program"),
    tests("GraphRunsTests", ["GraphRuns", "ModelFixtures", "Primitives", "REE"]),
    schema("ConnectConformanceSchema", path: "Tests/Conformance/Connect/Schema"),
    swift(
      "ConnectConformance", ["ConnectConformanceSchema", "RPC", "RPCWire", protobuf],
      path: "Tests/Conformance/Connect/Service"),
    program(
      "conformance-server",
      ["ConnectConformance", "ConnectConformanceSchema", "RPC", "RPCServer", "TLS"],
      path: "Tests/Conformance/Connect/Server"),
    program(
      "conformance-client",
      ["ConnectConformance", "ConnectConformanceSchema", "RPC", "RPCClient", "TLS", protobuf],
      path: "Tests/Conformance/Connect/Client"),
    swift(
      "Fuzz",
      ["Buffers", "Descriptors", "HTTP", "HTTP1", "HTTP2", "RPC", "RPCWire", "TLS"],
      path: "Tests/Fuzz", exclude: ["EVM", "Program", "corpus", "run", "schema.binpb"]),
    swift("EVMFuzz", ["EVM", "Primitives"], path: "Tests/Fuzz/EVM"),
    program("fuzz", ["EVMFuzz", "Fuzz"], path: "Tests/Fuzz/Program"),
    // Each line of these hands pointers to C; marking them all would hide what they say.
    .testTarget(
      name: "CKernelsTests", dependencies: ["CKernels"], path: "Tests/CKernelsTests",
      swiftSettings: settingsOfGenerated),

    program(
      "conformance-tokenizers", ["Files", "ModelFiles", "Tokenizers"],
      path: "Tests/Conformance/tokenizers/Program"),
    program(
      "conformance-llm", ["Files", "REE", "Tokenizers"], path: "Tests/Conformance/llm/Program"),
    program(
      "conformance-training", ["Files", "Primitives", "Training"],
      path: "Tests/Conformance/Training/Program"),
    swift("ModelFixtures", ["ModelFiles"], path: "Tests/ModelFixtures"),
    tests("ModelFilesTests", ["Files", "ModelFiles", "ModelFixtures"]),
    .testTarget(
      name: "TokenizersTests", dependencies: ["ModelFiles", "ModelFixtures", "Tokenizers"],
      path: "Tests/TokenizersTests", exclude: ["Fixtures"], swiftSettings: settings),
    tests("PrimitivesTests", ["Primitives", "CBLAKE3"]),
    tests("ReceiptsTests", ["Primitives", "Receipts", "Sodium"]),
    swift(
      "DisputeFixtures", ["Disputes", "Primitives", "Receipts", "Sodium"],
      path: "Tests/DisputeFixtures"),
    program(
      "conformance-disputes",
      [
        "DisputeChain", "DisputeFixtures", "Disputes", "Files", "GraphRuns", "ModelFixtures",
        "Primitives", "REE", "Receipts", "Sodium", "Traces",
      ], path: "Tests/Conformance/disputes/Program"),
    swift(
      "DisputeChain",
      ["ABI", "ContractBindings", "Disputes", "EVM", "Predeploys", "Primitives", "Receipts"],
      path: "Tests/DisputeChain"),
    tests(
      "DisputesTests",
      ["DisputeChain", "DisputeFixtures", "Disputes", "Primitives", "Receipts", "Sodium"]),
    tests("ArchiveTests", ["Archive", "Primitives", "Receipts", "Sodium"]),
    tests("ABITests", ["ABI", "Primitives"]),
    tests(
      "MarketServicesTests",
      [
        "ABI", "Chain", "ContractBindings", "EVM", "Market", "MarketServices", "Predeploys",
        "Primitives", "RPC", "Receipts", "Schema", "Secp256k1", "Sodium", "Wallet", protobuf,
      ]),
    tests(
      "PredeploysTests",
      ["ABI", "ContractBindings", "EVM", "Predeploys", "Primitives", "Secp256k1"]),
    tests("MarketTests", ["Files", "Market", "MarketHistories", "Primitives", "Sodium"]),
    tests(
      "REETests",
      ["ArrayFiles", "Files", "ModelFiles", "ModelFixtures", "Primitives", "REE", "Tokenizers"]),
    tests(
      "TrainingTests", ["CKernels", "Primitives", "REE", "Receipts", "Sodium", "Training"]),
    tests("RPCTests", ["RPC", "InteropSchema", protobuf]),
    tests("RPCWireTests", ["Buffers", "HTTP", "RPC", "RPCWire", "Fuzz", protobuf]),
    tests("DescriptorsTests", ["Descriptors", protobuf]),
    tests("HTTP2Tests", ["Buffers", "HTTP", "HTTP2"]),
    tests("HTTP1Tests", ["Buffers", "HTTP", "HTTP1"]),
    tests("TLSTests", ["Buffers", "TLS"]),
    tests("JSONTreeTests", ["JSONTree"]),
    tests(
      "WalletTests",
      ["EVM", "Files", "JSONTree", "KeyDerivation", "Primitives", "Secp256k1", "Wallet"]),
    tests("WebSocketTests", ["Buffers", "HTTP", "WebSocket"]),
    tests("SodiumTests", ["Sodium"]),
    swift(
      "EVMConformance", ["CZstd", "EVM", "Primitives"], path: "Tests/Conformance/EVM/Suites"),
    program("conformance-evm", ["EVMConformance"], path: "Tests/Conformance/EVM/Program"),
    program(
      "conformance-eels", ["EVMConformance"], path: "Tests/Conformance/EELS/Program"),
    program("bench-evm", ["EVM", "Primitives"], path: "Tests/Benchmarks/evm/Program"),
    .testTarget(
      name: "EVMTests",
      dependencies: ["EVM", "EVMConformance", "EVMFuzz", "Precompiles", "Primitives"],
      path: "Tests/EVMTests", exclude: ["Fixtures"], swiftSettings: settings),
    program(
      "bench-chain", ["Chain", "EVM", "Primitives", "Secp256k1"], path: "Tests/Benchmarks/chain"),
    program(
      "soak-chain", ["Chain", "EVM", "Primitives", "Secp256k1"], path: "Tests/Soak/Chain"),
    swift(
      "RPCReplay", ["Chain", "EVM", "EthereumRPC", "JSONTree", "Primitives"],
      path: "Tests/Conformance/RPCReplay/Suite"),
    program(
      "conformance-rpc-replay", ["RPCReplay"], path: "Tests/Conformance/RPCReplay/Program"),
    tests(
      "EthereumRPCTests",
      ["Chain", "EVM", "EthereumRPC", "JSONTree", "Primitives", "RPCReplay", "Wallet"]),
    tests("TracersTests", ["EVM", "Primitives", "Tracers"]),
    tests("ChainTests", ["Chain", "EVM", "Files", "Primitives", "Secp256k1"]),
    tests("Secp256k1Tests", ["Primitives", "Secp256k1"]),
    tests("CurvesTests", ["Curves", "Primitives"]),
    .testTarget(
      name: "PrecompilesTests", dependencies: ["Precompiles", "Primitives", "Secp256k1"],
      path: "Tests/PrecompilesTests", exclude: ["vectors"], swiftSettings: settings),
    tests("TidyTests", []),
    tests("CallersTests", ["Callers", "Primitives", "RPC", "Sodium"]),
    tests(
      "GatewayTests",
      [
        "gensyn-gateway", "Archive", "Chain", "Disputes", "EVM", "EthereumRPC", "GatewayServices",
        "ModelFixtures", "Primitives", "REE", "RPC", "RPCClient", "RPCServer", "Receipts", "Schema",
        "Sodium", "StandardSchema", "Wallet", protobuf,
      ]),
    tests("ObservabilityTests", ["Observability", "RPC", "RPCServer", logging]),
    tests(
      "CLITests",
      [
        "Console", "Descriptors", "Files", "GensynClient", "InteropSchema", "InteropService",
        "Primitives", "RPC", "RPCClient", "RPCServer", "Schema", "StandardSchema", "gensyn",
        arguments, protobuf,
      ]),
    tests(
      "EndToEndTests",
      ["HTTP2", "InteropSchema", "InteropService", "RPC", "RPCClient", "RPCServer", protobuf]),
  ]
)

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

func program(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: settings)
}

let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

let protobufPlugins = Target.Dependency.product(
  name: "SwiftProtobufPluginLibrary", package: "swift-protobuf")

let package = Package(
  name: "gensyn",
  products: [],
  dependencies: [
    .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0")
  ],
  targets: [
    library("CNghttp2", links: "nghttp2"),
    library("COpenSSL", links: "ssl", "crypto"),
    library("CSodium", links: "sodium"),
    library("CProtobufC", links: "protobuf-c"),
    library("CHTTPParser", links: "http_parser"),
    library("CZlib", links: "z"),
    library("CZstd", links: "zstd"),
    library("CSystem"),

    swift("Buffers"),
    swift("Net", ["CSystem"]),
    swift("HTTP", ["Buffers"]),
    swift("RPC", ["Buffers", "CSystem", protobuf]),
    schema("Schema"),
    schema("StandardSchema"),
    program("protoc-gen-gensyn", [protobuf, protobufPlugins]),
    schema("InteropSchema", path: "Tests/Interop/Schema"),

    tests("RPCTests", ["RPC", "InteropSchema", protobuf]),
    schema("AwkwardSchema", path: "Tests/GeneratorTests/Schema"),
    .testTarget(
      name: "GeneratorTests", dependencies: ["AwkwardSchema", "RPC", protobuf],
      path: "Tests/GeneratorTests", exclude: ["Schema", "awkward.proto"], swiftSettings: settings),

  ]
)

// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

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

func program(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
  .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: settings)
}

let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

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
    swift("TLS", ["Buffers", "COpenSSL"]),
    swift("Sodium", ["CSodium"]),
    tests("TLSTests", ["Buffers", "TLS"]),
    tests("SodiumTests", ["Sodium"]),
  ]
)

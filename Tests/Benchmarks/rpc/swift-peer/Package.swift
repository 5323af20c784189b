// swift-tools-version: 6.2
import PackageDescription

// A peer of the benchmark and no part of the product: built on demand, by `make bench-rpc-swift`.
// The folder cannot be called grpc-swift-2: it would hide the package of that name.
let package = Package(
  name: "grpc-swift-2-peer",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/grpc/grpc-swift-2.git", exact: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport.git", exact: "2.9.2"),
    .package(url: "https://github.com/grpc/grpc-swift-protobuf.git", exact: "2.4.1"),
    .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.38.0"),
  ],
  targets: [
    .executableTarget(
      name: "peer",
      dependencies: [
        .product(name: "GRPCCore", package: "grpc-swift-2"),
        .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
        .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ])
  ])

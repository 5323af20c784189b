internal import SwiftProtobuf
internal import SwiftProtobufPluginLibrary

/// Writes service protocols, clients and fakes for protoc.
@main
struct Plugin: CodeGenerator {
  let version: String? = "1.0.0"
  let projectURL: String? = nil
  let copyrightLine: String? = nil
  let supportedFeatures: [Google_Protobuf_Compiler_CodeGeneratorResponse.Feature] = [
    .proto3Optional, .supportsEditions,
  ]
  let supportedEditionRange = DescriptorSet.bundledEditionsSupport

  func generate(
    files: [FileDescriptor], parameter: any CodeGeneratorParameter,
    protoCompilerContext: any ProtoCompilerContext, generatorOutputs: any GeneratorOutputs
  ) throws {
    let options = try Options(parameter.parsedPairs)
    let namespaces = try Namespace.all(of: files, mappings: options.mappings)
    for namespace in namespaces {
      let package = NamespaceFile(namespace: namespace, all: namespaces, options: options)
      try generatorOutputs.add(
        fileName: options.fileName(for: namespace.files[0].name, base: namespace.name),
        contents: package.contents)
      for file in namespace.files where !file.services.isEmpty {
        try generatorOutputs.add(
          fileName: options.fileName(for: file.name),
          contents: ServiceFile(file: file, namespace: namespace, options: options).contents)
      }
    }
  }
}

/// What a schema or an option asks for and cannot get.
struct Refusal: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

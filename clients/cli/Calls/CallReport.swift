internal import FoundationEssentials
internal import RPC

/// What `--verbose` tells about a call.
struct CallReport {
  private let isVerbose: Bool
  private let start = ContinuousClock.now

  init(isVerbose: Bool) {
    self.isVerbose = isVerbose
  }

  func began(_ method: RPC.MethodDescriptor, at gateway: String, _ metadata: Metadata) {
    guard isVerbose else { return }
    Note.write("* \(gateway)")
    Note.write("> \(method.path)")
    show(metadata, with: ">")
  }

  func answered(_ metadata: Metadata) {
    guard isVerbose else { return }
    Note.write("* headers after \(elapsed)")
    show(metadata, with: "<")
  }

  func ended(_ status: Status.Code, _ trailers: Metadata, _ counter: CallCounter) {
    guard isVerbose else { return }
    if !trailers.isEmpty { Note.write("* trailers") }
    show(trailers, with: "<")
    Note.write("* \(status) after \(elapsed); \(counter.summary)")
  }

  private func show(_ metadata: Metadata, with mark: String) {
    for field in metadata.fields {
      switch field.value {
      case .text(let text): Note.write("\(mark) \(field.name): \(text)")
      case .binary(let bytes):
        Note.write("\(mark) \(field.name): \(Data(bytes).base64EncodedString())")
      }
    }
  }

  private var elapsed: String {
    let microseconds = Int((ContinuousClock.now - start) / .microseconds(1))
    return "\(microseconds / 1000).\(microseconds % 1000 / 100) ms"
  }
}

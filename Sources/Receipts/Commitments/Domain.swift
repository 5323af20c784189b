internal import Primitives

/// What a digest is made for, so that one thing's digest is never another's.
enum Domain: String {
  case tensor = "gensyn.ree.tensor.v1"
  case name = "gensyn.ree.name.v1"
  case record = "gensyn.ree.record.v1"

  func hash(_ bytes: [UInt8]) -> Digest {
    var hasher = BLAKE3(derivingKeyFor: rawValue)
    hasher.update(bytes)
    return hasher.finalize()
  }
}

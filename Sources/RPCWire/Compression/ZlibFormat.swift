/// What is around a deflate stream, as zlib wants it: in the number of bits of the window.
enum ZlibFormat {
  case gzip
  case zlib

  var windowBits: Int32 {
    switch self {
    case .gzip: 15 + 16
    case .zlib: 15
    }
  }
}

internal import Glibc

enum Process {
  /// Ends the process; what waits in other threads ends with it.
  static func leave(_ code: Int32) -> Never {
    exit(code)
  }
}

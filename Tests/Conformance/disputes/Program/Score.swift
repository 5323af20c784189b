internal import Disputes
internal import Glibc

/// What was tried, a line each, and how much of it went as it must.
struct Score {
  private(set) var passed = 0
  private(set) var total = 0

  mutating func add(_ name: String, _ isRight: Bool, _ details: String) {
    total += 1
    passed += isRight ? 1 : 0
    print("\(isRight ? "ok  " : "FAIL") \(name): \(details)")
  }

  func finish() {
    print("conformance-disputes: \(passed)/\(total)")
    exit(passed == total ? 0 : 1)
  }
}

extension Verdict {
  /// The referee's work, and how long it took to come there.
  func summary(of movesMax: Int) -> String {
    "\(self); \(moveCount) moves of at most \(movesMax), \(work.bytesOpened) bytes opened, "
      + "\(work.multiplyAdds) multiply-adds, \(work.operatorsComputed) operators computed"
  }
}

/// Where the calls of one loop have their state.
///
/// Memory is used again, values are not: each call begins with a whole new one, so that nothing of
/// one call can reach another.
@safe
struct CallSlab: ~Copyable {
  private var unused: [UnsafeMutablePointer<CallState>] = unsafe []

  private static let unusedMax = 1024

  deinit {
    for index in unsafe unused.indices { unsafe Self.free(unused[index]) }
  }

  @unsafe
  mutating func take() -> UnsafeMutablePointer<CallState> {
    if let address = unsafe unused.popLast() { return unsafe address }
    let address = UnsafeMutablePointer<CallState>.allocate(capacity: 1)
    unsafe address.initialize(to: CallState())
    return unsafe address
  }

  @unsafe
  mutating func give(_ address: UnsafeMutablePointer<CallState>) {
    guard unsafe unused.count < Self.unusedMax else { return unsafe Self.free(address) }
    let old = unsafe address.move()
    unsafe address.initialize(to: CallState(reusing: old))
    unsafe unused.append(address)
  }

  @unsafe
  static func free(_ address: UnsafeMutablePointer<CallState>) {
    unsafe address.deinitialize(count: 1)
    unsafe address.deallocate()
  }
}

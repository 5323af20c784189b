internal import CSecp256k1
internal import Glibc

/// The library's context, made once; nothing changes it afterwards, so every thread may use it.
enum Library {
  static var context: OpaquePointer { unsafe shared.context }

  private static let shared = Shared()

  @safe
  private final class Shared: @unchecked Sendable {
    // Unchecked: only `init` writes to what it points at.
    let context: OpaquePointer

    init() {
      guard let context = unsafe secp256k1_context_create(csecp256k1_context_sign_verify) else {
        fatalError("out of memory")
      }
      unsafe self.context = context
      // Blinds the multiplications with secret scalars against side channels.
      var seed = [UInt8](repeating: 0, count: 32)
      guard unsafe getentropy(&seed, seed.count) == 0,
        unsafe secp256k1_context_randomize(context, seed) == 1
      else { fatalError("no entropy from the system") }
      unsafe explicit_bzero(&seed, seed.count)
    }
  }
}

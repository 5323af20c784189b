internal import Primitives

/// One call or creation that runs: everything the loop needs to go on where it stopped.
@safe
struct Frame {
  /// Keeps the code alive while the frame runs.
  var code: Unmanaged<Code>
  var pc: CodePlace
  var stackBase: StackPlace
  var stack: StackPlace
  var gas: Int64
  var memory: MemoryPlace
  var memorySize: Int

  var input: ByteRange
  /// Whose storage and balance it is.
  var account: AccountReference
  var address: Address
  var caller: Address
  var value: U256
  var isStatic: Bool
  /// Set for creations: the bytes it returns become code.
  var isCreation: Bool

  /// Where the state goes back to when it fails.
  var checkpoint: WorldState.Checkpoint
  var number: UInt32
  /// Where in the caller's memory the output goes.
  var outputOffset: Int
  var outputSize: Int
  /// Why it ends when its loop is not running.
  var pendingHalt: Halt?
}

/// A frame's place.
@safe
struct FrameReference {
  let pointer: UnsafeMutablePointer<Frame>

  var frame: Frame {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(pointer) }
    @inline(__always) nonmutating unsafeMutableAddress { unsafe pointer }
  }
}

/// Why the loop came back.
enum Exit {
  case stopped
  case returned
  case reverted
  case halted(Halt)
  case call(Opcode)
  case create(Opcode)
}

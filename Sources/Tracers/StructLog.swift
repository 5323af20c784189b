public import Primitives

/// One executed instruction, as the struct logs of EIP-3155 and of geth show it.
public struct StructLog: Hashable, Sendable {
  public var pc: Int
  public var opcode: UInt8
  public var name: String
  /// Gas left before it.
  public var gas: Int64
  /// For a call, with what the callee gets.
  public var gasCost: Int64
  /// 1 for the outermost call.
  public var depth: Int
  /// Gas to give back so far.
  public var refund: Int64
  /// The top last; nil where it was not asked for.
  public var stack: [U256]?
  public var memory: [UInt8]?
  /// Bytes.
  public var memorySize: Int
  /// The slots of the contract that were read or written so far, at an instruction that reads or
  /// writes one.
  public var storage: [U256: U256]?
  public var returnData: [UInt8]?
  public var failure: String?
}

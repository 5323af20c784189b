/// A value at an address of its own, freed with the cell.
///
/// For what callbacks and tasks of one event loop touch in turns, many times a call: a class's
/// stored properties would have the runtime note every access. Nobody checks accesses to a cell,
/// so its owner must not let two overlap.
@safe
public struct Cell<Value: ~Copyable>: ~Copyable {
  @usableFromInline
  let address: UnsafeMutablePointer<Value>

  @inlinable
  public init(_ value: consuming Value) {
    unsafe address = .allocate(capacity: 1)
    unsafe address.initialize(to: value)
  }

  @inlinable
  deinit {
    unsafe address.deinitialize(count: 1)
    unsafe address.deallocate()
  }

  // Addressors and not coroutines, whose frames would be allocated wherever they are not inlined.
  @inlinable
  public var value: Value {
    @inline(__always) unsafeAddress { unsafe UnsafePointer(address) }
    @inline(__always) nonmutating unsafeMutableAddress { unsafe address }
  }

  /// Where the value is, for accessors that stand for it.
  @unsafe
  @inlinable
  public var pointer: UnsafeMutablePointer<Value> { unsafe address }
}

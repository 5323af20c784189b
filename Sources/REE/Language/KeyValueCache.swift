/// Keys and values of the tokens so far, for all layers.
///
/// Keys lie as the packed right side of a product (`ree_matmul_pack` with one block of k, for heads of
/// up to 256 elements): for each 32 positions, [element][position]. Values lie [position][element].
final class KeyValueCache {
  let capacity: Int
  private let keys: [FloatMemory]
  private let values: [FloatMemory]
  private let headWidth: Int
  private let headCount: Int

  init(_ configuration: DecoderConfiguration, capacity: Int) {
    headWidth = configuration.headWidth
    headCount = configuration.keyValueHeadCount
    self.capacity = Self.rounded(capacity)
    let size = self.capacity * configuration.keyValueWidth
    keys = (0..<configuration.layerCount).map { _ in FloatMemory(size) }
    values = (0..<configuration.layerCount).map { _ in FloatMemory(size) }
  }

  static func sizeBytes(_ configuration: DecoderConfiguration, capacity: Int) -> Int {
    rounded(capacity) * configuration.keyValueWidth * configuration.layerCount * 8
  }

  private static func rounded(_ capacity: Int) -> Int { (capacity + 31) / 32 * 32 }

  func store(
    layer: Int, position: Int, keys row: UnsafePointer<Float>, values: UnsafePointer<Float>
  ) {
    precondition(position < capacity)
    for head in 0..<headCount {
      let key =
        unsafe self.keys[layer].start + head * capacity * headWidth + position / 32 * 32 * headWidth
        + position % 32
      let value = unsafe value(layer: layer, head: head) + position * headWidth
      for element in 0..<headWidth {
        unsafe key[element * 32] = unsafe row[head * headWidth + element]
        unsafe value[element] = unsafe values[head * headWidth + element]
      }
    }
  }

  func key(layer: Int, head: Int) -> UnsafeMutablePointer<Float> {
    unsafe keys[layer].start + head * capacity * headWidth
  }

  func value(layer: Int, head: Int) -> UnsafeMutablePointer<Float> {
    unsafe values[layer].start + head * capacity * headWidth
  }
}

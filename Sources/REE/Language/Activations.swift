internal import CKernels

/// Rows that are about to be multiplied with weights, as numbers and as 8-bit blocks.
///
/// Block formats multiply integers: each 32 elements share the scale greatest / 127.
final class Activations {
  private let rowsMax: Int
  private let quantized: ByteMemory
  private let scales: FloatMemory
  private let sums: ByteMemory
  private(set) var floats: FloatMemory
  private(set) var rows = 0
  private(set) var width = 0
  private var isQuantized = false

  init(rowsMax: Int, widthMax: Int) {
    self.rowsMax = rowsMax
    let blocks = rowsMax * ((widthMax + 31) / 32)
    quantized = ByteMemory(blocks * 32)
    scales = FloatMemory(blocks)
    sums = ByteMemory(blocks * 4)
    floats = FloatMemory(0)
  }

  static func sizeBytes(rowsMax: Int, widthMax: Int) -> Int {
    rowsMax * ((widthMax + 31) / 32) * 40
  }

  /// Takes rows that stay as they are until the products are done.
  func use(_ floats: FloatMemory, rows: Int, width: Int) {
    precondition(rows <= rowsMax && rows * width <= floats.count)
    self.floats = floats
    self.rows = rows
    self.width = width
    isQuantized = false
  }

  /// Gives a product with blocks its left side.
  func assign(to product: inout ree_blocks_matmul) {
    let q = unsafe quantized.start.assumingMemoryBound(to: Int8.self)
    let sum = unsafe sums.start.assumingMemoryBound(to: Int32.self)
    if !isQuantized {
      unsafe ree_quantize_blocks(floats.start, rows, width, q, scales.start, sum)
      isQuantized = true
    }
    unsafe product.q = unsafe UnsafePointer(q)
    unsafe product.scale = unsafe UnsafePointer(scales.start)
    unsafe product.sum = unsafe UnsafePointer(sum)
  }
}

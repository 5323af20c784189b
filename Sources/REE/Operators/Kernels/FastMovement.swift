extension Call {
  /// Elements of four bytes to another order of axes.
  func fastTranspose() throws -> [Value?]? {
    let x = try tensor(0)
    let given = try ints("perm") ?? x.shape.indices.reversed()
    guard x.elementType.sizeBytes == 4, x.count > 0, given.count == x.rank else { return nil }
    let order = try given.axes(rank: x.rank)
    if order == Array(0..<x.rank) { return nil }
    let result = try makeUnwritten(UInt32.self, order.map { x.shape[$0] }, as: x.elementType)
    let (shape, own) = (result.shape, x.strides)
    let strides = order.map { own[$0] }
    // Neighbours that stay neighbours move together.
    var run = 1
    var axis = shape.count - 1
    while axis >= 0, strides[axis] == run || shape[axis] == 1 {
      run *= shape[axis]
      axis -= 1
    }
    guard axis >= 0 else { return nil }
    let (count, stride) = (shape[axis], strides[axis])
    var walk = Walk(Array(shape[..<axis]), [Array(strides[..<axis])])
    unsafe x.elements(UInt32.self).withPointer { source in
      unsafe result.withPointer { target in
        var next = unsafe target
        for _ in 0..<walk.count {
          var place = unsafe source + walk.positions[0]
          for _ in 0..<count {
            if run == 1 {
              unsafe next.pointee = unsafe place.pointee
            } else {
              unsafe next.update(from: place, count: run)
            }
            unsafe next += run
            unsafe place += stride
          }
          walk.advance()
        }
      }
    }
    return [.tensor(result.tensor)]
  }

  /// Elements of four bytes, chosen row by row.
  func fastWhere() throws -> [Value?]? {
    let (choice, a, b) = (try tensor(0), try tensor(1), try tensor(2))
    guard choice.elementType == .bool, a.elementType == b.elementType,
      a.elementType.sizeBytes == 4
    else { return nil }
    let shape = try Broadcast.shape([choice.shape, a.shape, b.shape])
    let result = try makeUnwritten(UInt32.self, shape, as: a.elementType)
    guard result.count > 0 else { return [.tensor(result.tensor)] }
    let rank = shape.count
    let strides = try [choice, a, b].map { try Broadcast.strides($0.shape, in: shape) }
    // What is alike in all three, or the same for a whole row, is one long row.
    var axis = rank
    var run = 1
    var steps = [0, 0, 0]
    while axis > 0 {
      let next = strides.map { $0[axis - 1] }
      if shape[axis - 1] != 1 {
        let fits = (0..<3).allSatisfy {
          run == 1 ? next[$0] <= 1 : next[$0] == (steps[$0] == 0 ? 0 : run)
        }
        guard fits else { break }
        if run == 1 { steps = next }
      }
      run *= shape[axis - 1]
      axis -= 1
    }
    var walk = Walk(Array(shape[..<axis]), strides.map { Array($0[..<axis]) })
    unsafe choice.elements(UInt8.self).withPointer { flags in
      unsafe a.elements(UInt32.self).withPointer { first in
        unsafe b.elements(UInt32.self).withPointer { second in
          unsafe result.withPointer { target in
            for row in 0..<walk.count {
              let (f, x, y) = unsafe (
                flags + walk.positions[0], first + walk.positions[1], second + walk.positions[2]
              )
              let z = unsafe target + row * run
              for index in 0..<run {
                let isFirst = unsafe f[index &* steps[0]] != 0
                unsafe z[index] = unsafe isFirst ? x[index &* steps[1]] : y[index &* steps[2]]
              }
              walk.advance()
            }
          }
        }
      }
    }
    return [.tensor(result.tensor)]
  }

  func fastIsNaN() throws -> [Value?]? {
    let x = try tensor(0)
    guard x.elementType == .float32 else { return nil }
    let result = try makeUnwritten(UInt8.self, x.shape, as: .bool)
    unsafe x.elements(UInt32.self).withPointer { source in
      unsafe result.withPointer { target in
        for index in 0..<x.count {
          unsafe target[index] = unsafe source[index] & 0x7fff_ffff > 0x7f80_0000 ? 1 : 0
        }
      }
    }
    return [.tensor(result.tensor)]
  }
}

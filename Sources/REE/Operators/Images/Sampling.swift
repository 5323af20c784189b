/// Elements of an image at places that a grid names, between -1 and 1 along each axis.
///
/// Coordinates and weights are computed in float64.
private struct GridSampler: RealVisitor {
  let x: Tensor
  let grid: Tensor
  let mode: String
  let padding: String
  let alignsCorners: Bool
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    guard let places = grid.doubles() else {
      throw OperatorError.wrongType(input: 1, grid.elementType)
    }
    let axes = x.rank - 2
    let sizes = Array(x.shape[2...])
    let strides = Tensor.strides(of: sizes)
    let plane = sizes.reduce(1, *)
    let shape = Array(x.shape[..<2]) + grid.shape[1...axes]
    let result = try call.make(T.self, shape)
    let values = x.elements(T.self)
    let points = shape[2...].reduce(1, *)
    for batch in 0..<x.shape[0] {
      for point in 0..<points {
        // The last axis of the image comes first in the grid.
        let taps = (0..<axes).map { axis in
          self.taps(
            places[((batch * points) + point) * axes + (axes - 1 - axis)], size: sizes[axis])
        }
        for channel in 0..<x.shape[1] {
          let start = (batch * x.shape[1] + channel) * plane
          var sum = 0.0
          forEach(taps) { indices, weight in
            var position = start
            for (axis, index) in indices.enumerated() {
              guard let index else { return }
              position += index * strides[axis]
            }
            sum += Double(values[position]) * weight
          }
          result[(batch * x.shape[1] + channel) * points + point] = T(sum)
        }
      }
    }
    return result.tensor
  }

  /// Which elements along one axis count, and how much; `nil`: a zero outside of the image.
  private func taps(_ place: Double, size: Int) -> [(index: Int?, weight: Double)] {
    var x =
      alignsCorners
      ? (place + 1) / 2 * Double(size - 1) : ((place + 1) * Double(size) - 1) / 2
    guard x.isFinite, x.magnitude < 1e9 else { return [] }
    if padding == "border", mode != "cubic" { x = min(max(x, 0), Double(size - 1)) }
    if padding == "reflection", mode != "cubic" { x = reflect(x, size) }
    let first = x.rounded(.down)
    let part = x - first
    let list: [(Double, Double)]
    switch mode {
    case "nearest": list = [(x.rounded(.toNearestOrEven), 1)]
    case "cubic":
      func kernel(_ d: Double) -> Double {
        d <= 1
          ? ((1.25 * d) - 2.25) * d * d + 1 : ((-0.75 * d + 3.75) * d - 6) * d + 3
      }
      list = [
        (first - 1, kernel(1 + part)), (first, kernel(part)), (first + 1, kernel(1 - part)),
        (first + 2, kernel(2 - part)),
      ]
    default: list = [(first, 1 - part), (first + 1, part)]
    }
    return list.map { place, weight in
      var index = place
      if padding == "border" { index = min(max(index, 0), Double(size - 1)) }
      if padding == "reflection" { index = reflect(index, size).rounded(.toNearestOrEven) }
      return (index >= 0 && index < Double(size) ? Int(index) : nil, weight)
    }
  }

  private func reflect(_ x: Double, _ size: Int) -> Double {
    let (low, high) = alignsCorners ? (0, Double(size - 1)) : (-0.5, Double(size) - 0.5)
    let span = high - low
    guard span > 0 else { return 0 }
    let distance = x < low ? low - x : x > high ? x - high : 0
    guard distance > 0 else { return x }
    let turns = (distance / span).rounded(.towardZero)
    let rest = distance - turns * span
    let isEven = turns.truncatingRemainder(dividingBy: 2) == 0
    return (x < low) == isEven ? low + rest : high - rest
  }

  private func forEach(
    _ taps: [[(index: Int?, weight: Double)]], _ body: ([Int?], Double) -> Void
  ) {
    var walk = Walk(
      taps.map(\.count),
      taps.indices.map { axis in
        taps.indices.map { $0 == axis ? 1 : 0 }
      })
    for _ in 0..<walk.count {
      let chosen = walk.positions.enumerated().map { taps[$0][$1] }
      body(chosen.map(\.index), chosen.reduce(1) { $0 * $1.weight })
      walk.advance()
    }
  }
}

extension OperatorCatalogue {
  static let sampling: [Operator] = [
    Operator("GridSample", opsets: 16...28) { call in
      let (x, grid) = (try call.tensor(0), try call.tensor(1))
      guard x.rank >= 3, grid.rank == x.rank, grid.shape.last == x.rank - 2,
        grid.shape[0] == x.shape[0]
      else { throw OperatorError.shapesDiffer(x.shape, grid.shape) }
      let mode: String
      switch try call.string("mode", default: "linear") {
      case "linear", "bilinear": mode = "linear"
      case "cubic", "bicubic": mode = "cubic"
      case "nearest": mode = "nearest"
      default: throw OperatorError.attributeValue("mode")
      }
      let padding = try call.string("padding_mode", default: "zeros")
      guard ["zeros", "border", "reflection"].contains(padding) else {
        throw OperatorError.attributeValue("padding_mode")
      }
      let visitor = GridSampler(
        x: x, grid: grid, mode: mode, padding: padding,
        alignsCorners: try call.flag("align_corners"), call: call)
      guard let result = try x.elementType.visit(visitor) else {
        throw OperatorError.wrongType(input: 0, x.elementType)
      }
      return result
    },
    Operator("AffineGrid", opsets: 20...28) { call in
      let (theta, size) = (try call.tensor(0), try call.ints(1))
      guard size.count == 4 || size.count == 5,
        theta.shape == [size[0], size.count - 2, size.count - 1],
        let factors = theta.doubles()
      else { throw OperatorError.shape(input: 0, theta.shape) }
      let sizes = Array(size[2...])
      let aligns = try call.flag("align_corners")
      guard
        let result = try theta.elementType.visit(
          AffineGrid(factors: factors, batches: size[0], sizes: sizes, aligns: aligns, call: call))
      else { throw OperatorError.wrongType(input: 0, theta.elementType) }
      return result
    },
    Operator("Col2Im", opsets: 18...28) { try $0.columnsToImage() },
    Operator("NonMaxSuppression", opsets: 10...28, .exact) { try $0.suppress() },
  ]
}

private struct AffineGrid: RealVisitor {
  let factors: [Double]
  let batches: Int
  let sizes: [Int]
  let aligns: Bool
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    let axes = sizes.count
    let result = try call.make(T.self, [batches] + sizes + [axes])
    let strides = Tensor.strides(of: sizes)
    let points = sizes.reduce(1, *)
    for index in 0..<batches * points {
      let point = index % max(points, 1)
      // The last axis comes first.
      let coordinates = (0..<axes).reversed().map { axis -> Double in
        let place = Double(point / strides[axis] % sizes[axis])
        return aligns
          ? (sizes[axis] == 1 ? -1 : 2 * place / Double(sizes[axis] - 1) - 1)
          : (2 * place + 1) / Double(sizes[axis]) - 1
      }
      for row in 0..<axes {
        let start = (index / max(points, 1) * axes + row) * (axes + 1)
        var sum = factors[start + axes]
        for column in 0..<axes { sum += factors[start + column] * coordinates[column] }
        result[index * axes + row] = T(sum)
      }
    }
    return result.tensor
  }
}

/// Adds columns of patches back into images, in the order of the patches.
private struct ColumnsToImage: RealVisitor {
  let x: Tensor
  let imageShape: [Int]
  let window: Window
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    let size = window.kernel.reduce(1, *)
    let channels = x.shape[1] / size
    let result = try call.make(T.self, [x.shape[0], channels] + imageShape)
    let values = x.elements(T.self)
    let (plane, blocks) = (imageShape.reduce(1, *), x.shape[2])
    window.forEachPosition { position, cells in
      for row in 0..<x.shape[0] * channels {
        for (element, cell) in cells.enumerated() {
          guard let source = cell.source else { continue }
          result[row * plane + source] += values[(row * size + element) * blocks + position]
        }
      }
    }
    return result.tensor
  }
}

extension Call {
  fileprivate func columnsToImage() throws -> Tensor {
    let (x, image, kernel) = (try tensor(0), try ints(1), try ints(2))
    guard x.rank == 3, image.count == kernel.count, image.allSatisfy({ $0 > 0 }),
      kernel.allSatisfy({ $0 > 0 }), let size = kernel.product, x.shape[1] % size == 0
    else { throw OperatorError.shape(input: 0, x.shape) }
    _ = try Tensor.count(of: image, x.elementType)
    let window = try Window(self, inputShape: image, kernel: kernel)
    guard window.outputShape.product == x.shape[2] else {
      throw OperatorError.shapesDiffer(window.outputShape, x.shape)
    }
    guard
      let result = try x.elementType.visit(
        ColumnsToImage(x: x, imageShape: image, window: window, call: self))
    else { throw OperatorError.wrongType(input: 0, x.elementType) }
    return result
  }

  // Boxes by score, the lower index first among equals; each drops those that overlap it too much.
  fileprivate func suppress() throws -> Tensor {
    let (boxes, scores) = (try elements(0, Float.self), try elements(1, Float.self))
    let (boxShape, scoreShape) = (try tensor(0).shape, try tensor(1).shape)
    guard boxShape.count == 3, boxShape[2] == 4, scoreShape.count == 3,
      scoreShape[0] == boxShape[0], scoreShape[2] == boxShape[1]
    else { throw OperatorError.shapesDiffer(boxShape, scoreShape) }
    let countMax = has(2) ? try int(2) : 0
    let overlapMax = has(3) ? Float(try number(3)) : 0
    let scoreMin = has(4) ? Float(try number(4)) : -.infinity
    let isCentered = try flag("center_point_box")
    let count = boxShape[1]
    func box(_ batch: Int, _ index: Int) -> (Float, Float, Float, Float) {
      let start = (batch * count + index) * 4
      let (a, b, c, d) = (boxes[start], boxes[start + 1], boxes[start + 2], boxes[start + 3])
      if isCentered { return (b - d / 2, a - c / 2, b + d / 2, a + c / 2) }
      return (min(a, c), min(b, d), max(a, c), max(b, d))
    }
    func overlap(_ first: (Float, Float, Float, Float), _ second: (Float, Float, Float, Float))
      -> Float
    {
      let height = max(min(first.2, second.2) - max(first.0, second.0), 0)
      let width = max(min(first.3, second.3) - max(first.1, second.1), 0)
      let common = height * width
      let areas =
        (first.2 - first.0) * (first.3 - first.1) + (second.2 - second.0) * (second.3 - second.1)
      return areas - common <= 0 ? 0 : common / (areas - common)
    }
    var chosen: [Int64] = []
    for row in 0..<scoreShape[0] * scoreShape[1] {
      let batch = row / scoreShape[1]
      let order = (0..<count).filter { scores[row * count + $0] > scoreMin }.sorted {
        let (a, b) = (scores[row * count + $0], scores[row * count + $1])
        return a > b || a == b && $0 < $1
      }
      var kept: [Int] = []
      for index in order where kept.count < countMax {
        let mine = box(batch, index)
        if kept.allSatisfy({ overlap(mine, box(batch, $0)) <= overlapMax }) { kept.append(index) }
      }
      for index in kept { chosen += [Int64(batch), Int64(row % scoreShape[1]), Int64(index)] }
    }
    return try make([chosen.count / 3, 3], chosen)
  }
}

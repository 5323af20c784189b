/// A value between the four elements around a place; beyond the image there are zeros.
enum Bilinear {
  struct Tap {
    let position: Int
    let weight: Double
  }

  static func taps(_ y: Double, _ x: Double, _ height: Int, _ width: Int) -> [Tap] {
    guard y > -1, x > -1, y < Double(height), x < Double(width) else { return [] }
    let (top, left) = (y.rounded(.down), x.rounded(.down))
    var taps: [Tap] = []
    for (row, rowWeight) in [(Int(top), 1 - (y - top)), (Int(top) + 1, y - top)] {
      for (column, weight) in [(Int(left), 1 - (x - left)), (Int(left) + 1, x - left)]
      where row >= 0 && row < height && column >= 0 && column < width {
        taps.append(Tap(position: row * width + column, weight: rowWeight * weight))
      }
    }
    return taps
  }
}

/// Regions of images, each sampled on a regular grid and pooled to one size.
private struct RegionAligner: RealVisitor {
  let x: Tensor
  let regions: [Double]
  let images: [Int]
  let outputHeight: Int
  let outputWidth: Int
  let samples: Int
  let scale: Double
  let isHalfPixel: Bool
  let takesLargest: Bool
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    let (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3])
    let result = try call.make(T.self, [images.count, channels, outputHeight, outputWidth])
    let values = x.elements(T.self)
    let shift = isHalfPixel ? 0.5 : 0
    for (region, image) in images.enumerated() {
      let corners = (0..<4).map { regions[region * 4 + $0] * scale - shift }
      var (spanX, spanY) = (corners[2] - corners[0], corners[3] - corners[1])
      if !isHalfPixel { (spanX, spanY) = (max(spanX, 1), max(spanY, 1)) }
      let (binX, binY) = (spanX / Double(outputWidth), spanY / Double(outputHeight))
      let countX = samples > 0 ? samples : Int(nearest: binX.rounded(.up))
      let countY = samples > 0 ? samples : Int(nearest: binY.rounded(.up))
      guard countX <= 1024, countY <= 1024 else { throw OperatorError.inputValue(1) }
      for place in 0..<outputHeight * outputWidth {
        let (row, column) = (place / outputWidth, place % outputWidth)
        var taps: [[Bilinear.Tap]] = []
        for sample in 0..<max(countX, 0) * max(countY, 0) {
          let (sampleY, sampleX) = (Double(sample / countX) + 0.5, Double(sample % countX) + 0.5)
          let y = corners[1] + (Double(row) + sampleY / Double(countY)) * binY
          let x = corners[0] + (Double(column) + sampleX / Double(countX)) * binX
          guard y >= -1, x >= -1, y <= Double(height), x <= Double(width) else {
            taps.append([])
            continue
          }
          // Within one element of the image the border goes on.
          taps.append(
            Bilinear.taps(
              min(max(y, 0), Double(height - 1)), min(max(x, 0), Double(width - 1)), height, width))
        }
        for channel in 0..<channels {
          let start = (image * channels + channel) * height * width
          let target = (region * channels + channel) * outputHeight * outputWidth + place
          if takesLargest {
            var largest: Double?
            for tap in taps.joined() {
              let value = Double(values[start + tap.position]) * tap.weight
              largest = max(largest ?? value, value)
            }
            result[target] = T(largest ?? 0)
          } else {
            let sum = taps.joined().reduce(0.0) {
              $0 + Double(values[start + $1.position]) * $1.weight
            }
            result[target] = T(sum / Double(max(taps.count, 1)))
          }
        }
      }
    }
    return result.tensor
  }
}

/// A convolution whose kernel elements each look at a place of their own.
private struct DeformableConvolution: RealVisitor {
  let x: Tensor
  let weights: Tensor
  let offsets: Tensor
  let mask: Tensor?
  let groups: Int
  let offsetGroups: Int
  let window: Window
  let call: Call

  func visit<T: Real>(_ type: T.Type) throws -> Tensor {
    let (batches, channels, height, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let (outputs, inner) = (weights.shape[0], weights.shape[1])
    let size = window.kernel[0] * window.kernel[1]
    let plane = window.outputShape[0] * window.outputShape[1]
    let result = try call.make(T.self, [batches, outputs] + window.outputShape)
    let (values, kernel, moves) = (
      x.elements(T.self), weights.elements(T.self), offsets.elements(T.self)
    )
    let factors = mask?.elements(T.self)
    let perOffset = channels / offsetGroups
    var patch = [T](repeating: 0, count: channels * size)
    for batch in 0..<batches {
      for position in 0..<plane {
        let (row, column) = (
          position / window.outputShape[1], position % window.outputShape[1]
        )
        for element in 0..<size {
          let (kernelRow, kernelColumn) = (element / window.kernel[1], element % window.kernel[1])
          let startY = row * window.strides[0] - window.before[0] + kernelRow * window.dilations[0]
          let startX =
            column * window.strides[1] - window.before[1] + kernelColumn * window.dilations[1]
          for group in 0..<offsetGroups {
            let block = (batch * offsetGroups + group) * size + element
            let taps = Bilinear.taps(
              Double(startY) + Double(moves[2 * block * plane + position]),
              Double(startX) + Double(moves[(2 * block + 1) * plane + position]), height, width)
            let factor = factors.map { Double($0[block * plane + position]) } ?? 1
            for channel in group * perOffset..<(group + 1) * perOffset {
              let start = (batch * channels + channel) * height * width
              patch[channel * size + element] = T(
                factor * taps.reduce(0.0) { $0 + Double(values[start + $1.position]) * $1.weight })
            }
          }
        }
        for output in 0..<outputs {
          let first = output / (outputs / groups) * inner * size
          result[(batch * outputs + output) * plane + position] = BlockSum.dot(
            inner * size, { patch[first + $0] }, { kernel[output * inner * size + $0] })
        }
      }
    }
    return result.tensor
  }
}

extension Call {
  fileprivate func alignRegions() throws -> Tensor {
    let (x, regions) = (try tensor(0), try tensor(1))
    let images = try ints(2)
    let (height, width) = (
      try int("output_height", default: 1), try int("output_width", default: 1)
    )
    let samples = try int("sampling_ratio", default: 0)
    guard x.rank == 4, x.count > 0, regions.shape == [images.count, 4],
      let corners = regions.doubles()
    else { throw OperatorError.shapesDiffer(x.shape, regions.shape) }
    guard height > 0, width > 0, height <= Tensor.dimensionMax, width <= Tensor.dimensionMax,
      samples >= 0, samples <= 1024
    else { throw OperatorError.attributeValue("output_height") }
    let mode = try string("mode", default: "avg")
    guard mode == "avg" || mode == "max" else { throw OperatorError.attributeValue("mode") }
    let standard = opset < 16 ? "output_half_pixel" : "half_pixel"
    let visitor = RegionAligner(
      x: x, regions: corners, images: try images.map { try $0.position(in: x.shape[0]) },
      outputHeight: height, outputWidth: width, samples: samples,
      scale: Double(try float("spatial_scale", default: 1)),
      isHalfPixel: try string("coordinate_transformation_mode", default: standard)
        == "half_pixel", takesLargest: mode == "max", call: self)
    guard let result = try x.elementType.visit(visitor) else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    return result
  }

  fileprivate func deformedConvolution() throws -> Tensor {
    let (x, weights, offsets) = (try tensor(0), try tensor(1), try tensor(2))
    let convolution = try Convolution(x, weights, self)
    let offsetGroups = try int("offset_group", default: 1)
    let window = convolution.window
    guard x.rank == 4, offsetGroups > 0, x.shape[1] % offsetGroups == 0 else {
      throw OperatorError.attributeValue("offset_group")
    }
    let size = window.kernel[0] * window.kernel[1]
    guard
      offsets.shape == [x.shape[0], 2 * offsetGroups * size] + window.outputShape,
      offsets.elementType == x.elementType, weights.elementType == x.elementType
    else { throw OperatorError.shape(input: 2, offsets.shape) }
    let mask = try optionalTensor(4)
    if let mask {
      guard mask.shape == [x.shape[0], offsetGroups * size] + window.outputShape,
        mask.elementType == x.elementType
      else { throw OperatorError.shape(input: 4, mask.shape) }
    }
    let visitor = DeformableConvolution(
      x: x, weights: weights, offsets: offsets, mask: mask, groups: convolution.groups,
      offsetGroups: offsetGroups, window: window, call: self)
    guard let result = try x.elementType.visit(visitor) else {
      throw OperatorError.wrongType(input: 0, x.elementType)
    }
    return try addBias(result, try optionalTensor(3))
  }
}

extension OperatorCatalogue {
  static let regions: [Operator] = [
    Operator("RoiAlign", opsets: 10...28) { try $0.alignRegions() },
    Operator("DeformConv", opsets: 19...28) { try $0.deformedConvolution() },
  ]
}

internal import CKernels
internal import Testing

extension Kernels {
  @Suite
  struct ConvolutionTests {
    /// A convolution's sizes.
    struct Shape: Sendable {
      var channels, height, width, filters, kernel: Int
      var stride = 1
      var dilation = 1
      var pad = 0

      var outHeight: Int { (height + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1 }
      var outWidth: Int { (width + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1 }
    }

    static let shapes = [
      Shape(channels: 3, height: 9, width: 11, filters: 5, kernel: 3, pad: 1),
      Shape(channels: 2, height: 13, width: 40, filters: 3, kernel: 3, stride: 2, pad: 1),
      Shape(channels: 40, height: 5, width: 7, filters: 6, kernel: 3, pad: 1),
      Shape(
        channels: 4, height: 12, width: 12, filters: 7, kernel: 2, stride: 3, dilation: 2, pad: 2),
      Shape(channels: 8, height: 6, width: 6, filters: 8, kernel: 1),
    ]

    /// One element, k over (channel, row, column), padding as +0.
    static func element(
      _ s: Shape, _ input: [Float], _ weights: [Float], channels: Range<Int>, filter: Int, y: Int,
      x: Int
    ) -> Float {
      let taps = s.kernel * s.kernel
      return Reference.dot(
        channels.count * taps,
        { weights[filter * channels.count * taps + $0] },
        { k in
          let channel = channels.lowerBound + k / taps
          let row = y * s.stride + k % taps / s.kernel * s.dilation - s.pad
          let column = x * s.stride + k % s.kernel * s.dilation - s.pad
          guard (0..<s.height).contains(row), (0..<s.width).contains(column) else { return 0 }
          return input[(channel * s.height + row) * s.width + column]
        })
    }

    static func run(
      _ s: Shape, _ input: [Float], _ weights: [Float], bias: [Float], depthwise: Bool
    ) -> [Float] {
      let filters = depthwise ? s.channels : s.filters
      var output = [Float](repeating: .nan, count: filters * s.outHeight * s.outWidth)
      var conv = ree_conv()
      ree_conv_init(&conv)
      (conv.channels, conv.height, conv.width) = (s.channels, s.height, s.width)
      (conv.filters, conv.kernel_h, conv.kernel_w) = (filters, s.kernel, s.kernel)
      (conv.stride_h, conv.stride_w) = (s.stride, s.stride)
      (conv.dilation_h, conv.dilation_w) = (s.dilation, s.dilation)
      (conv.pad_top, conv.pad_left) = (s.pad, s.pad)
      (conv.out_h, conv.out_w) = (s.outHeight, s.outWidth)
      input.withUnsafeBufferPointer { input in
        weights.withUnsafeBufferPointer { weights in
          bias.withUnsafeBufferPointer { bias in
            output.withUnsafeMutableBufferPointer { output in
              (conv.input, conv.weights) = (input.baseAddress, weights.baseAddress)
              (conv.bias, conv.output) = (bias.baseAddress, output.baseAddress)
              if depthwise { ree_conv_depthwise_run(&conv) } else { ree_conv_run(&conv) }
            }
          }
        }
      }
      return output
    }

    @Test(arguments: instructionSets)
    func `convolutions are products with the unfolded image`(name: String) throws {
      var generator = Generator()
      for s in Self.shapes {
        let input = generator.units(s.channels * s.height * s.width)
        let weights = generator.units(s.filters * s.channels * s.kernel * s.kernel)
        let bias = generator.units(s.filters)

        let got = try on(name) { Self.run(s, input, weights, bias: bias, depthwise: false) }

        let expected = (0..<s.filters * s.outHeight * s.outWidth).map { index -> Float in
          let filter = index / (s.outHeight * s.outWidth)
          let sum = Self.element(
            s, input, weights, channels: 0..<s.channels, filter: filter,
            y: index / s.outWidth % s.outHeight, x: index % s.outWidth)
          return sum + bias[filter]
        }
        #expect(got.patterns == expected.patterns, "\(s)")
      }
    }

    @Test(arguments: instructionSets)
    func `depthwise convolutions have the bits of one group each`(name: String) throws {
      var generator = Generator()
      for s in Self.shapes {
        let input = generator.units(s.channels * s.height * s.width)
        let weights = generator.units(s.channels * s.kernel * s.kernel)
        let bias = generator.units(s.channels)

        let got = try on(name) { Self.run(s, input, weights, bias: bias, depthwise: true) }

        let expected = (0..<s.channels * s.outHeight * s.outWidth).map { index -> Float in
          let channel = index / (s.outHeight * s.outWidth)
          let sum = Self.element(
            s, input, weights, channels: channel..<channel + 1, filter: channel,
            y: index / s.outWidth % s.outHeight, x: index % s.outWidth)
          return sum + bias[channel]
        }
        #expect(got.patterns == expected.patterns, "\(s)")
      }
    }
  }
}

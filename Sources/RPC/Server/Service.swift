/// Something that answers the methods of one schema service. Generated protocols refine it.
public protocol Service: Sendable {
  static var descriptor: ServiceDescriptor { get }
  var handlers: [MethodHandler] { get }
}

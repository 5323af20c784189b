internal import SwiftProtobuf

/// The language features that decide about the wire and JSON, resolved for one declaration.
///
/// Syntax proto2 and proto3 are two fixed sets; an edition starts from its defaults, and files,
/// messages, oneofs and fields override what they inherit.
struct Features {
  var hasExplicitPresence: Bool
  var isRequired = false
  var hasClosedEnums: Bool
  var isPacked: Bool
  var isDelimited = false

  init(file: Google_Protobuf_FileDescriptorProto) {
    switch file.syntax {
    case "proto3":
      hasExplicitPresence = false
      hasClosedEnums = false
      isPacked = true
    case "editions":
      hasExplicitPresence = true
      hasClosedEnums = false
      isPacked = true
      self = overridden(by: file.options.features)
    default:
      hasExplicitPresence = true
      hasClosedEnums = true
      isPacked = false
    }
  }

  func overridden(by set: Google_Protobuf_FeatureSet) -> Features {
    var result = self
    switch set.fieldPresence {
    case .unknown: break
    case .explicit: (result.hasExplicitPresence, result.isRequired) = (true, false)
    case .implicit: (result.hasExplicitPresence, result.isRequired) = (false, false)
    case .legacyRequired: (result.hasExplicitPresence, result.isRequired) = (true, true)
    }
    switch set.enumType {
    case .unknown: break
    case .open: result.hasClosedEnums = false
    case .closed: result.hasClosedEnums = true
    }
    switch set.repeatedFieldEncoding {
    case .unknown: break
    case .packed: result.isPacked = true
    case .expanded: result.isPacked = false
    }
    switch set.messageEncoding {
    case .unknown: break
    case .lengthPrefixed: result.isDelimited = false
    case .delimited: result.isDelimited = true
    }
    return result
  }
}

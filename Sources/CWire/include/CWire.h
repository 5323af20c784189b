#pragma once
// protoc-c's output for the wires that engines parse themselves.
#include <CProtobufC.h>

#include "artifact_record.pb-c.h"
#include "onnx.pb-c.h"

// Swift cannot take the address of a C constant.
#define CWIRE_DESCRIPTOR(message)                                              \
  static inline const ProtobufCMessageDescriptor *CWire_onnx_##message(void) { \
    return &ree__onnx__##message##__descriptor;                                \
  }
CWIRE_DESCRIPTOR(model)
CWIRE_DESCRIPTOR(tensor)
CWIRE_DESCRIPTOR(sequence)
CWIRE_DESCRIPTOR(optional)
#undef CWIRE_DESCRIPTOR

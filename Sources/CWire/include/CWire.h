#pragma once
// protoc-c's output for the wires that engines parse themselves.
#include <CProtobufC.h>

#include "artifact_record.pb-c.h"

#pragma once
// REE's arithmetic. Every kernel gives the same bits on every machine: nothing is fused but where
// fma is written, nothing is reordered, sums run in the order that each kernel's comment names.
//
// Kernels take pointers and sizes, allocate nothing and start no threads; any number of threads may
// call them at once. Their preconditions are the caller's to check: they are named where they are
// more than "the arrays have the sizes said". Semantics.md says the same for those who write another
// implementation.

#include "ree_blocks.h"
#include "ree_conv.h"
#include "ree_elementwise.h"
#include "ree_functions.h"
#include "ree_integer.h"
#include "ree_isa.h"
#include "ree_matmul.h"
#include "ree_rows.h"
#include "ree_tape.h"
#include "ree_training.h"

// Every kernel, for the instruction set that the including file in isa/ has chosen.
#include "vector.h"

#include "coefficients.h"

#include "extremes.h"

#include "double.h"

#include "exponential.h"

#include "circular.h"
#include "error_function.h"
#include "inverse_circular.h"
#include "logarithm.h"

#include "elementwise.h"
#include "half.h"

#include "functions.h"
#include "rows.h"

#include "product.h"

#include "matmul.h"

#include "conv.h"

#include "dot.h"

#include "quantize.h"

#include "integer.h"

#include "blocks.h"

#include "training.h"

#include "tables.h"

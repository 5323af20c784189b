#include "CSecp256k1.h"

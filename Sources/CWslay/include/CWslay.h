// WebSocket frames and messages (RFC 6455), from Debian's libwslay-dev.
#pragma once

#include <wslay/wslay.h>

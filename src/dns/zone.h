// The name that this tree uses for <dmarc/zone.h>.
#pragma once

#include <dmarc/zone.h>

// Comparing numbers with a tolerance, and samples.
#pragma once

#include "core/base/random.h"
#include "tests/test_data.h"

#include <cmath>
#include <string>
#include <vector>

#define VERIFY_NEAR(actual, expected, tolerance)                                                   \
    do {                                                                                           \
        const double given = (actual);                                                             \
        const double wanted = (expected);                                                          \
        QVERIFY2(std::abs(given - wanted) <= (tolerance),                                          \
                 qPrintable(QStringLiteral("%1 instead of %2")                                     \
                                .arg(given, 0, 'g', 12)                                            \
                                .arg(wanted, 0, 'g', 12)));                                        \
    } while (false)

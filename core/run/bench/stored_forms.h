// One matrix in every stored form that is measured.
#pragma once

#include "core/model/linear_weight.h"

#include <string>
#include <vector>

namespace paretoscope::bench {

struct StoredForm {
    std::string name;   // "packed4"
    LinearWeightPtr map;
    double prefillTarget = 0.85; // of OpenBLAS's time at 512 rows
};

// Random weights [outputs, inputs]; inputs are a multiple of 256.
std::vector<StoredForm> storedForms(int64_t outputs, int64_t inputs);

} // namespace paretoscope::bench

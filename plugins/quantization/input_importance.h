// The importance matrix of llama.cpp: how large each input of each map is on a text.
//
// Source: llama.cpp, tools/imatrix: mean over tokens of the square of each input.
#pragma once

#include "core/strategy/calibration.h"

#include <map>
#include <vector>

namespace paretoscope::quantization {

class InputImportance {
public:
    // Runs the sequences through the model as it is.
    InputImportance(const Model& model, const std::vector<std::vector<int32_t>>& sequences, Workbench& workbench,
                    const std::string& title);

    // mean x² [inputs] of a map of the blocks, or of the head under {-1, -1, "output"}; empty when no token
    // reached it.
    std::vector<float> of(const LinearId& id) const;

private:
    struct Sums {
        std::vector<double> squares;
        int64_t rows = 0;
        void add(ConstMatrixView x);
    };
    class Collector;
    std::map<LinearId, Sums> sums_;
};

} // namespace paretoscope::quantization

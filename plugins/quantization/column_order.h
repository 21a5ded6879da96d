// What second-order methods begin with: columns in the order in which they are solved, and the
// factor that tells how an error in one is made good in the others.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace paretoscope::quantization {

struct ColumnProblem {
    std::vector<float> weights;  // [rows, columns] in solving order, dead columns 0
    std::vector<double> factor;  // U with UᵀU = (H + damping)⁻¹, [columns, columns], in solving order
    std::vector<int32_t> order;  // column i is column order[i] of the matrix; empty: as it is
    double damping = 0;          // what was needed for a positive definite covariance
    int64_t deadColumns = 0;     // inputs that are always 0
};

// `actOrder`: columns with the largest inputs first. Damping is raised, up to a limit, until the
// covariance is positive definite. Error(BadFile) for activations that are not finite,
// Error(Unsupported) when no damping helps; both name `what`.
ColumnProblem orderedColumns(const std::vector<float>& weights, int64_t rows, int64_t columns, std::vector<double> covariance,
                             bool actOrder, double damping, const std::string& what);

} // namespace paretoscope::quantization

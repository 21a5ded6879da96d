// Second-order column solver: the columns of a matrix are decided one after another, and what each
// loses is made good in the columns that follow, as far as the inputs' covariance allows. What is
// decided (a code, a code or an outlier) is a rule's business.
//
// Source: Frantar et al. 2022 (arXiv:2210.17323), algorithm 1.
#pragma once

#include "core/backend/backend.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paretoscope::quantization {

struct ColumnSolverSettings {
    bool actOrder = false;      // columns with the largest inputs first
    double damping = 0.01;      // of the covariance's mean diagonal
    int64_t blockColumns = 128; // whose updates of later columns are made at once
    int64_t stepColumns = 128;  // for which the rule prepares at a time; blocks are cut at its multiples
};

// Weights are f32 [rows, columns], row-major. Functions come in this order.
class ColumnRule {
public:
    virtual ~ColumnRule() = default;

    // Weights in their original order; columns whose input is always 0 are 0.
    virtual void start(const float* /*weights*/) {}
    // Weights in solving order: column i was column order[i], or i where `order` is empty.
    // diagonal [columns] is that of U with UᵀU = H⁻¹: (error / diagonal)² is what an error costs.
    virtual void arrange(const float* /*weights*/, std::span<const int32_t> /*order*/,
                         std::span<const double> /*diagonal*/)
    {
    }
    // Before columns [begin, end) are decided; weights as the columns before them left them, those
    // behind the block without the updates of the block.
    virtual void prepare(int64_t begin, int64_t end, const float* weights) = 0;
    // What is stored in place of a weight whose value has become `value`. Rows run in parallel.
    virtual double decide(int64_t row, int64_t column, double value) = 0;
};

struct ColumnSolution {
    std::vector<int32_t> order; // solving order, empty for the original one
    double loss = 0;            // Σ ((w - ŵ) / U_ii)², tr((W - Ŵ) H (W - Ŵ)ᵀ)
    double damping = 0;         // what was needed for a positive definite covariance
    int64_t deadColumns = 0;    // inputs that are always 0
};

// weights [rows, columns], covariance [columns, columns] up to a factor. Error(Unsupported) naming
// `what` when no damping helps, Error(BadFile) when the covariance is not finite.
ColumnSolution solveColumns(const Backend& backend, std::vector<float> weights, int64_t rows, int64_t columns,
                            std::vector<double> covariance, const ColumnSolverSettings& settings, ColumnRule& rule,
                            const std::string& what);

} // namespace paretoscope::quantization

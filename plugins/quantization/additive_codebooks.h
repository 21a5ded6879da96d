// Fitting additive codebooks to a matrix, so that its outputs on the inputs it sees change least.
//
// Groups of weights of row i are s_i · Σ_m C_m[b_m]. The loss is tr((Ŵ - W) H (Ŵ - W)ᵀ) / rows with
// H = Σ x xᵀ. Residual k-means finds a start; then codebooks, scales and codes are improved in turn, the
// first two by least squares, the codes by beam search one group after another, each with the others fixed.
//
// Source: Egiazarian et al., AQLM, 2024, arXiv:2401.06118, section 3.
#pragma once

#include "core/backend/backend.h"
#include "core/base/job_context.h"
#include "core/base/random.h"
#include "core/tensor/codebook_layout.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace paretoscope::quantization {

struct CodebookSettings {
    int64_t books = 2;
    int bits = 8;
    int64_t groupSize = 8;
    int64_t beam = 1;
    int64_t rounds = 10;      // of codebooks, scales and codes
    double tolerance = 0.01;  // relative gain of a round below which it ends
    int leastSquares = 16;    // conjugate gradient steps a round
    uint64_t seed = 1;
};

// Codes, codebooks and scales in f32. A value.
struct CodebookFit {
    int bits = 8;
    int64_t books = 0, groupSize = 0, rows = 0, columns = 0;
    std::vector<uint8_t> codes;   // [rows, groups, books]
    std::vector<float> codebooks; // [books, 2^bits, groupSize]
    std::vector<float> scales;    // [rows]

    int64_t groups() const { return columns / groupSize; }
    int64_t entries() const { return int64_t{1} << bits; }
    std::vector<float> dense() const; // Ŵ [rows, columns]
    // Stored in 16 bits. Error(Unsupported) naming `what` when a number does not fit.
    CodebookMatrix stored(const std::string& what) const;
    static CodebookFit of(const CodebookMatrix& matrix);
};

// Σ over the codes of a group, without scale, for all: [rows, columns].
std::vector<float> sumsOfCodes(const CodebookFit& fit, std::span<const float> codebooks);

// The derivative of a loss by the codebooks and by the scales, given that by Ŵ [rows, columns].
struct CodebookGradient {
    std::vector<float> codebooks, scales;
};
CodebookGradient gradientOf(const CodebookFit& fit, std::span<const float> denseGradient);

// One matrix on its way. Weights and covariance are finite.
class CodebookSolver {
public:
    // covariance [columns, columns] up to a factor; empty: the identity.
    CodebookSolver(const Backend& backend, std::vector<float> weights, int64_t rows, int64_t columns,
                   const std::vector<double>* covariance, const CodebookSettings& settings);
    // Goes on from a fit.
    CodebookSolver(const Backend& backend, std::vector<float> weights, const std::vector<double>* covariance,
                   CodebookFit start, const CodebookSettings& settings);

    double loss() const;
    // None of these increases the loss beyond rounding.
    void fitCodebooks(int steps);
    void fitScales();
    void searchCodes();
    // Rounds of all three until they gain little.
    void run(JobContext& job);
    // Numbers as 16 bits store them, and the codes that are best for those.
    void roundNumbers();

    const CodebookFit& fit() const { return fit_; }

private:
    void initialize();
    std::vector<float> errors() const; // Ŵ - W
    std::vector<float> timesCovariance(std::span<const float> matrix) const;
    double lossOf(std::span<const float> errors) const;
    void searchGroup(int64_t group, std::vector<float>& pulls);
    CodebookFit groupFit(const std::vector<uint8_t>& codes) const;
    float usableScale(size_t row) const;

    const Backend& backend_;
    std::vector<float> weights_;
    std::vector<float> covariance_;
    CodebookSettings settings_;
    CodebookFit fit_;
    Random random_;
};

} // namespace paretoscope::quantization

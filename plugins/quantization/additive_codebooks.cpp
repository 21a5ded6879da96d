#include "plugins/quantization/additive_codebooks.h"

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/parallel.h"
#include "core/tensor/packed_layout.h"
#include "plugins/quantization/code_search.h"
#include "plugins/quantization/k_means.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace paretoscope::quantization {

namespace {

double dot(std::span<const float> a, std::span<const float> b)
{
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += double(a[i]) * double(b[i]);
    return sum;
}

// y += alpha · x
void addTo(std::span<float> y, double alpha, std::span<const float> x)
{
    for (size_t i = 0; i < y.size(); ++i) y[i] = float(double(y[i]) + alpha * double(x[i]));
}

Tensor halves(const Shape& shape, std::span<const float> values, const std::string& what)
{
    Tensor tensor = Tensor::zeros(DType::F16, shape);
    const std::span<uint16_t> stored = tensor.fill<uint16_t>();
    for (size_t i = 0; i < values.size(); ++i) {
        stored[i] = floatToHalf(values[i]);
        if (!std::isfinite(halfToFloat(stored[i])))
            fail(ErrorCode::Unsupported, "{}: a codebook's {} does not fit 16 bits", what, values[i]);
    }
    return tensor;
}

} // namespace

std::vector<float> sumsOfCodes(const CodebookFit& fit, std::span<const float> codebooks)
{
    std::vector<float> sums(size_t(fit.rows * fit.columns));
    const int64_t size = fit.groupSize;
    parallelFor(fit.rows, 8, [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
            const uint8_t* codes = fit.codes.data() + r * fit.groups() * fit.books;
            float* to = sums.data() + r * fit.columns;
            for (int64_t g = 0; g < fit.groups(); ++g, to += size)
                for (int64_t m = 0; m < fit.books; ++m) {
                    const float* vector = codebooks.data() + (m * fit.entries() + *codes++) * size;
                    for (int64_t k = 0; k < size; ++k) to[k] += vector[k];
                }
        }
    });
    return sums;
}

std::vector<float> CodebookFit::dense() const
{
    std::vector<float> result = sumsOfCodes(*this, codebooks);
    for (size_t i = 0; i < result.size(); ++i) result[i] *= scales[i / size_t(columns)];
    return result;
}

CodebookMatrix CodebookFit::stored(const std::string& what) const
{
    CodebookMatrix matrix;
    matrix.bits = bits;
    matrix.books = books;
    matrix.groupSize = groupSize;
    matrix.setRows = matrix.rows = rows;
    matrix.columns = columns;
    matrix.codes = Tensor::zeros(DType::U8, {rows, matrix.rowBytes()});
    const std::span<uint8_t> packed = matrix.codes.fill<uint8_t>();
    const auto count = size_t(matrix.codesOfRow()), width = size_t(matrix.rowBytes());
    for (size_t r = 0; r < size_t(rows); ++r)
        packCodes(std::span(codes).subspan(r * count, count), bits, packed.subspan(r * width, width));
    matrix.codebooks = halves({1, books, entries(), groupSize}, codebooks, what);
    matrix.scales = halves({rows}, scales, what);
    return matrix;
}

CodebookFit CodebookFit::of(const CodebookMatrix& matrix)
{
    CodebookFit fit;
    fit.bits = matrix.bits;
    fit.books = matrix.books;
    fit.groupSize = matrix.groupSize;
    fit.rows = matrix.rows;
    fit.columns = matrix.columns;
    const auto count = size_t(matrix.codesOfRow()), width = size_t(matrix.rowBytes());
    fit.codes.resize(size_t(matrix.rows) * count);
    for (size_t r = 0; r < size_t(matrix.rows); ++r)
        unpackCodes(matrix.codes.view<uint8_t>().subspan(r * width, width), matrix.bits, 0,
                    std::span(fit.codes).subspan(r * count, count));
    fit.codebooks = matrix.codebooks.toFloats();
    fit.scales = matrix.scales.empty() ? std::vector<float>(size_t(matrix.rows), 1.0f) : matrix.scales.toFloats();
    return fit;
}

CodebookGradient gradientOf(const CodebookFit& fit, std::span<const float> denseGradient)
{
    CodebookGradient gradient;
    gradient.codebooks.resize(fit.codebooks.size());
    const int64_t size = fit.groupSize;
    parallelFor(fit.books, 1, [&](int64_t begin, int64_t end) {
        for (int64_t m = begin; m < end; ++m)
            for (int64_t r = 0; r < fit.rows; ++r) {
                const uint8_t* codes = fit.codes.data() + r * fit.groups() * fit.books + m;
                const float* from = denseGradient.data() + r * fit.columns;
                const float scale = fit.scales[size_t(r)];
                for (int64_t g = 0; g < fit.groups(); ++g, codes += fit.books, from += size) {
                    float* to = gradient.codebooks.data() + (m * fit.entries() + *codes) * size;
                    for (int64_t k = 0; k < size; ++k) to[k] += scale * from[k];
                }
            }
    });
    const std::vector<float> sums = sumsOfCodes(fit, fit.codebooks);
    for (int64_t r = 0; r < fit.rows; ++r) {
        const auto first = size_t(r * fit.columns), count = size_t(fit.columns);
        gradient.scales.push_back(float(dot(std::span(sums).subspan(first, count), denseGradient.subspan(first, count))));
    }
    return gradient;
}

CodebookSolver::CodebookSolver(const Backend& backend, std::vector<float> weights, int64_t rows, int64_t columns,
                               const std::vector<double>* covariance, const CodebookSettings& settings)
    : CodebookSolver(backend, std::move(weights), covariance,
                     CodebookFit{settings.bits, settings.books, settings.groupSize, rows, columns, {}, {}, {}}, settings)
{
    initialize();
}

CodebookSolver::CodebookSolver(const Backend& backend, std::vector<float> weights, const std::vector<double>* covariance,
                               CodebookFit start, const CodebookSettings& settings)
    : backend_(backend), weights_(std::move(weights)), settings_(settings), fit_(std::move(start)),
      random_(settings.seed, "codebooks")
{
    const int64_t n = fit_.columns;
    if (fit_.groupSize < 1 || n % fit_.groupSize != 0) fail(ErrorCode::Internal, "groups of codebooks do not fit");
    covariance_.assign(size_t(n * n), 0.0f);
    double mean = 0; // losses and gradients stay near the size of the weights
    for (int64_t c = 0; covariance && c < n; ++c) mean += (*covariance)[size_t(c * n + c)] / double(n);
    if (!covariance || !(mean > 0)) {
        for (int64_t c = 0; c < n; ++c) covariance_[size_t(c * n + c)] = 1;
        return;
    }
    for (size_t i = 0; i < covariance_.size(); ++i) covariance_[i] = float((*covariance)[i] / mean);
}

// Residual k-means over the groups of the rows divided by their root mean square.
void CodebookSolver::initialize()
{
    std::vector<float> residual = weights_;
    for (int64_t r = 0; r < fit_.rows; ++r) {
        const std::span<float> row = std::span(residual).subspan(size_t(r * fit_.columns), size_t(fit_.columns));
        const double rms = std::sqrt(dot(row, row) / double(fit_.columns));
        fit_.scales.push_back(rms > 0 ? float(rms) : 1.0f);
        for (float& value : row) value /= fit_.scales.back();
    }
    const int64_t points = fit_.rows * fit_.groups(), size = fit_.groupSize;
    const int64_t most = 64 * fit_.entries(), step = (points + most - 1) / most;
    fit_.codes.resize(size_t(points * fit_.books));
    for (int64_t m = 0; m < fit_.books; ++m) {
        std::vector<float> some;
        for (int64_t p = 0; p < points; p += step)
            some.insert(some.end(), residual.begin() + p * size, residual.begin() + (p + 1) * size);
        std::vector<float> book = kMeans(backend_, some, size, {fit_.entries(), 12, settings_.seed + uint64_t(m)}).centroids;
        const KMeans all = assignNearest(backend_, residual, std::move(book), size);
        for (int64_t p = 0; p < points; ++p) {
            const uint8_t code = all.codes[size_t(p)];
            fit_.codes[size_t(p * fit_.books + m)] = code;
            for (int64_t k = 0; k < size; ++k) residual[size_t(p * size + k)] -= all.centroids[size_t(code * size + k)];
        }
        fit_.codebooks.insert(fit_.codebooks.end(), all.centroids.begin(), all.centroids.end());
    }
}

std::vector<float> CodebookSolver::errors() const
{
    std::vector<float> result = fit_.dense();
    for (size_t i = 0; i < result.size(); ++i) result[i] -= weights_[i];
    return result;
}

std::vector<float> CodebookSolver::timesCovariance(std::span<const float> matrix) const
{
    std::vector<float> result(matrix.size());
    const int64_t n = fit_.columns;
    backend_.gemm(false, false, 1, {matrix.data(), fit_.rows, n}, {covariance_.data(), n, n}, false, {result.data(), fit_.rows, n});
    return result;
}

double CodebookSolver::lossOf(std::span<const float> errors) const
{
    return dot(errors, timesCovariance(errors)) / double(fit_.rows);
}

double CodebookSolver::loss() const
{
    return lossOf(errors());
}

// Conjugate gradients on the normal equations, each unknown in units of its own curvature.
void CodebookSolver::fitCodebooks(int steps)
{
    const CodebookFit before = fit_;
    const std::vector<float> start = errors();
    const double startLoss = lossOf(start);
    std::vector<float> curvature(start.size());
    for (size_t i = 0; i < curvature.size(); ++i) {
        const auto column = i % size_t(fit_.columns);
        curvature[i] = fit_.scales[i / size_t(fit_.columns)] * covariance_[column * size_t(fit_.columns + 1)];
    }
    const std::vector<float> units = gradientOf(fit_, curvature).codebooks;
    const auto inUnits = [&](std::span<const float> values) {
        std::vector<float> result(values.begin(), values.end());
        for (size_t i = 0; i < result.size(); ++i) result[i] = units[i] > 0 ? result[i] / units[i] : 0;
        return result;
    };
    std::vector<float> rest = gradientOf(fit_, timesCovariance(start)).codebooks;
    for (float& value : rest) value = -value;
    std::vector<float> scaled = inUnits(rest), direction = scaled;
    double size = dot(rest, scaled);
    for (int i = 0; i < steps && size > 0; ++i) {
        std::vector<float> change = sumsOfCodes(fit_, direction);
        for (size_t e = 0; e < change.size(); ++e) change[e] *= fit_.scales[e / size_t(fit_.columns)];
        const std::vector<float> pull = timesCovariance(change);
        const double curve = dot(change, pull);
        if (!(curve > 0)) break;
        addTo(fit_.codebooks, size / curve, direction);
        addTo(rest, -size / curve, gradientOf(fit_, pull).codebooks);
        scaled = inUnits(rest);
        const double next = dot(rest, scaled), keep = next / size;
        for (size_t k = 0; k < direction.size(); ++k) direction[k] = float(double(scaled[k]) + keep * double(direction[k]));
        size = next;
    }
    if (!(loss() <= startLoss)) fit_ = before;
}

void CodebookSolver::fitScales()
{
    const std::vector<float> sums = sumsOfCodes(fit_, fit_.codebooks), pulls = timesCovariance(sums);
    const auto width = size_t(fit_.columns);
    for (size_t r = 0; r < size_t(fit_.rows); ++r) {
        const std::span<const float> pull = std::span(pulls).subspan(r * width, width);
        const double curve = dot(std::span(sums).subspan(r * width, width), pull);
        if (curve > 0) fit_.scales[r] = float(dot(std::span(weights_).subspan(r * width, width), pull) / curve);
    }
}

void CodebookSolver::searchCodes()
{
    std::vector<int64_t> order(static_cast<size_t>(fit_.groups()));
    std::iota(order.begin(), order.end(), int64_t{0});
    for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_.below(i)]);
    std::vector<float> pulls = timesCovariance(errors());
    for (const int64_t group : order) searchGroup(group, pulls);
}

// Codes of one group for all rows; `pulls` = (Ŵ - W) H follows.
void CodebookSolver::searchGroup(int64_t group, std::vector<float>& pulls)
{
    const int64_t size = fit_.groupSize, n = fit_.columns, first = group * size, rows = fit_.rows;
    std::vector<float> block;
    for (int64_t a = 0; a < size; ++a)
        block.insert(block.end(), covariance_.begin() + (first + a) * n + first, covariance_.begin() + (first + a) * n + first + size);
    std::vector<uint8_t> codes;
    for (int64_t r = 0; r < rows; ++r) {
        const auto at = fit_.codes.begin() + (r * fit_.groups() + group) * fit_.books;
        codes.insert(codes.end(), at, at + fit_.books);
    }
    const CodebookFit before = groupFit(codes);
    const std::vector<float> old = sumsOfCodes(before, fit_.codebooks);
    // What the others pull, in units of the row's scale: pulls / s - v H.
    std::vector<float> linear(old.size());
    for (size_t i = 0; i < linear.size(); ++i) {
        const size_t r = i / size_t(size), k = i % size_t(size);
        float own = 0;
        for (size_t b = 0; b < size_t(size); ++b) own += block[k * size_t(size) + b] * old[r * size_t(size) + b];
        linear[i] = pulls[r * size_t(n) + size_t(first) + k] / usableScale(r) - own;
    }
    const CodeSearchProblem problem{rows, fit_.books, fit_.entries(), size, settings_.beam, fit_.codebooks, block, linear};
    const std::vector<uint8_t> found = quantization::searchCodes(backend_, problem, codes);
    std::vector<float> changes = sumsOfCodes(groupFit(found), fit_.codebooks);
    for (size_t i = 0; i < changes.size(); ++i) changes[i] = fit_.scales[i / size_t(size)] * (changes[i] - old[i]);
    for (int64_t r = 0; r < rows; ++r)
        std::copy_n(found.begin() + r * fit_.books, fit_.books, fit_.codes.begin() + (r * fit_.groups() + group) * fit_.books);
    backend_.gemm(false, false, 1, {changes.data(), rows, size}, {covariance_.data() + first * n, size, n}, true, {pulls.data(), rows, n});
}

// One group of all rows as a matrix of its own.
CodebookFit CodebookSolver::groupFit(const std::vector<uint8_t>& codes) const
{
    return {fit_.bits, fit_.books, fit_.groupSize, fit_.rows, fit_.groupSize, codes, {}, {}};
}

float CodebookSolver::usableScale(size_t row) const
{
    const float scale = fit_.scales[row];
    return std::abs(scale) > 1e-20f ? scale : 1.0f; // a row of zeros: its codes do not matter
}

void CodebookSolver::run(JobContext& job)
{
    double before = loss();
    for (int64_t round = 0; round < settings_.rounds; ++round) {
        job.throwIfCancelled();
        fitCodebooks(settings_.leastSquares);
        fitScales();
        job.throwIfCancelled();
        searchCodes();
        const double after = loss();
        if (!(after < before * (1 - settings_.tolerance))) break;
        before = after;
    }
}

void CodebookSolver::roundNumbers()
{
    for (std::vector<float>* numbers : {&fit_.codebooks, &fit_.scales})
        for (float& number : *numbers) number = halfToFloat(floatToHalf(number));
    searchCodes();
}

} // namespace paretoscope::quantization

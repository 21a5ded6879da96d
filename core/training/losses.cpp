#include "core/training/losses.h"

#include "core/base/error.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

namespace paretoscope {

namespace {

// Log-probabilities of softmax(logits / temperature).
void logSoftmax(std::span<const float> logits, double temperature, std::vector<double>& result)
{
    result.resize(logits.size());
    const double top = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (size_t v = 0; v < logits.size(); ++v) {
        result[v] = (double(logits[v]) - top) / temperature;
        sum += std::exp(result[v]);
    }
    const double normalizer = std::log(sum);
    for (double& value : result) value -= normalizer;
}

void requireFinite(double loss)
{
    if (std::isnan(loss)) fail(ErrorCode::BadFile, "the loss is not a number (NaN)");
}

// rowLoss(row, gradient of that row) for all rows; the sum of what it returns.
double overRows(TapeOperations& tape, Value value, const std::function<double(int64_t, std::span<float>)>& rowLoss)
{
    std::vector<float> memory(size_t(value.rows() * value.columns()), 0.0f);
    const MatrixView gradient{memory.data(), value.rows(), value.columns()};
    std::vector<double> losses(size_t(value.rows()));
    parallelFor(value.rows(), 8, [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) losses[size_t(r)] = rowLoss(r, gradient.rowSpan(r));
    });
    tape.addGradient(value, gradient);
    const double loss = std::accumulate(losses.begin(), losses.end(), 0.0);
    requireFinite(loss);
    return loss;
}

} // namespace

double crossEntropy(TapeOperations& tape, Value logits, std::span<const int32_t> targets,
                    std::span<const float> weights, double share)
{
    const auto weight = [&](int64_t r) { return weights.empty() ? 1.0 : double(weights[size_t(r)]); };
    double total = 0;
    for (int64_t r = 0; r < logits.rows(); ++r) total += weight(r);
    if (!(total > 0)) return 0;
    return overRows(tape, logits, [&](int64_t r, std::span<float> gradient) {
        const double factor = share * weight(r) / total;
        if (factor == 0) return 0.0;
        std::vector<double> logP;
        logSoftmax(logits.view.rowSpan(r), 1, logP);
        const auto target = size_t(targets[size_t(r)]);
        for (size_t v = 0; v < logP.size(); ++v)
            gradient[v] = float(factor * (std::exp(logP[v]) - (v == target ? 1 : 0)));
        return -factor * logP[target];
    });
}

double forwardKl(TapeOperations& tape, Value student, ConstMatrixView teacher, double temperature, double share)
{
    const double factor = share / double(student.rows());
    return overRows(tape, student, [&](int64_t r, std::span<float> gradient) {
        std::vector<double> logP, logQ;
        logSoftmax(teacher.rowSpan(r), temperature, logP);
        logSoftmax(student.view.rowSpan(r), temperature, logQ);
        double divergence = 0;
        for (size_t v = 0; v < logP.size(); ++v) {
            divergence += std::exp(logP[v]) * (logP[v] - logQ[v]);
            gradient[v] = float(factor * temperature * (std::exp(logQ[v]) - std::exp(logP[v])));
        }
        return factor * temperature * temperature * divergence;
    });
}

double reverseKl(TapeOperations& tape, Value student, ConstMatrixView teacher, double temperature, double share)
{
    const double factor = share / double(student.rows());
    return overRows(tape, student, [&](int64_t r, std::span<float> gradient) {
        std::vector<double> logP, logQ;
        logSoftmax(teacher.rowSpan(r), temperature, logP);
        logSoftmax(student.view.rowSpan(r), temperature, logQ);
        double divergence = 0;
        for (size_t v = 0; v < logP.size(); ++v) divergence += std::exp(logQ[v]) * (logQ[v] - logP[v]);
        for (size_t v = 0; v < logP.size(); ++v)
            gradient[v] = float(factor * temperature * std::exp(logQ[v]) * (logQ[v] - logP[v] - divergence));
        return factor * temperature * temperature * divergence;
    });
}

double meanSquare(TapeOperations& tape, Value value, ConstMatrixView target, double share)
{
    const double factor = share / double(value.rows() * value.columns());
    return overRows(tape, value, [&](int64_t r, std::span<float> gradient) {
        double sum = 0;
        for (int64_t c = 0; c < value.columns(); ++c) {
            const double difference = double(value.view.row(r)[c]) - double(target.row(r)[c]);
            sum += difference * difference;
            gradient[size_t(c)] = float(2 * factor * difference);
        }
        return factor * sum;
    });
}

PreferenceLoss preferenceLoss(double policyLogRatio, double referenceLogRatio, double beta)
{
    const double margin = beta * (policyLogRatio - referenceLogRatio);
    // log(1 + exp(-margin)) without overflow
    const double loss = margin > 0 ? std::log1p(std::exp(-margin)) : -margin + std::log1p(std::exp(margin));
    return {loss, -beta / (1 + std::exp(margin))};
}

} // namespace paretoscope

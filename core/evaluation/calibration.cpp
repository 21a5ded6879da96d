#include "core/evaluation/calibration.h"

#include "core/base/random.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace paretoscope {

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

struct Bin {
    double confidence = 0, correct = 0, count = 0;
    double gap() const { return std::abs(confidence - correct) / count; }
};

std::vector<Bin> equalWidth(std::span<const double> confidence, std::span<const double> correct,
                            int bins)
{
    std::vector<Bin> result;
    result.resize(size_t(bins));
    for (size_t i = 0; i < confidence.size(); ++i) {
        const double place = std::ceil(confidence[i] * bins) - 1; // upper ends belong to the bin
        Bin& bin = result[size_t(std::clamp(place, 0.0, double(bins - 1)))];
        bin.confidence += confidence[i];
        bin.correct += correct[i];
        bin.count += 1;
    }
    return result;
}

// Items by falling confidence, ties in their order.
std::vector<size_t> byConfidence(std::span<const double> confidence)
{
    std::vector<size_t> order(confidence.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return confidence[a] > confidence[b]; });
    return order;
}

std::vector<Bin> equalCount(std::span<const double> confidence, std::span<const double> correct,
                            int bins)
{
    const std::vector<size_t> order = byConfidence(confidence);
    std::vector<Bin> result;
    result.resize(size_t(bins));
    for (size_t rank = 0; rank < order.size(); ++rank) {
        Bin& bin = result[rank * size_t(bins) / order.size()];
        bin.confidence += confidence[order[rank]];
        bin.correct += correct[order[rank]];
        bin.count += 1;
    }
    return result;
}

double expectedGap(const std::vector<Bin>& bins, double items)
{
    double sum = 0;
    for (const Bin& bin : bins)
        if (bin.count > 0) sum += bin.count / items * bin.gap();
    return sum;
}

// Mann-Whitney by ranks, ties half.
double areaUnderRoc(std::span<const double> confidence, std::span<const double> correct)
{
    const std::vector<size_t> order = byConfidence(confidence);
    double right = 0;
    double wins = 0;
    double rightSoFar = 0; // with a higher confidence
    for (size_t begin = 0; begin < order.size();) {
        size_t end = begin;
        double tiedRight = 0;
        for (; end < order.size() && confidence[order[end]] == confidence[order[begin]]; ++end)
            tiedRight += correct[order[end]];
        const double tiedWrong = double(end - begin) - tiedRight;
        wins += tiedWrong * (rightSoFar + tiedRight / 2);
        rightSoFar += tiedRight;
        begin = end;
    }
    right = rightSoFar;
    const double wrong = double(order.size()) - right;
    return right > 0 && wrong > 0 ? wins / (right * wrong) : notANumber;
}

double areaUnderRisk(std::span<const double> confidence, std::span<const double> correct)
{
    double wrong = 0;
    double sum = 0;
    size_t covered = 0;
    for (const size_t i : byConfidence(confidence)) {
        wrong += 1 - correct[i];
        sum += wrong / double(++covered);
    }
    return sum / double(covered);
}

} // namespace

Calibration calibrationOf(std::span<const double> confidence, std::span<const double> correct,
                          int bins)
{
    Calibration result;
    const auto items = double(std::min(confidence.size(), correct.size()));
    confidence = confidence.first(size_t(items));
    correct = correct.first(size_t(items));
    bins = std::max(1, bins);
    if (items == 0)
        return {notANumber, notANumber, notANumber, notANumber,
                notANumber, notANumber, notANumber, notANumber};
    const std::vector<Bin> width = equalWidth(confidence, correct, bins);
    result.expectedError = expectedGap(width, items);
    for (const Bin& bin : width)
        if (bin.count > 0) result.maximumError = std::max(result.maximumError, bin.gap());
    result.adaptiveError = expectedGap(equalCount(confidence, correct, bins), items);
    for (size_t i = 0; i < confidence.size(); ++i) {
        const double gap = confidence[i] - correct[i];
        result.signedGap += gap / items;
        result.brier += gap * gap / items;
        const double likelihood = correct[i] > 0.5 ? confidence[i] : 1 - confidence[i];
        result.logLoss -= std::log(likelihood) / items;
    }
    result.auroc = areaUnderRoc(confidence, correct);
    result.riskCoverage = areaUnderRisk(confidence, correct);
    return result;
}

double calibrationNoiseFloor(std::span<const double> confidence, int bins, int draws, uint64_t seed)
{
    if (confidence.empty() || draws < 1) return notANumber;
    std::vector<double> correct(confidence.size());
    double sum = 0;
    for (int draw = 0; draw < draws; ++draw) {
        Random random(seed, "calibration", uint64_t(draw));
        for (size_t i = 0; i < correct.size(); ++i)
            correct[i] = random.uniform() < confidence[i] ? 1 : 0;
        sum += expectedGap(equalWidth(confidence, correct, std::max(1, bins)),
                           double(confidence.size()));
    }
    return sum / draws;
}

} // namespace paretoscope

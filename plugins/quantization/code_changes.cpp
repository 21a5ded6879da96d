#include "plugins/quantization/code_changes.h"

#include "plugins/quantization/code_search.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace paretoscope::quantization {

namespace {

// The groups that are furthest from where they would be, furthest first.
std::vector<int64_t> furthestGroups(std::span<const float> dense, std::span<const float> wanted, int64_t groupSize, int64_t count)
{
    std::vector<double> lengths(dense.size() / size_t(groupSize));
    for (size_t i = 0; i < dense.size(); ++i) {
        const double way = double(wanted[i]) - double(dense[i]);
        lengths[i / size_t(groupSize)] += way * way;
    }
    std::vector<int64_t> order(lengths.size());
    std::iota(order.begin(), order.end(), int64_t{0});
    std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](int64_t a, int64_t b) {
        return lengths[size_t(a)] != lengths[size_t(b)] ? lengths[size_t(a)] > lengths[size_t(b)] : a < b;
    });
    order.resize(size_t(count));
    return order;
}

} // namespace

CodeChanges::CodeChanges(const CodebookFit& fit, const CodeChangeSettings& settings)
    : settings_(settings), free_(fit.dense()), squares_(free_.size())
{
}

int64_t CodeChanges::step(const Backend& backend, CodebookFit& fit, std::span<const float> gradient)
{
    const double correction = 1 - std::pow(settings_.beta2, double(++steps_));
    for (size_t i = 0; i < free_.size(); ++i) {
        const double g = double(gradient[i]);
        squares_[i] = float(settings_.beta2 * double(squares_[i]) + (1 - settings_.beta2) * g * g);
        const double size = std::sqrt(double(squares_[i]) / correction);
        const double scale = std::abs(double(fit.scales[i / size_t(fit.columns)]));
        if (size > 0) free_[i] -= float(settings_.rate * scale * g / size);
    }
    const int64_t groups = fit.rows * fit.groups(), size = fit.groupSize, books = fit.books;
    if (settings_.share <= 0) return 0;
    const auto allowed = std::clamp<int64_t>(int64_t(settings_.share * double(groups)), 1, groups);
    const std::vector<int64_t> chosen = furthestGroups(fit.dense(), free_, size, allowed);
    std::vector<float> pulls;
    std::vector<uint8_t> codes;
    for (const int64_t group : chosen) {
        const float scale = fit.scales[size_t(group / fit.groups())];
        for (int64_t k = 0; k < size; ++k) {
            const auto at = size_t(group * size + k);
            pulls.push_back(scale != 0 ? -free_[at] / scale : 0);
        }
        codes.insert(codes.end(), fit.codes.begin() + group * books, fit.codes.begin() + (group + 1) * books);
    }
    std::vector<float> identity(size_t(size * size));
    for (int64_t k = 0; k < size; ++k) identity[size_t(k * (size + 1))] = 1;
    const CodeSearchProblem problem{int64_t(chosen.size()), books, fit.entries(), size, settings_.beam, fit.codebooks, identity, pulls};
    const std::vector<uint8_t> found = searchCodes(backend, problem, codes);
    int64_t changed = 0;
    for (size_t i = 0; i < chosen.size(); ++i) {
        const auto from = found.begin() + std::ptrdiff_t(i) * books;
        const auto to = fit.codes.begin() + chosen[i] * books;
        changed += !std::equal(from, from + books, to);
        std::copy_n(from, books, to);
    }
    if (settings_.forget > 0) {
        const std::vector<float> after = fit.dense();
        for (size_t i = 0; i < free_.size(); ++i) free_[i] += float(settings_.forget * (double(after[i]) - double(free_[i])));
    }
    return changed;
}

} // namespace paretoscope::quantization

#include "core/evaluation/multiple_tests.h"

#include <algorithm>
#include <numeric>

namespace paretoscope {

namespace {

std::vector<size_t> bySize(std::span<const double> p)
{
    std::vector<size_t> order(p.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p[a] < p[b]; });
    return order;
}

} // namespace

std::vector<double> holmAdjusted(std::span<const double> p)
{
    std::vector<double> adjusted(p.size());
    double largest = 0;
    size_t left = p.size();
    for (const size_t i : bySize(p)) {
        largest = std::max(largest, std::min(1.0, double(left--) * p[i]));
        adjusted[i] = largest;
    }
    return adjusted;
}

std::vector<double> benjaminiHochbergAdjusted(std::span<const double> p)
{
    std::vector<double> adjusted(p.size());
    const std::vector<size_t> order = bySize(p);
    double smallest = 1;
    for (size_t rank = order.size(); rank > 0; --rank) {
        const size_t i = order[rank - 1];
        smallest = std::min(smallest, double(p.size()) * p[i] / double(rank));
        adjusted[i] = smallest;
    }
    return adjusted;
}

} // namespace paretoscope

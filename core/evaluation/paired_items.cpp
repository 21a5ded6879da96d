#include "core/evaluation/paired_items.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_map>

namespace paretoscope {

namespace {

bool sameNamesInOrder(const Measurement& a, const Measurement& b)
{
    return a.items.size() == b.items.size() &&
           std::equal(a.items.begin(), a.items.end(), b.items.begin(),
                      [](const ItemScore& x, const ItemScore& y) { return x.item == y.item; });
}

void addPair(const ItemScore& a, const ItemScore& b, PairedItems& pairs)
{
    const double difference = a.score - b.score;
    if (std::isnan(difference)) return;
    pairs.a.push_back(a.score);
    pairs.b.push_back(b.score);
    pairs.differences.push_back(difference);
    pairs.weights.push_back((a.weight + b.weight) / 2);
}

} // namespace

PairedItems pairedItems(const Measurement& a, const Measurement& b)
{
    std::unordered_map<std::string_view, const ItemScore*> byName;
    byName.reserve(b.items.size());
    PairedItems pairs;
    // What runs of one experiment have: thousands of such pairs are tested at once. Names that are
    // there twice pair in their order here.
    if (sameNamesInOrder(a, b)) {
        for (size_t i = 0; i < a.items.size(); ++i)
            addPair(a.items[i], b.items[i], pairs);
        return pairs;
    }
    for (const ItemScore& item : b.items)
        byName.emplace(item.item, &item);
    for (const ItemScore& item : a.items) {
        const auto found = byName.find(item.item);
        if (found == byName.end()) continue;
        const ItemScore& other = *found->second;
        byName.erase(found); // a name that is there twice pairs once
        addPair(item, other, pairs);
    }
    return pairs;
}

bool isExponentialOfItems(const Measurement& measurement)
{
    double sum = 0;
    double total = 0;
    for (const ItemScore& item : measurement.items) {
        sum += item.weight * item.score;
        total += item.weight;
    }
    const double mean = sum / total;
    const double value = measurement.value;
    const auto near = [&](double x) { return std::abs(value - x) <= 1e-6 * std::abs(value); };
    return near(std::exp(mean)) && !near(mean);
}

std::vector<double> finiteTerms(const PairedItems& pairs)
{
    std::vector<double> terms;
    double largest = 1;
    for (size_t i = 0; i < pairs.differences.size(); ++i) {
        terms.push_back(pairs.weights[i] * pairs.differences[i]);
        if (std::isfinite(terms.back())) largest = std::max(largest, std::abs(terms.back()));
    }
    for (double& term : terms)
        if (!std::isfinite(term)) term = std::copysign(1e6 * largest, term);
    return terms;
}

} // namespace paretoscope

#include "widgets/charts/run_dimensions.h"

#include "widgets/basics/metric_format.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace paretoscope {

namespace {

void fitDimension(RunDimension& dimension, const std::vector<RunVector>& runs, size_t index)
{
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const RunVector& run : runs) {
        if (!std::isfinite(run.values[index])) continue;
        low = std::min(low, run.values[index]);
        high = std::max(high, run.values[index]);
    }
    if (!(low <= high)) low = 0, high = 1;
    dimension.log = dimension.metric.preferLog && low > 0;
    if (low == high) { // one value: in the middle
        const double around = low == 0 ? 1 : std::abs(low) * 0.1;
        low -= around;
        high += around;
    }
    dimension.low = low;
    dimension.high = high;
}

// Average ranks, equal values share theirs.
std::vector<double> ranksOf(const std::vector<double>& values)
{
    std::vector<size_t> order(values.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (size_t i = 0; i < order.size();) {
        size_t j = i;
        while (j < order.size() && values[order[j]] == values[order[i]])
            ++j;
        for (size_t k = i; k < j; ++k)
            ranks[order[k]] = double(i + j - 1) / 2;
        i = j;
    }
    return ranks;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b)
{
    const double n = double(a.size());
    const double meanA = std::accumulate(a.begin(), a.end(), 0.0) / n;
    const double meanB = std::accumulate(b.begin(), b.end(), 0.0) / n;
    double ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - meanA) * (b[i] - meanB);
        aa += (a[i] - meanA) * (a[i] - meanA);
        bb += (b[i] - meanB) * (b[i] - meanB);
    }
    return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : std::numeric_limits<double>::quiet_NaN();
}

} // namespace

double RunDimension::placeOf(double value) const
{
    if (!std::isfinite(value) || (log && value <= 0)) return std::numeric_limits<double>::quiet_NaN();
    const double share = log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
    return metric.higherIsBetter ? share : 1 - share;
}

double RunDimension::valueAt(double place) const
{
    const double share = metric.higherIsBetter ? place : 1 - place;
    return log ? low * std::pow(high / low, share) : low + share * (high - low);
}

RunDimensions runDimensions(std::span<const Run> runs, const std::vector<std::string>& metrics)
{
    RunDimensions data;
    for (const std::string& name : metrics)
        data.dimensions.push_back({metricInfo(name), false, 0, 1});
    std::vector<std::string> signatures;
    for (const Run& run : runs) {
        if (run.state != RunState::Done) continue;
        RunVector row;
        row.run = run.id;
        row.baseline = run.baseline();
        bool any = false;
        for (const std::string& name : metrics) {
            const Measurement* m = run.measurement(name);
            any = any || m;
            row.values.push_back(m ? m->value : std::numeric_limits<double>::quiet_NaN());
        }
        if (!any) continue;
        const std::string signature = recipeSignature(run.request.recipe);
        const auto known = std::find(signatures.begin(), signatures.end(), signature);
        row.series = int(known - signatures.begin());
        if (known == signatures.end()) signatures.push_back(signature);
        data.runs.push_back(std::move(row));
    }
    const std::vector<SeriesStyle> styles = assignSeriesStyles(signatures);
    for (size_t i = 0; i < signatures.size(); ++i)
        data.series.push_back({signatures[i] == "none" ? "baseline" : signatures[i], styles[i]});
    for (size_t i = 0; i < data.dimensions.size(); ++i)
        fitDimension(data.dimensions[i], data.runs, i);
    return data;
}

double rankCorrelation(const RunDimensions& data, size_t a, size_t b)
{
    std::vector<double> first, second;
    for (const RunVector& run : data.runs) {
        if (!std::isfinite(run.values[a]) || !std::isfinite(run.values[b])) continue;
        first.push_back(run.values[a]);
        second.push_back(run.values[b]);
    }
    if (first.size() < 3) return std::numeric_limits<double>::quiet_NaN();
    return correlation(ranksOf(first), ranksOf(second));
}

} // namespace paretoscope

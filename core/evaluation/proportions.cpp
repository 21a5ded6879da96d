#include "core/evaluation/proportions.h"

#include "core/evaluation/distributions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace paretoscope {

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

} // namespace

Interval clopperPearsonInterval(int64_t successes, int64_t count, double confidence)
{
    Interval interval = wilsonInterval(successes, count, confidence);
    if (std::isnan(interval.mean)) return interval;
    const double tail = (1 - confidence) / 2;
    const auto k = double(successes);
    const auto n = double(count);
    interval.low = successes == 0 ? 0 : betaQuantile(tail, k, n - k + 1);
    interval.high = successes == count ? 1 : betaQuantile(1 - tail, k + 1, n - k);
    return interval;
}

Interval medianInterval(std::span<const double> values, double confidence)
{
    std::vector<double> sorted;
    for (const double value : values)
        if (!std::isnan(value)) sorted.push_back(value);
    std::sort(sorted.begin(), sorted.end());
    const auto count = int64_t(sorted.size());
    if (count == 0) return {notANumber, notANumber, notANumber, notANumber, 0};
    const auto at = [&](int64_t rank) { return sorted[size_t(rank)]; };
    Interval interval;
    interval.count = count;
    interval.mean = (at((count - 1) / 2) + at(count / 2)) / 2;
    // The median lies below the k-th smallest value with P(fewer than k of n tosses are heads).
    int64_t rank = 0;
    while (rank + 1 < (count + 1) / 2 && binomialCdf(rank + 1, count, 0.5) <= (1 - confidence) / 2)
        ++rank;
    interval.low = at(rank);
    interval.high = at(count - 1 - rank);
    const double z = normalQuantile(0.5 + confidence / 2);
    interval.standardError = (interval.high - interval.low) / (2 * z);
    return interval;
}

McNemar mcNemarTest(int64_t b, int64_t c)
{
    McNemar result;
    const int64_t total = b + c;
    if (b < 0 || c < 0 || total == 0) return result;
    const int64_t fewer = std::min(b, c);
    const double tail = binomialCdf(fewer, total, 0.5);
    const double observed = std::exp(logBinomial(total, fewer) - double(total) * std::log(2.0));
    result.exact = std::min(1.0, 2 * tail);
    result.midP = b == c ? 1 - observed : std::min(1.0, 2 * tail - observed);
    const double gap = std::max(0.0, double(std::abs(b - c)) - 1);
    result.chiSquare = gap * gap / double(total);
    return result;
}

Interval pairedShareInterval(int64_t count, int64_t b, int64_t c, double confidence)
{
    if (count <= 0 || b < 0 || c < 0 || b + c > count)
        return {notANumber, notANumber, notANumber, notANumber, std::max<int64_t>(0, count)};
    const double n = double(count) + 2;
    const double lost = double(b) + 0.5;
    const double gained = double(c) + 0.5;
    Interval interval;
    interval.count = count;
    interval.mean = (gained - lost) / n;
    interval.standardError = std::sqrt(lost + gained - (gained - lost) * (gained - lost) / n) / n;
    const double z = normalQuantile(0.5 + confidence / 2);
    interval.low = std::max(-1.0, interval.mean - z * interval.standardError);
    interval.high = std::min(1.0, interval.mean + z * interval.standardError);
    return interval;
}

NonInferiority judgeAgainstMargin(const Interval& ninetyPercent, double margin)
{
    NonInferiority result;
    result.low = ninetyPercent.low;
    result.high = ninetyPercent.high;
    result.nonInferior = ninetyPercent.low > -margin;
    result.equivalent = result.nonInferior && ninetyPercent.high < margin;
    return result;
}

int64_t questionsNeeded(double disagreement, double effect, double significance, double power)
{
    const double size = std::abs(effect);
    if (!(size > 0) || !(disagreement >= size) || !(disagreement <= 1)) return 0;
    const double z = normalQuantile(1 - significance / 2) + normalQuantile(power);
    return int64_t(std::ceil(z * z * (disagreement - size * size) / (size * size)));
}

} // namespace paretoscope

// Values, differences and p values as a person reads them.
#include "core/base/text.h"
#include "core/evaluation/metric.h"
#include "core/report/metric_difference.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

MetricScale scaleOf(const std::string& metric)
{
    const Metric* known = findMetric(metric);
    return known ? known->info.scale : MetricScale::Plain;
}

// As many significant digits, without an exponent where that stays readable.
std::string significant(double magnitude, int digits)
{
    if (magnitude == 0) return "0";
    if (!(magnitude >= 1e-4 && magnitude < 1e7)) return fmt::format("{:.{}g}", magnitude, digits);
    const int decimals = std::max(0, digits - 1 - int(std::floor(std::log10(magnitude))));
    std::string text = fmt::format("{:.{}f}", magnitude, decimals);
    if (text.find('.') == text.npos) return text;
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text;
}

// With the real minus sign.
std::string signedNumber(double value, int digits)
{
    return (value < 0 ? "−" : "+") + significant(std::abs(value), digits);
}

std::string plainNumber(double value)
{
    return (value < 0 ? "−" : "") + significant(std::abs(value), 3);
}

} // namespace

std::string metricText(const std::string& metric, double value)
{
    if (!std::isfinite(value)) return std::isnan(value) ? "?" : value > 0 ? "∞" : "−∞";
    switch (scaleOf(metric)) {
    case MetricScale::Bytes: return humanBytes(value);
    case MetricScale::Ratio: return fmt::format("{:.1f} %", 100 * value);
    default: return (value < 0 ? "−" : "") + significant(std::abs(value), 4);
    }
}

std::string differenceText(const std::string& metric, double difference)
{
    if (!std::isfinite(difference)) return metricText(metric, difference);
    switch (scaleOf(metric)) {
    case MetricScale::Bytes:
        return (difference < 0 ? "−" : "+") + humanBytes(std::abs(difference));
    case MetricScale::Ratio: return fmt::format("{}{:.1f} points", difference < 0 ? "−" : "+", std::abs(100 * difference));
    default: return signedNumber(difference, 3);
    }
}

std::string intervalText(const std::string& metric, double low, double high)
{
    const bool share = scaleOf(metric) == MetricScale::Ratio;
    if (scaleOf(metric) == MetricScale::Bytes)
        return fmt::format("[{}, {}]", differenceText(metric, low), differenceText(metric, high));
    const auto end = [&](double value) {
        return share ? fmt::format("{}{:.1f}", value < 0 ? "−" : "", std::abs(100 * value)) : plainNumber(value);
    };
    return fmt::format("[{}, {}]", end(low), end(high));
}

std::string pText(double p)
{
    if (p < 1e-4) return "p < 0.0001";
    return p > 0.9995 ? "p = 1" : fmt::format("p = {:.2g}", p);
}

} // namespace paretoscope

// Values, differences and p values as a person reads them.
#include "core/base/text.h"
#include "core/evaluation/metric.h"
#include "core/report/metric_difference.h"

#include <cmath>

namespace paretoscope {

namespace {

MetricScale scaleOf(const std::string& metric)
{
    const Metric* known = findMetric(metric);
    return known ? known->info.scale : MetricScale::Plain;
}

// With the real minus sign.
std::string signedNumber(double value, int digits)
{
    const std::string text = fmt::format("{:.{}g}", std::abs(value), digits);
    return (value < 0 ? "−" : "+") + text;
}

std::string plainNumber(double value)
{
    return (value < 0 ? "−" : "") + fmt::format("{:.3g}", std::abs(value));
}

} // namespace

std::string metricText(const std::string& metric, double value)
{
    if (!std::isfinite(value)) return std::isnan(value) ? "?" : value > 0 ? "∞" : "−∞";
    switch (scaleOf(metric)) {
    case MetricScale::Bytes: return humanBytes(value);
    case MetricScale::Ratio: return fmt::format("{:.1f} %", 100 * value);
    default: return fmt::format("{:.4g}", value);
    }
}

std::string differenceText(const std::string& metric, double difference)
{
    if (!std::isfinite(difference)) return metricText(metric, difference);
    switch (scaleOf(metric)) {
    case MetricScale::Bytes:
        return (difference < 0 ? "−" : "+") + humanBytes(std::abs(difference));
    case MetricScale::Ratio: return signedNumber(100 * difference, 3) + " points";
    default: return signedNumber(difference, 3);
    }
}

std::string intervalText(const std::string& metric, double low, double high)
{
    const bool share = scaleOf(metric) == MetricScale::Ratio;
    if (scaleOf(metric) == MetricScale::Bytes)
        return fmt::format("[{}, {}]", differenceText(metric, low), differenceText(metric, high));
    const double factor = share ? 100 : 1;
    return fmt::format("[{}, {}]", plainNumber(factor * low), plainNumber(factor * high));
}

std::string pText(double p)
{
    if (p < 1e-4) return "p < 0.0001";
    return p > 0.9995 ? "p = 1" : fmt::format("p = {:.2g}", p);
}

} // namespace paretoscope

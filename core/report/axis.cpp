#include "core/report/axis.h"

#include "core/evaluation/metric.h"

#include <cmath>
#include <fmt/format.h>

namespace paretoscope {

namespace {

constexpr double margin = 0.06; // of the span, at either end

// 1, 2 or 5 times a power of ten, so that about `wanted` fit.
double roundStep(double span, int wanted)
{
    const double raw = span / wanted;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    const double digit = raw / power;
    return power * (digit < 1.4 ? 1 : digit < 3.2 ? 2 : digit < 7 ? 5 : 10);
}

std::string label(double value, double step)
{
    const int digits = std::max(0, int(std::ceil(-std::log10(step) - 1e-9)));
    if (std::abs(value) >= 1e6 || (value != 0 && std::abs(value) < 1e-4)) return fmt::format("{:.3g}", value);
    const std::string text = fmt::format("{:.{}f}", value, digits);
    return text.rfind("-", 0) == 0 ? "−" + text.substr(1) : text;
}

} // namespace

Axis::Axis(const std::string& metric, double low, double high, bool logarithmic, double from, double to)
    : low_(low)
    , high_(high)
    , logarithmic_(logarithmic && low > 0)
    , from_(from)
    , to_(to)
{
    if (logarithmic_) {
        if (!(high_ > low_ * 1.01)) {
            low_ /= 1.5;
            high_ *= 1.5;
        }
        const double reach = std::pow(high_ / low_, margin);
        low_ /= reach;
        high_ *= reach;
    } else {
        if (!(high_ > low_)) {
            const double half = low_ == 0 ? 1 : std::abs(low_) / 10;
            low_ -= half;
            high_ += half;
        }
        const double reach = margin * (high_ - low_);
        low_ = low_ >= 0 ? std::max(0.0, low_ - reach) : low_ - reach;
        high_ += reach;
    }
    findUnit(metric);
    addTicks();
}

double Axis::place(double value) const
{
    const double share = logarithmic_ ? std::log(value / low_) / std::log(high_ / low_)
                                      : (value - low_) / (high_ - low_);
    return from_ + share * (to_ - from_);
}

void Axis::findUnit(const std::string& metric)
{
    const Metric* known = findMetric(metric);
    if (!known) return;
    unit_ = known->info.unit;
    if (known->info.scale == MetricScale::Ratio) {
        factor_ = 0.01;
        unit_ = "%";
    }
    if (known->info.scale != MetricScale::Bytes) return;
    unit_ = "B";
    for (const char* larger : {"KiB", "MiB", "GiB", "TiB"}) {
        if (high_ / factor_ < 1024) return;
        factor_ *= 1024;
        unit_ = larger;
    }
}

void Axis::addTicks()
{
    constexpr int wanted = 6;
    const double low = low_ / factor_, high = high_ / factor_;
    const auto add = [&](double value, double step) { ticks_.push_back({value * factor_, label(value, step)}); };
    if (!logarithmic_ || high / low < 4) { // too narrow for powers: equal steps read better
        const double step = roundStep(high - low, wanted);
        for (double i = std::ceil(low / step - 1e-9); i * step <= high * (1 + 1e-12); ++i)
            add(i * step, step);
        return;
    }
    const bool dense = high / low < 1000;
    for (double power = std::pow(10, std::floor(std::log10(low))); power <= high; power *= 10)
        for (const double digit : {1.0, 2.0, 5.0}) {
            const double value = digit * power;
            if (value >= low && value <= high && (dense || digit == 1)) add(value, power);
        }
}

} // namespace paretoscope

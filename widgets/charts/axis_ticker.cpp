#include "widgets/charts/axis_ticker.h"

#include "widgets/basics/metric_format.h"

#include <algorithm>
#include <cmath>

namespace paretoscope {

namespace {

QVector<double> multiplesPerDecade(double low, double high, std::initializer_list<double> factors)
{
    QVector<double> ticks;
    const int first = int(std::floor(std::log10(low))), last = int(std::ceil(std::log10(high)));
    for (int decade = first; decade <= last; ++decade)
        for (const double factor : factors) {
            const double tick = factor * std::pow(10.0, decade);
            if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push_back(tick);
        }
    return ticks;
}

QVector<double> linearSteps(double low, double high, int wanted)
{
    const double rough = (high - low) / std::max(2, wanted);
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    double step = power * 10;
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough) {
            step = factor * power;
            break;
        }
    QVector<double> ticks;
    for (double k = std::ceil(low / step); k * step <= high && ticks.size() < 50; ++k)
        if (k > 0) ticks.push_back(k * step);
    return ticks;
}

} // namespace

QString LinearTicker::getTickLabel(double tick, const QLocale&, QChar, int)
{
    return formatNumber(std::abs(tick) < 1e-12 ? 0 : tick, 6);
}

QVector<double> LogTicker::ticks(double low, double high, int wanted)
{
    if (!(low > 0) || !(high > low) || !std::isfinite(high)) return {};
    const double decades = std::log10(high / low);
    if (decades > 2.2 * wanted) { // every second, third, ... decade
        const int stride = int(std::ceil(decades / wanted));
        QVector<double> ticks;
        for (int d = int(std::ceil(std::log10(low))); std::pow(10.0, d) <= high; d += stride)
            ticks.push_back(std::pow(10.0, d));
        return ticks;
    }
    if (decades >= 3) return multiplesPerDecade(low, high, {1});
    const QVector<double> three = multiplesPerDecade(low, high, {1, 2, 5});
    if (three.size() >= 4) return three;
    return linearSteps(low, high, wanted);
}

QVector<double> LogTicker::createTickVector(double, const QCPRange& range)
{
    return ticks(range.lower, range.upper, std::max(3, tickCount()));
}

QVector<double> LogTicker::createSubTickVector(int, const QVector<double>& ticks)
{
    if (ticks.size() < 2 || ticks.back() / ticks.front() < 50) return {};
    return multiplesPerDecade(ticks.front(), ticks.back(), {2, 3, 4, 5, 6, 7, 8, 9});
}

QString LogTicker::getTickLabel(double tick, const QLocale&, QChar, int)
{
    return formatNumber(tick, 6);
}

} // namespace paretoscope

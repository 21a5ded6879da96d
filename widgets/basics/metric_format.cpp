#include "widgets/basics/metric_format.h"

#include "widgets/basics/text.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <array>
#include <cmath>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

DisplayUnit byteUnit(double magnitude)
{
    static const std::array<QString, 5> names{u"B"_s, u"KiB"_s, u"MiB"_s, u"GiB"_s, u"TiB"_s};
    size_t step = 0;
    double divisor = 1;
    while (step + 1 < names.size() && magnitude >= 1024 * divisor) {
        divisor *= 1024;
        ++step;
    }
    return {divisor, names[step]};
}

// Decimals that leave so many significant digits.
int decimalsFor(double value, int significantDigits)
{
    if (value == 0 || !std::isfinite(value)) return 0;
    const int exponent = int(std::floor(std::log10(std::abs(value))));
    return std::clamp(significantDigits - 1 - exponent, 0, 12);
}

QString withUnit(const QString& number, const QString& unit)
{
    return unit.isEmpty() ? number : number + QChar::Nbsp + unit;
}

} // namespace

MetricInfo metricInfo(const std::string& name)
{
    if (const Metric* metric = findMetric(name)) return metric->info;
    MetricInfo info;
    info.name = name;
    info.title = name;
    return info;
}

QString formatNumber(double value, int significantDigits)
{
    if (std::isnan(value)) return u"–"_s;
    if (std::isinf(value)) return value > 0 ? u"∞"_s : u"−∞"_s;
    const double magnitude = std::abs(value);
    QLocale locale;
    if (magnitude != 0 && (magnitude >= 1e9 || magnitude < 1e-4))
        return locale.toString(value, 'g', significantDigits);
    const int decimals = decimalsFor(value, significantDigits);
    QString text = locale.toString(value, 'f', decimals);
    const QString point = locale.decimalPoint();
    if (decimals > 0 && text.contains(point)) {
        while (text.endsWith(u'0')) text.chop(1);
        if (text.endsWith(point)) text.chop(point.size());
    }
    return text;
}

DisplayUnit displayUnit(const MetricInfo& info, double largestMagnitude)
{
    if (info.scale == MetricScale::Bytes) return byteUnit(std::abs(largestMagnitude));
    if (info.scale == MetricScale::Ratio && info.unit.empty()) return {0.01, u"%"_s};
    return {1, toQt(info.unit)};
}

QString formatMetric(const MetricInfo& info, double value)
{
    const DisplayUnit unit = displayUnit(info, value);
    return withUnit(formatNumber(value / unit.divisor), unit.name);
}

QString formatMeasurement(const MetricInfo& info, const Measurement& measurement)
{
    if (!measurement.low || !measurement.high) return formatMetric(info, measurement.value);
    const double half = (*measurement.high - *measurement.low) / 2;
    if (!(half > 0)) return formatMetric(info, measurement.value);
    const DisplayUnit unit = displayUnit(info, measurement.value);
    const double value = measurement.value / unit.divisor, noise = half / unit.divisor;
    if (!std::isfinite(value) || !std::isfinite(noise) || std::abs(value) >= 1e9)
        return withUnit(formatNumber(value) + u" ± "_s + formatNumber(noise, 2), unit.name);
    // As many digits as the noise leaves meaning, the same for both.
    const int decimals = decimalsFor(noise, 2);
    const QLocale locale;
    return withUnit(locale.toString(value, 'f', decimals) + u" ± "_s
                        + locale.toString(noise, 'f', decimals),
                    unit.name);
}

QString formatDuration(double seconds)
{
    const auto text = [](const char* source) {
        return QCoreApplication::translate("Duration", source);
    };
    if (!(seconds >= 0)) return text("unknown");
    if (seconds < 1) return text("under 1 s");
    const auto whole = qint64(std::llround(seconds));
    if (whole < 60) return text("%1 s").arg(whole);
    if (whole < 3600) return text("%1 min %2 s").arg(whole / 60).arg(whole % 60);
    return text("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
}

} // namespace paretoscope

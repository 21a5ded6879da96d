#include "widgets/basics/metric_parse.h"

#include "widgets/basics/text.h"

#include <QHash>
#include <QLocale>
#include <QRegularExpression>

#include <cmath>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

std::optional<double> factorOf(const MetricInfo& info, const QString& unit)
{
    static const QHash<QString, double> bytes{
        {u"b"_s, 1},    {u"kib"_s, 1024.0}, {u"mib"_s, 1048576.0}, {u"gib"_s, 0x1p30}, {u"tib"_s, 0x1p40},
        {u"kb"_s, 1e3}, {u"mb"_s, 1e6},     {u"gb"_s, 1e9},        {u"tb"_s, 1e12},    {QString(), 1048576.0}};
    if (info.scale == MetricScale::Bytes) return bytes.contains(unit) ? std::optional(bytes.value(unit)) : std::nullopt;
    const bool share = info.scale == MetricScale::Ratio && info.unit.empty();
    if (share && (unit.isEmpty() || unit == u"%"_s)) return 0.01;
    if (unit.isEmpty() || unit == toQt(info.unit).toLower()) return share ? 0.01 : 1.0;
    return std::nullopt;
}

} // namespace

std::optional<double> parseMetric(const MetricInfo& info, const QString& text)
{
    static const QRegularExpression form(u"^([-+−]?[0-9][0-9.,'\\s]*(?:[eE][-+]?[0-9]+)?)\\s*([^0-9]*)$"_s);
    const QString plain = QString(text).replace(QChar::Nbsp, u' ').replace(u'−', u'-').trimmed();
    const QRegularExpressionMatch match = form.match(plain);
    if (!match.hasMatch()) return std::nullopt;
    bool fine = false;
    const QString digits = match.captured(1).trimmed();
    double number = QLocale().toDouble(digits, &fine);
    if (!fine) number = QLocale::c().toDouble(digits, &fine);
    const std::optional<double> factor = factorOf(info, match.captured(2).trimmed().toLower());
    if (!fine || !factor || !std::isfinite(number)) return std::nullopt;
    return number * *factor;
}

} // namespace paretoscope

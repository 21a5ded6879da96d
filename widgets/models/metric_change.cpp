#include "widgets/models/metric_change.h"

#include "core/evaluation/proportions.h"
#include "widgets/basics/metric_format.h"
#include "widgets/basics/text.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

constexpr double significance = 0.05;

QString tr(const char* source)
{
    return QCoreApplication::translate("MetricChange", source);
}

// Counted, not timed: the same recipe gives the same number again.
bool exactlyKnown(const MetricInfo& info)
{
    return info.scale != MetricScale::Seconds && info.scale != MetricScale::Rate && info.name != "peak_memory_bytes" &&
           info.name != "time_to_first_token_ms";
}

Verdict verdictOf(const MetricChange& change)
{
    if (!change.a || !change.b) return Verdict::OnlyOne;
    if (change.change == 0) return Verdict::Same;
    if (change.p && !(*change.p < significance)) return Verdict::WithinNoise;
    if (!change.p && !exactlyKnown(change.info)) return Verdict::NoiseUnknown;
    return (change.change > 0) == change.info.higherIsBetter ? Verdict::Better : Verdict::Worse;
}

std::optional<double> negated(const std::optional<double>& value)
{
    return value ? std::optional(-*value) : std::nullopt;
}

MetricChange fromCompared(const ComparedMetric& compared)
{
    MetricChange change;
    change.info = metricInfo(compared.metric);
    change.a = compared.valueA;
    change.b = compared.valueB;
    change.change = -compared.difference;
    change.low = negated(compared.high);
    change.high = negated(compared.low);
    change.p = compared.pValue;
    change.items = compared.items;
    change.verdict = verdictOf(change);
    return change;
}

bool inPoints(const MetricInfo& info)
{
    return info.scale == MetricScale::Ratio && info.unit.empty();
}

QString unsignedChange(const MetricInfo& info, double change)
{
    if (inPoints(info)) return formatNumber(std::abs(change) * 100, 3) + QChar::Nbsp + tr("pp");
    return formatMetric(info, std::abs(change));
}

// "higher", "lower", or for bytes and times "more", "less".
QString direction(const MetricInfo& info, double change)
{
    const bool amount = info.scale == MetricScale::Bytes || info.scale == MetricScale::Seconds;
    if (amount) return change > 0 ? tr("more") : tr("less");
    return change > 0 ? tr("higher") : tr("lower");
}

// "(95%: 0.21 to 0.63), p = 0.0004, over 48 shared items"
QString noiseText(const MetricChange& change)
{
    QString text;
    if (change.low && change.high)
        text +=
            tr(" (95%: %1 to %2)").arg(formatChange(change.info, *change.low), formatChange(change.info, *change.high));
    if (change.p) text += *change.p < 0.0001 ? tr(", p < 0.0001") : tr(", p = %1").arg(formatProbability(*change.p));
    if (change.items > 0) text += tr(", over %L1 shared items").arg(change.items);
    return text;
}

QString qualitySentence(const MetricChange& change)
{
    const QString title = toQt(change.info.title);
    if (change.verdict == Verdict::Same) return tr("A and B have the same %1.").arg(title.toLower());
    if (change.verdict == Verdict::WithinNoise)
        return tr("No difference beyond the noise: B − A in %1 is %2%3.")
            .arg(title.toLower(), formatChange(change.info, change.change), noiseText(change));
    const QString what = tr("%1 %2 %3%4.")
                             .arg(title.toLower(), unsignedChange(change.info, change.change),
                                  direction(change.info, change.change), noiseText(change));
    if (change.verdict == Verdict::NoiseUnknown) return tr("Of unknown noise, B against A: %1").arg(what);
    return change.verdict == Verdict::Better ? tr("B is better: %1").arg(what) : tr("B is worse: %1").arg(what);
}

QString costSentence(const MetricChange& cost)
{
    const QString title = toQt(cost.info.title).toLower();
    if (cost.change == 0) return tr("Both have the same %1.").arg(title);
    if (!(*cost.a > 0) || !(*cost.b > 0)) return {};
    const double share = *cost.b / *cost.a;
    if (share >= 2) return tr("B's %1 is %2 times A's.").arg(title, QLocale().toString(share, 'f', 1));
    return tr("B's %1 is %2% of A's.").arg(title, QLocale().toString(100 * share, 'f', share < 0.1 ? 1 : 0));
}

const MetricChange* find(const std::vector<MetricChange>& changes, const std::string& name)
{
    const auto found = std::find_if(changes.begin(), changes.end(), [&](const MetricChange& change) {
        return change.info.name == name && change.a && change.b;
    });
    return found == changes.end() ? nullptr : &*found;
}

// Of right and wrong answers: an interval that holds for few of them and stays between -1 and 1.
void keepWithinShares(MetricChange& change, const std::vector<ComparedItem>& items)
{
    const std::optional<ItemFlips> flips = itemFlips(items);
    if (!flips || !change.low) return;
    const Interval interval = pairedShareInterval(flips->items, flips->lost, flips->gained);
    change.low = interval.low;
    change.high = interval.high;
}

bool rightOrWrong(double score)
{
    return score == 0 || score == 1;
}

} // namespace

std::vector<MetricChange> metricChanges(const Run& a, const Run& b, const Comparison& comparison)
{
    std::vector<MetricChange> changes;
    const auto addLonely = [&](const Measurement& m, bool inA) {
        MetricChange change;
        change.info = metricInfo(m.metric);
        (inA ? change.a : change.b) = m.value;
        changes.push_back(std::move(change));
    };
    for (const Measurement& m : a.measurements) {
        const auto compared = std::find_if(comparison.metrics.begin(), comparison.metrics.end(),
                                           [&](const ComparedMetric& metric) { return metric.metric == m.metric; });
        if (compared == comparison.metrics.end()) {
            addLonely(m, true);
            continue;
        }
        changes.push_back(fromCompared(*compared));
        keepWithinShares(changes.back(), comparedItems(m, *b.measurement(m.metric)));
    }
    for (const Measurement& m : b.measurements)
        if (!a.measurement(m.metric)) addLonely(m, false);
    return changes;
}

QString formatChange(const MetricInfo& info, double change)
{
    const QString sign = change > 0 ? u"+"_s : change < 0 ? u"−"_s : QString();
    return sign + unsignedChange(info, change);
}

QString formatProbability(double p)
{
    return p < 0.0001 ? u"< 0.0001"_s : formatNumber(p, 2);
}

QString verdictText(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Better:
        return tr("▲ better");
    case Verdict::Worse:
        return tr("▼ worse");
    case Verdict::WithinNoise:
        return tr("within the noise");
    case Verdict::Same:
        return tr("the same");
    case Verdict::NoiseUnknown:
        return tr("noise unknown");
    case Verdict::OnlyOne:
        return tr("only one has it");
    }
    return {};
}

QString evidenceText(const MetricChange& change)
{
    if (!change.a || !change.b) return {};
    if (change.items > 0) return tr("paired, %L1 items").arg(change.items);
    if (change.p) return tr("two intervals");
    return exactlyKnown(change.info) ? tr("exact") : tr("measured once");
}

const MetricChange* headlineChange(const std::vector<MetricChange>& changes, const std::string& quality)
{
    if (const MetricChange* wanted = find(changes, quality)) return wanted;
    for (const MetricChange& change : changes)
        if (change.items > 0) return &change;
    for (const MetricChange& change : changes)
        if (change.a && change.b) return &change;
    return nullptr;
}

QString comparisonSentence(const std::vector<MetricChange>& changes, const std::string& quality,
                           const std::string& cost)
{
    const MetricChange* headline = headlineChange(changes, quality);
    if (!headline) return tr("The two runs have no metric in common.");
    const MetricChange* price = find(changes, cost);
    const QString sentence = qualitySentence(*headline);
    return price && price != headline ? sentence + u' ' + costSentence(*price) : sentence;
}

std::vector<ComparedItem> comparedItems(const Measurement& a, const Measurement& b)
{
    std::unordered_map<std::string_view, const ItemScore*> others;
    for (const ItemScore& item : b.items)
        others.emplace(item.item, &item);
    std::vector<ComparedItem> items;
    for (const ItemScore& item : a.items) {
        const auto other = others.find(item.item);
        if (other == others.end()) continue;
        items.push_back({item.item, item.score, other->second->score, (item.weight + other->second->weight) / 2});
        others.erase(other);
    }
    return items;
}

std::optional<ItemFlips> itemFlips(const std::vector<ComparedItem>& items)
{
    if (items.empty()) return std::nullopt;
    ItemFlips flips;
    for (const ComparedItem& item : items) {
        if (!rightOrWrong(item.a) || !rightOrWrong(item.b)) return std::nullopt;
        ++flips.items;
        if (item.b > item.a) ++flips.gained;
        if (item.b < item.a) ++flips.lost;
    }
    flips.p = mcNemarTest(flips.lost, flips.gained).exact;
    return flips;
}

} // namespace paretoscope

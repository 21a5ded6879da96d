#include "widgets/charts/frontier_data.h"

#include "widgets/basics/metric_format.h"
#include "widgets/basics/text.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

namespace paretoscope {

namespace {

// Gives each new key the next index and remembers the keys in order.
class Numbering {
public:
    int of(const std::string& key)
    {
        const auto [place, isNew] = places_.try_emplace(key, int(keys_.size()));
        if (isNew) keys_.push_back(key);
        return place->second;
    }
    const std::vector<std::string>& keys() const { return keys_; }

private:
    std::unordered_map<std::string, int> places_;
    std::vector<std::string> keys_;
};

double lowOf(const Measurement& m) { return m.low.value_or(m.value); }
double highOf(const Measurement& m) { return m.high.value_or(m.value); }

FrontierChartPoint pointOf(const Run& run, const Measurement& x, const Measurement& y)
{
    FrontierChartPoint point;
    point.run = run.id;
    point.baseline = run.baseline();
    point.x = x.value;
    point.y = y.value;
    point.xLow = lowOf(x);
    point.xHigh = highOf(x);
    point.yLow = lowOf(y);
    point.yHigh = highOf(y);
    return point;
}

std::string seriesName(const Run& run, const std::string& signature, SeriesBy by)
{
    if (by == SeriesBy::Experiment) return run.experiment;
    return signature == "none" ? std::string("baseline") : signature;
}

double onAxis(double value, bool log) { return log ? std::log10(value) : value; }

PointStanding standingOf(const FrontierResult::Entry& entry)
{
    if (entry.onFrontier) return PointStanding::OnFrontier;
    return entry.dominatedBeyondNoise ? PointStanding::DominatedBeyondNoise
                                      : PointStanding::Dominated;
}

// Points of one experiment (or all, -1) that the axes can show, as core wants them; `id` is the
// index into data.points.
std::vector<FrontierPoint> frontierInput(const FrontierChartData& data, int experiment)
{
    std::vector<FrontierPoint> input;
    for (size_t i = 0; i < data.points.size(); ++i) {
        const FrontierChartPoint& p = data.points[i];
        if (experiment >= 0 && p.experiment != experiment) continue;
        if (!data.visible(p)) continue;
        const bool xl = data.x.log, yl = data.y.log;
        const double tiny = std::numeric_limits<double>::min();
        const auto low = [&](double v, bool log) { return onAxis(log ? std::max(v, tiny) : v, log); };
        input.push_back({int64_t(i), onAxis(p.x, xl), onAxis(p.y, yl), low(p.xLow, xl),
                         low(p.xHigh, xl), low(p.yLow, yl), low(p.yHigh, yl)});
    }
    return input;
}

void addLine(FrontierChartData& data, int experiment, const std::string& name)
{
    const std::vector<FrontierPoint> input = frontierInput(data, experiment);
    if (input.empty()) return;
    const FrontierResult result = computeFrontier(
        input, {data.x.metric.higherIsBetter, data.y.metric.higherIsBetter});
    FrontierLine line;
    line.name = name;
    line.experiment = experiment;
    for (const FrontierResult::Entry& entry : result.entries) {
        data.points[size_t(entry.id)].standing = standingOf(entry);
        if (entry.onFrontier) line.points.push_back(size_t(entry.id));
    }
    std::sort(line.points.begin(), line.points.end(), [&](size_t a, size_t b) {
        return data.points[a].x < data.points[b].x;
    });
    data.hypervolume = result.hypervolume;
    if (result.knee) data.knee = data.points[size_t(*result.knee)].run;
    data.lines.push_back(std::move(line));
}

void fitThird(FrontierChartData& data)
{
    bool any = false;
    for (const FrontierChartPoint& p : data.points) {
        if (!std::isfinite(p.z)) continue;
        data.zLow = any ? std::min(data.zLow, p.z) : p.z;
        data.zHigh = any ? std::max(data.zHigh, p.z) : p.z;
        any = true;
    }
    if (!any) data.zLook = ThirdLook::None;
    data.z.log = data.z.log && data.zLow > 0;
}

void addLines(FrontierChartData& data, bool linePerExperiment)
{
    if (!linePerExperiment || data.experiments.size() < 2) {
        addLine(data, -1, data.experiments.size() == 1 ? data.experiments.front() : std::string());
        return;
    }
    for (size_t i = 0; i < data.experiments.size(); ++i)
        addLine(data, int(i), data.experiments[i]);
    if (data.lines.size() > 1) {
        data.knee.reset();
        data.hypervolume = 0;
    }
}

} // namespace

bool FrontierChartData::visible(const FrontierChartPoint& point) const
{
    if (!std::isfinite(point.x) || !std::isfinite(point.y)) return false;
    return !(x.log && point.x <= 0) && !(y.log && point.y <= 0);
}

bool FrontierChartData::withinLimits(const FrontierChartPoint& point) const
{
    const auto within = [](const ChartAxis& axis, double value) {
        return !axis.limit || (axis.metric.higherIsBetter ? value >= *axis.limit : value <= *axis.limit);
    };
    return within(x, point.x) && within(y, point.y);
}

int FrontierChartData::zStep(double value) const
{
    if (!std::isfinite(value)) return -1;
    if (!(zHigh > zLow)) return thirdSteps / 2;
    const double share = z.log ? std::log(value / zLow) / std::log(zHigh / zLow) : (value - zLow) / (zHigh - zLow);
    return std::clamp(int(share * thirdSteps), 0, thirdSteps - 1);
}

size_t FrontierChartData::hiddenByLog() const
{
    return size_t(std::count_if(points.begin(), points.end(), [&](const FrontierChartPoint& p) {
        return (x.log && p.x <= 0) || (y.log && p.y <= 0);
    }));
}

FrontierChartData frontierChartData(std::span<const Run> runs, const FrontierChartOptions& options)
{
    FrontierChartData data;
    data.x = {metricInfo(options.x), options.xLog, options.xLimit};
    data.y = {metricInfo(options.y), options.yLog, options.yLimit};
    data.isoLines = options.isoLines;
    if (!options.z.empty()) data.zLook = options.zLook;
    if (data.zLook != ThirdLook::None) data.z = {metricInfo(options.z), metricInfo(options.z).preferLog, {}};
    Numbering experiments, series;
    std::vector<std::string> signatures;
    for (const Run& run : runs) {
        if (run.state != RunState::Done) continue;
        const int experiment = experiments.of(run.experiment);
        const Measurement* x = run.measurement(options.x);
        const Measurement* y = run.measurement(options.y);
        if (!x || !y) {
            ++data.withoutMetric;
            continue;
        }
        FrontierChartPoint point = pointOf(run, *x, *y);
        const std::string signature = recipeSignature(run.request.recipe);
        if (data.zLook != ThirdLook::None)
            if (const Measurement* z = run.measurement(options.z)) point.z = z->value;
        point.experiment = experiment;
        point.series = series.of(seriesName(run, signature, options.seriesBy));
        if (size_t(point.series) == signatures.size())
            signatures.push_back(options.seriesBy == SeriesBy::Strategy ? signature
                                                                        : run.experiment);
        data.points.push_back(point);
    }
    data.experiments = experiments.keys();
    fitThird(data);
    const std::vector<SeriesStyle> styles = assignSeriesStyles(signatures);
    for (size_t i = 0; i < styles.size(); ++i)
        data.series.push_back({series.keys()[i], styles[i]});
    addLines(data, options.linePerExperiment);
    return data;
}

std::string describeFrontier(const FrontierChartData& data)
{
    const auto text = [](const char* source) {
        return QCoreApplication::translate("FrontierChart", source);
    };
    if (data.empty()) return fromQt(text("No finished runs with both metrics yet."));
    double xLow = data.points[0].x, xHigh = xLow, yLow = data.points[0].y, yHigh = yLow;
    size_t onFrontier = 0;
    for (const FrontierChartPoint& p : data.points) {
        xLow = std::min(xLow, p.x);
        xHigh = std::max(xHigh, p.x);
        yLow = std::min(yLow, p.y);
        yHigh = std::max(yHigh, p.y);
        if (p.standing == PointStanding::OnFrontier) ++onFrontier;
    }
    const auto range = [&](const MetricInfo& info, double low, double high) {
        return text("%1 from %2 to %3")
            .arg(toQt(info.title), formatMetric(info, low), formatMetric(info, high));
    };
    return fromQt(text("%1 runs, %2 on the frontier; %3, %4.")
                      .arg(data.points.size())
                      .arg(onFrontier)
                      .arg(range(data.x.metric, xLow, xHigh), range(data.y.metric, yLow, yHigh)));
}

} // namespace paretoscope

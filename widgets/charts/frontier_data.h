// The frontier chart's data: what is drawn, without how. Made from runs, pure.
#pragma once

#include "core/evaluation/frontier.h"
#include "core/evaluation/metric.h"
#include "core/experiment/experiment.h"
#include "widgets/charts/series_style.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace paretoscope {

enum class PointStanding { OnFrontier, Dominated, DominatedBeyondNoise };

struct ChartAxis {
    MetricInfo metric;
    bool log = false;
    std::optional<double> limit; // the worst value that will do, in the metric's unit
};

// How a third metric shows.
enum class ThirdLook { None, Color, Size };

// One run.
struct FrontierChartPoint {
    int64_t run = 0;
    int series = 0;
    int experiment = 0; // index into FrontierChartData::experiments
    bool baseline = false;
    double x = 0, y = 0;
    double z = std::numeric_limits<double>::quiet_NaN(); // third metric; NaN = not measured
    double xLow = 0, xHigh = 0, yLow = 0, yHigh = 0; // 95%; equal to the value when unknown
    PointStanding standing = PointStanding::OnFrontier;
};

struct ChartSeries {
    std::string name; // for the legend
    SeriesStyle style;
};

// A step line: points of one frontier in the order of x.
struct FrontierLine {
    std::string name;
    int experiment = -1; // -1: of all experiments together
    std::vector<size_t> points;
};

struct FrontierChartData {
    ChartAxis x, y;
    ChartAxis z; // third metric, where `zLook` says so
    ThirdLook zLook = ThirdLook::None;
    double zLow = 0, zHigh = 0; // of the points that have it
    bool isoLines = false;      // equal products of x and y (quotients where one is better large)
    std::vector<std::string> experiments;
    std::vector<ChartSeries> series;
    std::vector<FrontierChartPoint> points;
    std::vector<FrontierLine> lines;
    std::optional<int64_t> knee; // run id; only with one line
    double hypervolume = 0;      // 0 to 1; only with one line
    size_t withoutMetric = 0;    // finished runs that lack one of the two metrics

    bool empty() const { return points.empty(); }
    // Points that a logarithmic axis cannot show.
    size_t hiddenByLog() const;
    bool visible(const FrontierChartPoint& point) const;
    bool limited() const { return x.limit || y.limit; }
    bool withinLimits(const FrontierChartPoint& point) const;
    int zStep(double value) const; // which of thirdSteps; -1 where it was not measured
};

constexpr int thirdSteps = 5; // colours or sizes of a third metric, from low to high

enum class SeriesBy { Strategy, Experiment };

struct FrontierChartOptions {
    std::string x = "file_bytes";
    std::string y = "perplexity";
    bool xLog = false, yLog = false;
    std::string z; // third metric; used when zLook is not None
    ThirdLook zLook = ThirdLook::None;
    std::optional<double> xLimit, yLimit;
    bool isoLines = false;
    bool linePerExperiment = true; // else one frontier over everything shown
    SeriesBy seriesBy = SeriesBy::Strategy;
};

// Runs that are not done are left out. Points keep the order of the runs.
FrontierChartData frontierChartData(std::span<const Run> runs, const FrontierChartOptions& options);

// "12 runs, 4 on the frontier; File size from 1.1 MiB to 9.3 MiB, Perplexity from 6.3 to 12.1.":
// what a screen reader says.
std::string describeFrontier(const FrontierChartData& data);

} // namespace paretoscope

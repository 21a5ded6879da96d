// Charts as files: what the window and `paretoscope export chart` write.
#pragma once

#include "widgets/charts/frontier_data.h"

#include <QImage>

#include <optional>
#include <string>

namespace paretoscope {

enum class LegendPlace { Automatic, TopLeft, TopRight, BottomLeft, BottomRight, None };

struct ChartExportOptions {
    double widthPoints = 720;  // 1/72 inch
    double heightPoints = 460;
    double scale = 2;          // pixels a point, PNG only
    std::string caption;       // a line under the chart; see frontierCaption

    double fontPoints = 12;
    std::string title;           // over the chart; empty = none
    std::string xLabel, yLabel;  // empty = the metric's own
    // Ends of the axes in the metrics' units; what is not given fits the data.
    std::optional<double> xFrom, xTo, yFrom, yTo;
    LegendPlace legend = LegendPlace::Automatic;
};

// "store.pareto · first-light · Paretoscope 0.1.0 · 3f2a…": where a picture comes from. The
// fingerprint is of the numbers drawn, so that equal charts have equal captions.
std::string frontierCaption(const FrontierChartData& data, const std::string& store);

// Writes PNG, SVG (vectors and real text) or PDF, by the ending of `file`, on white. Needs a
// QApplication (platform "offscreen" is enough) and its thread. Replaces the file as a whole.
// Error(BadUsage) for another ending or nothing to draw, Error(Io, DiskFull or NotFound).
void exportFrontierChart(const FrontierChartData& data, const std::string& file,
                         const ChartExportOptions& options = {});

// The same picture as the PNG, for a preview or the clipboard. Error(BadUsage) when there is nothing to draw.
QImage frontierChartImage(const FrontierChartData& data, const ChartExportOptions& options = {});

} // namespace paretoscope

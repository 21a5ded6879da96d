// Charts as files: what the window and `paretoscope export chart` write.
#pragma once

#include "widgets/charts/frontier_data.h"

#include <string>

namespace paretoscope {

struct ChartExportOptions {
    double widthPoints = 720;  // 1/72 inch
    double heightPoints = 460;
    double scale = 2;          // pixels a point, PNG only
    std::string caption;       // a line under the chart; see frontierCaption
};

// "store.pareto · first-light · Paretoscope 0.1.0 · 3f2a…": where a picture comes from. The
// fingerprint is of the numbers drawn, so that equal charts have equal captions.
std::string frontierCaption(const FrontierChartData& data, const std::string& store);

// Writes PNG, SVG (vectors and real text) or PDF, by the ending of `file`, on white. Needs a
// QApplication (platform "offscreen" is enough) and its thread. Replaces the file as a whole.
// Error(BadUsage) for another ending or nothing to draw, Error(Io, DiskFull or NotFound).
void exportFrontierChart(const FrontierChartData& data, const std::string& file,
                         const ChartExportOptions& options = {});

} // namespace paretoscope

// What leaves the window as files.
#include "app/services/workspace.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/report/report.h"
#include "widgets/basics/text.h"
#include "widgets/charts/chart_export.h"

#include <QFileInfo>

namespace paretoscope {

void Workspace::exportChart(const QString& file, const FrontierChartData& data) const
{
    ChartExportOptions options;
    options.caption = frontierCaption(data, store_ ? store_->path().string() : std::string());
    exportFrontierChart(data, fromQt(file), options);
}

void Workspace::exportTable(const QString& file)
{
    if (!store_) fail(ErrorCode::BadUsage, "no store is open, so there is no table to write");
    const Report& report = reportForFile(fromQt(file));
    ReportInput input;
    input.runs = store_->reader().runsById(snapshot_->rows);
    input.title = fromQt(QFileInfo(toQt(store_->path().string())).completeBaseName());
    writeFileAtomically(fromQt(file), report.write(input));
}

} // namespace paretoscope

#include "widgets/charts/chart_export.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/fingerprint.h"
#include "core/base/version.h"
#include "widgets/basics/text.h"
#include "widgets/charts/frontier_chart.h"

#include "widgets/charts/custom_plot.h"

#include <QBuffer>
#include <QFileInfo>
#include <QPdfWriter>
#include <QSvgGenerator>

#include <algorithm>
#include <bit>
#include <cmath>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

std::optional<Qt::Alignment> alignmentOf(LegendPlace place)
{
    switch (place) {
    case LegendPlace::TopLeft: return Qt::AlignTop | Qt::AlignLeft;
    case LegendPlace::TopRight: return Qt::AlignTop | Qt::AlignRight;
    case LegendPlace::BottomLeft: return Qt::AlignBottom | Qt::AlignLeft;
    case LegendPlace::BottomRight: return Qt::AlignBottom | Qt::AlignRight;
    case LegendPlace::Automatic:
    case LegendPlace::None: return std::nullopt;
    }
    return std::nullopt;
}

void requirePoints(const FrontierChartData& data)
{
    if (data.empty())
        fail(ErrorCode::BadUsage, "there is no finished run with both '{}' and '{}' to draw",
             data.x.metric.name, data.y.metric.name);
}

// A plot that is never shown, drawn for print.
class PrintedChart {
public:
    PrintedChart(const FrontierChartData& data, const ChartExportOptions& options)
        : size_(int(options.widthPoints), int(options.heightPoints))
        , chart_(plot_, printChartStyle(printFont(options.fontPoints)))
    {
        plot_.resize(size_);
        plot_.setViewport(QRect(QPoint(0, 0), size_));
        chart_.setData(data);
        if (!options.caption.empty()) chart_.setCaption(toQt(options.caption));
        if (!options.title.empty()) chart_.setTitle(toQt(options.title));
        chart_.setAxisTitles(toQt(options.xLabel), toQt(options.yLabel));
        chart_.setLegend(options.legend != LegendPlace::None, alignmentOf(options.legend));
        chart_.showAll();
        chart_.setEnds(true, options.xFrom, options.xTo);
        chart_.setEnds(false, options.yFrom, options.yTo);
        // Adaptive sampling would leave marks out of the file.
        for (int i = 0; i < plot_.graphCount(); ++i) plot_.graph(i)->setAdaptiveSampling(false);
    }

    QSize size() const { return size_; }

    QImage image(double scale) { return plot_.toPixmap(size_.width(), size_.height(), scale).toImage(); }

    QByteArray png(double scale)
    {
        QByteArray bytes;
        QBuffer buffer(&bytes);
        buffer.open(QIODevice::WriteOnly);
        image(scale).save(&buffer, "PNG");
        return bytes;
    }

    QByteArray svg()
    {
        QByteArray bytes;
        QBuffer buffer(&bytes);
        buffer.open(QIODevice::WriteOnly);
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setSize(size_);
        generator.setViewBox(QRect(QPoint(0, 0), size_));
        generator.setResolution(72);
        generator.setTitle(QCoreApplication::translate("FrontierChart", "Frontier"));
        generator.setDescription(toQt(describeFrontier(chart_.data())));
        paintVectors(generator);
        return bytes;
    }

    QByteArray pdf()
    {
        QByteArray bytes;
        QBuffer buffer(&bytes);
        buffer.open(QIODevice::WriteOnly);
        QPdfWriter writer(&buffer);
        writer.setResolution(72);
        writer.setPageSize(QPageSize(QSizeF(size_), QPageSize::Point));
        writer.setPageMargins(QMarginsF(0, 0, 0, 0));
        writer.setTitle(QCoreApplication::translate("FrontierChart", "Frontier"));
        writer.setCreator(u"Paretoscope "_s + QString::fromUtf8(version()));
        paintVectors(writer);
        return bytes;
    }

private:
    static QFont printFont(double points)
    {
        QFont font = QApplication::font();
        font.setPixelSize(std::max(1, int(std::lround(points)))); // a pixel is a point here
        return font;
    }

    void paintVectors(QPaintDevice& device)
    {
        QCPPainter painter;
        painter.begin(&device);
        painter.setMode(QCPPainter::pmVectorized);
        painter.setMode(QCPPainter::pmNoCaching);
        painter.setMode(QCPPainter::pmNonCosmetic);
        plot_.toPainter(&painter, size_.width(), size_.height());
        painter.end();
    }

    QSize size_;
    QCustomPlot plot_;
    FrontierChart chart_;
};

} // namespace

std::string frontierCaption(const FrontierChartData& data, const std::string& store)
{
    Fingerprint fingerprint;
    fingerprint.add(data.x.metric.name).add(data.y.metric.name);
    for (const FrontierChartPoint& p : data.points)
        fingerprint.add(std::bit_cast<uint64_t>(p.x)).add(std::bit_cast<uint64_t>(p.y));
    QStringList parts;
    if (!store.empty()) parts << QFileInfo(toQt(store)).fileName();
    QStringList names;
    for (const std::string& name : data.experiments) names << toQt(name);
    if (names.size() > 3) names = names.mid(0, 3) << u"…"_s;
    if (!names.isEmpty()) parts << names.join(u", "_s);
    parts << u"Paretoscope "_s + QString::fromUtf8(version());
    parts << toQt(fingerprint.hex().substr(0, 12));
    return fromQt(parts.join(u" · "_s));
}

void exportFrontierChart(const FrontierChartData& data, const std::string& file,
                         const ChartExportOptions& options)
{
    const QString ending = QFileInfo(toQt(file)).suffix().toLower();
    if (ending != u"png"_s && ending != u"svg"_s && ending != u"pdf"_s)
        fail(ErrorCode::BadUsage, "'{}' must end in .png, .svg or .pdf", file);
    requirePoints(data);
    PrintedChart chart(data, options);
    const QByteArray bytes = ending == u"png"_s   ? chart.png(options.scale)
                             : ending == u"svg"_s ? chart.svg()
                                                  : chart.pdf();
    writeFileAtomically(file, std::string_view(bytes.constData(), size_t(bytes.size())));
}

QImage frontierChartImage(const FrontierChartData& data, const ChartExportOptions& options)
{
    requirePoints(data);
    return PrintedChart(data, options).image(options.scale);
}

} // namespace paretoscope

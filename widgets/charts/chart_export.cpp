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

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

// A plot that is never shown, drawn for print.
class PrintedChart {
public:
    PrintedChart(const FrontierChartData& data, const ChartExportOptions& options)
        : size_(int(options.widthPoints), int(options.heightPoints))
        , chart_(plot_, printChartStyle(printFont()))
    {
        plot_.resize(size_);
        plot_.setViewport(QRect(QPoint(0, 0), size_));
        chart_.setData(data);
        if (!options.caption.empty()) chart_.setCaption(toQt(options.caption));
        chart_.showAll();
        // Adaptive sampling would leave marks out of the file.
        for (int i = 0; i < plot_.graphCount(); ++i) plot_.graph(i)->setAdaptiveSampling(false);
    }

    QSize size() const { return size_; }

    QByteArray png(double scale)
    {
        QByteArray bytes;
        QBuffer buffer(&bytes);
        buffer.open(QIODevice::WriteOnly);
        plot_.toPixmap(size_.width(), size_.height(), scale).toImage().save(&buffer, "PNG");
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
    static QFont printFont()
    {
        QFont font = QApplication::font();
        font.setPixelSize(12);
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
    if (data.empty())
        fail(ErrorCode::BadUsage, "there is no finished run with both '{}' and '{}' to draw",
             data.x.metric.name, data.y.metric.name);
    PrintedChart chart(data, options);
    const QByteArray bytes = ending == u"png"_s   ? chart.png(options.scale)
                             : ending == u"svg"_s ? chart.svg()
                                                  : chart.pdf();
    writeFileAtomically(file, std::string_view(bytes.constData(), size_t(bytes.size())));
}

} // namespace paretoscope

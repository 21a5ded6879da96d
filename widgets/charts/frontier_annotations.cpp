// The words of FrontierChart: legend, direction, notes, caption.
#include "widgets/charts/frontier_chart.h"

#include "widgets/basics/metric_format.h"
#include "widgets/basics/text.h"

#include "widgets/charts/custom_plot.h"

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

constexpr int mostLegendRows = 14;

QFont smaller(QFont font)
{
    if (font.pointSizeF() > 0) font.setPointSizeF(font.pointSizeF() * 0.9);
    return font;
}

QString tr(const char* source)
{
    return QCoreApplication::translate("FrontierChart", source);
}

// Where step `step` of the third metric begins.
double stepStart(const FrontierChartData& data, int step)
{
    const double share = double(step) / thirdSteps;
    if (data.z.log) return data.zLow * std::pow(data.zHigh / data.zLow, share);
    return data.zLow + share * (data.zHigh - data.zLow);
}

} // namespace

// A row of the legend that stands for no plottable of its own.
void FrontierChart::addLegendMark(const QString& name, const QPainterPath& shape, const QColor& color, double size)
{
    QCPGraph* graph = plot_.addGraph();
    graph->setLineStyle(QCPGraph::lsNone);
    graph->setPen(Qt::NoPen);
    graph->setScatterStyle(QCPScatterStyle(shape, QPen(Qt::NoPen), color, size));
    graph->setName(name);
    addToLegend(*graph);
}

void FrontierChart::addToLegend(QCPAbstractPlottable& plottable)
{
    if (plot_.legend->itemCount() < mostLegendRows)
        plottable.addToLegend();
    else
        ++notInLegend_;
}

void FrontierChart::styleLegend()
{
    plot_.legend->clearItems();
    plot_.legend->setVisible(!data_.empty());
    plot_.legend->setFont(smaller(style_.font));
    plot_.legend->setTextColor(style_.text);
    plot_.legend->setBorderPen(QPen(style_.grid, 1));
    QColor paper = style_.background;
    paper.setAlpha(225);
    plot_.legend->setBrush(paper);
    // A row is as high as its icon or its text, whichever is more; QCustomPlot measures the text too low,
    // which cut descenders, so the icon is given the height of a line.
    const int line = QFontMetrics(smaller(style_.font)).height() + 3;
    plot_.legend->setIconSize(22, line);
    plot_.legend->setRowSpacing(0);
    plot_.legend->setMargins(QMargins(8, 5, 8, 5));
}

void FrontierChart::placeLegend()
{
    // In the corner where no good point can be, unless a place was asked for.
    const bool right = !data_.x.metric.higherIsBetter, top = !data_.y.metric.higherIsBetter;
    const Qt::Alignment free = (right ? Qt::AlignRight : Qt::AlignLeft) | (top ? Qt::AlignTop : Qt::AlignBottom);
    plot_.axisRect()->insetLayout()->setInsetAlignment(0, legendPlace_ ? *legendPlace_ : free);
    if (!legendShown_) plot_.legend->setVisible(false);
}

void FrontierChart::setLegend(bool shown, std::optional<Qt::Alignment> place)
{
    legendShown_ = shown;
    legendPlace_ = place;
    plot_.legend->setVisible(shown && !data_.empty());
    placeLegend();
}

void FrontierChart::setTitle(const QString& title)
{
    QFont font = style_.font;
    if (font.pixelSize() > 0) font.setPixelSize(font.pixelSize() * 6 / 5);
    font.setBold(true);
    auto* element = new QCPTextElement(&plot_, title, font);
    element->setTextColor(style_.text);
    element->setTextFlags(Qt::AlignHCenter | Qt::TextWordWrap);
    element->setMargins(QMargins(6, 6, 6, 2));
    plot_.plotLayout()->insertRow(0);
    plot_.plotLayout()->addElement(0, 0, element);
}

void FrontierChart::setAxisTitles(const QString& x, const QString& y)
{
    if (!x.isEmpty()) plot_.xAxis->setLabel(x);
    if (!y.isEmpty()) plot_.yAxis->setLabel(y);
}

void FrontierChart::setEnds(bool horizontal, std::optional<double> from, std::optional<double> to)
{
    QCPAxis& axis = horizontal ? *plot_.xAxis : *plot_.yAxis;
    const double divisor = horizontal ? xDivisor_ : yDivisor_;
    const bool log = horizontal ? data_.x.log : data_.y.log;
    QCPRange range = axis.range();
    if (from && (!log || *from > 0)) range.lower = *from / divisor;
    if (to && (!log || *to > 0)) range.upper = *to / divisor;
    if (range.lower < range.upper) axis.setRange(range);
}

void FrontierChart::buildLegend()
{
    styleLegend();
    notInLegend_ = 0;
    const bool colored = data_.zLook == ThirdLook::Color;
    std::vector<bool> used(data_.series.size());
    for (const FrontierChartPoint& p : data_.points)
        if (!p.baseline && data_.visible(p)) used[size_t(p.series)] = true;
    for (size_t i = 0; i < data_.series.size(); ++i) {
        const SeriesStyle& look = data_.series[i].style;
        if (!used[i]) continue;
        addLegendMark(toQt(data_.series[i].name), markPath(look.shape),
                      colored ? style_.muted : style_.seriesColor(look), style_.markSize);
    }
    QStringList seen;
    const int plottables = plot_.plottableCount();
    for (int i = 0; i < plottables; ++i) {
        QCPAbstractPlottable* plottable = plot_.plottable(i);
        const bool line = qobject_cast<QCPCurve*>(plottable);
        const bool star = plottable->name() == tr("baseline") && qobject_cast<QCPGraph*>(plottable);
        if ((!line && !star) || plottable->name().isEmpty() || seen.contains(plottable->name())) continue;
        seen << plottable->name();
        addToLegend(*plottable);
    }
    if (data_.zLook != ThirdLook::None) addThirdLegend();
    placeLegend();
    drawn_.note = notInLegend_ > 0
                      ? tr("%n more series are not in the legend").replace(u"%n"_s, QString::number(notInLegend_))
                      : QString();
}

// What the colours or sizes of the third metric stand for.
void FrontierChart::addThirdLegend()
{
    const bool colored = data_.zLook == ThirdLook::Color;
    for (int step = 0; step < thirdSteps; ++step) {
        if (!(data_.zHigh > data_.zLow) && step != thirdSteps / 2) continue;
        const bool one = !(data_.zHigh > data_.zLow);
        const QString from = formatMetric(data_.z.metric, one ? data_.zLow : stepStart(data_, step));
        const QString to = formatMetric(data_.z.metric, stepStart(data_, step + 1));
        const QString range = one ? from : tr("%1 to %2").arg(from, to);
        const QString name = step == 0 || one ? tr("%1: %2").arg(toQt(data_.z.metric.title), range) : range;
        addLegendMark(name, markPath(MarkShape::Disc), colored ? style_.ramp[size_t(step)] : style_.muted,
                      style_.markSize * (colored ? 1.0 : thirdScale(step)));
    }
}

void FrontierChart::buildDirectionHint()
{
    if (data_.empty()) return;
    const bool right = data_.x.metric.higherIsBetter, top = data_.y.metric.higherIsBetter;
    auto* hint = new QCPItemText(&plot_);
    hint->position->setType(QCPItemPosition::ptAxisRectRatio);
    hint->position->setCoords(right ? 0.99 : 0.01, top ? 0.015 : 0.985);
    hint->setPositionAlignment((right ? Qt::AlignRight : Qt::AlignLeft) | (top ? Qt::AlignTop : Qt::AlignBottom));
    const QString arrow = right ? (top ? u"↗"_s : u"↘"_s) : (top ? u"↖"_s : u"↙"_s);
    hint->setText(right ? tr("better %1").arg(arrow) : tr("%1 better").arg(arrow));
    hint->setFont(smaller(style_.font));
    hint->setColor(style_.muted);
}

QString FrontierChart::noteText() const
{
    QStringList parts;
    if (const size_t hidden = data_.hiddenByLog())
        parts << (hidden == 1 ? tr("1 run at or below zero cannot be shown on a log axis")
                              : tr("%1 runs at or below zero cannot be shown on a log axis").arg(hidden));
    if (data_.withoutMetric == 1)
        parts << tr("1 finished run lacks one of the two metrics");
    else if (data_.withoutMetric > 1)
        parts << tr("%1 finished runs lack one of the two metrics").arg(data_.withoutMetric);
    if (!drawn_.note.isEmpty()) parts << drawn_.note;
    return parts.join(u" · "_s);
}

void FrontierChart::buildNote()
{
    drawn_.note = noteText();
    placeText(note_, 1, drawn_.note);
}

void FrontierChart::setCaption(const QString& caption)
{
    placeText(caption_, 2, caption);
}

// A row of small text under the axes, there only while it has something to say.
void FrontierChart::placeText(QCPTextElement*& element, int row, const QString& text)
{
    QCPLayoutGrid* layout = plot_.plotLayout();
    if (text.isEmpty()) {
        if (element) layout->remove(element);
        element = nullptr;
        layout->simplify();
        return;
    }
    if (!element) {
        element = new QCPTextElement(&plot_);
        if (row < layout->rowCount()) layout->insertRow(row);
        layout->addElement(std::min(row, layout->rowCount()), 0, element);
    }
    element->setText(text);
    element->setFont(smaller(style_.font));
    element->setTextColor(style_.muted);
    element->setTextFlags(Qt::AlignLeft | Qt::AlignVCenter);
    element->setMargins(QMargins(6, 2, 6, 4));
}

} // namespace paretoscope

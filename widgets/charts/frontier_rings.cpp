// The part of FrontierChart that answers the mouse: rings, positions, ranges.
#include "widgets/charts/frontier_chart.h"

#include "widgets/charts/custom_plot.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

QCPRange padded(double low, double high, bool log)
{
    constexpr double margin = 0.07;
    if (!(low <= high)) return log ? QCPRange(1, 10) : QCPRange(0, 1);
    if (log) {
        const double factor = std::pow(high > low ? high / low : 2.0, margin);
        return {low / factor, high * factor};
    }
    const double space = high > low ? (high - low) * margin
                                    : (low != 0 ? std::abs(low) * 0.1 : 1.0);
    return {low - space, high + space};
}

QCPGraph* addRing(QCustomPlot& plot, const QPen& pen, double size)
{
    QCPGraph* ring = plot.addGraph();
    ring->setLayer(u"rings"_s);
    ring->setLineStyle(QCPGraph::lsNone);
    ring->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, pen, Qt::NoBrush, size));
    ring->setAdaptiveSampling(false);
    return ring;
}

} // namespace

// All points; the intervals of those that matter as well, unless these would squeeze the points.
QCPRange FrontierChart::rangeOf(bool horizontal) const
{
    constexpr double mostStretch = 3;
    const bool log = horizontal ? data_.x.log : data_.y.log;
    double low = std::numeric_limits<double>::infinity(), high = -low;
    double barLow = low, barHigh = high;
    for (const FrontierChartPoint& p : data_.points) {
        if (!data_.visible(p)) continue;
        const double value = horizontal ? p.x : p.y;
        low = std::min(low, value);
        high = std::max(high, value);
        if (!p.baseline && p.standing != PointStanding::OnFrontier) continue;
        const double from = horizontal ? p.xLow : p.yLow;
        const double to = horizontal ? p.xHigh : p.yHigh;
        if (std::isfinite(from) && (!log || from > 0)) barLow = std::min(barLow, from);
        if (std::isfinite(to)) barHigh = std::max(barHigh, to);
    }
    const auto span = [log](double a, double b) { return log ? std::log(b / a) : b - a; };
    const double withLow = std::min(low, barLow), withHigh = std::max(high, barHigh);
    const bool fits = span(withLow, withHigh) <= mostStretch * span(low, high);
    const double divisor = horizontal ? xDivisor_ : yDivisor_;
    if (fits) return padded(withLow / divisor, withHigh / divisor, log);
    return padded(low / divisor, high / divisor, log);
}

void FrontierChart::showAll()
{
    plot_.xAxis->setRange(rangeOf(true));
    plot_.yAxis->setRange(rangeOf(false));
}

void FrontierChart::buildRings()
{
    if (!style_.interactive) return;
    selectedRing_ = addRing(plot_, QPen(style_.accent, 2), style_.markSize + 6);
    currentRing_ = addRing(plot_, QPen(style_.text, 1.5), style_.markSize + 8);
    for (size_t i = 0; i < letters_.size(); ++i) {
        auto* letter = new QCPItemText(&plot_);
        letter->setLayer(u"rings"_s);
        letter->setText(i == 0 ? u"A"_s : u"B"_s);
        QFont font = style_.font;
        font.setBold(true);
        letter->setFont(font);
        letter->setColor(style_.background);
        letter->setBrush(style_.accent);
        letter->setPadding(QMargins(4, 0, 4, 0));
        letter->setPositionAlignment(Qt::AlignLeft | Qt::AlignBottom);
        auto* place = new QCPItemTracer(&plot_);
        place->setLayer(u"rings"_s);
        place->setStyle(QCPItemTracer::tsNone);
        // Above and to the right of the mark, clear of its ring, at every zoom.
        letter->position->setParentAnchor(place->position);
        letter->position->setType(QCPItemPosition::ptAbsolute);
        const double away = style_.markSize * 0.6;
        letter->position->setCoords(away, -away);
        letters_[i] = letter;
        letterPlaces_[i] = place;
    }
    refreshRings();
}

void FrontierChart::refreshLetters()
{
    for (size_t i = 0; i < letters_.size(); ++i) {
        if (!letters_[i]) return;
        const auto point = std::find_if(data_.points.begin(), data_.points.end(), [&](const FrontierChartPoint& p) {
            return p.run == compared_[i] && data_.visible(p);
        });
        letters_[i]->setVisible(point != data_.points.end());
        if (point == data_.points.end()) continue;
        letterPlaces_[i]->position->setCoords(point->x / xDivisor_, point->y / yDivisor_);
    }
}

void FrontierChart::setCompared(int64_t a, int64_t b)
{
    if (compared_[0] == a && compared_[1] == b) return;
    compared_ = {a, b};
    refreshRings();
    replotRings();
}

void FrontierChart::refreshRings()
{
    if (!selectedRing_) return;
    QVector<double> x, y;
    for (const FrontierChartPoint& p : data_.points)
        if (selected_.contains(p.run) && data_.visible(p)) {
            x.push_back(p.x / xDivisor_);
            y.push_back(p.y / yDivisor_);
        }
    selectedRing_->setData(x, y);
    currentRing_->data()->clear();
    if (current_ && *current_ < data_.points.size()) {
        const FrontierChartPoint& p = data_.points[*current_];
        currentRing_->addData(p.x / xDivisor_, p.y / yDivisor_);
    }
    refreshLetters();
}

// Before the plot was shown once there is nothing to paint on.
void FrontierChart::replotRings()
{
    if (plot_.isVisible() && !plot_.size().isEmpty()) plot_.layer(u"rings"_s)->replot();
}

void FrontierChart::setSelected(const std::unordered_set<int64_t>& runs)
{
    selected_ = runs;
    refreshRings();
    replotRings();
}

void FrontierChart::setCurrent(std::optional<size_t> point)
{
    if (point == current_) return;
    current_ = point;
    refreshRings();
    replotRings();
}

QPointF FrontierChart::pixelOf(size_t point) const
{
    const FrontierChartPoint& p = data_.points[point];
    return {plot_.xAxis->coordToPixel(p.x / xDivisor_), plot_.yAxis->coordToPixel(p.y / yDivisor_)};
}

std::optional<size_t> FrontierChart::pointAt(const QPointF& pixel, double reach) const
{
    std::optional<size_t> best;
    double bestDistance = reach * reach;
    for (size_t i = 0; i < data_.points.size(); ++i) {
        if (!data_.visible(data_.points[i])) continue;
        const QPointF away = pixelOf(i) - pixel;
        double distance = QPointF::dotProduct(away, away);
        // Where marks overlap, the one that is drawn on top answers.
        if (data_.points[i].standing != PointStanding::OnFrontier) distance += 1e-6;
        if (distance < bestDistance || (!best && distance <= bestDistance)) {
            bestDistance = distance;
            best = i;
        }
    }
    return best;
}

std::vector<size_t> FrontierChart::pointsIn(const QRectF& pixels) const
{
    std::vector<size_t> inside;
    for (size_t i = 0; i < data_.points.size(); ++i)
        if (data_.visible(data_.points[i]) && pixels.contains(pixelOf(i))) inside.push_back(i);
    return inside;
}

} // namespace paretoscope

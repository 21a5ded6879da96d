#include "app/pages/frontier_controls.h"

#include "app/pages/frontier_extras.h"
#include "core/base/json.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/metric_format.h"
#include "widgets/basics/text.h"
#include "widgets/theme/spacing.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace paretoscope {

FrontierControls::FrontierControls(QWidget* parent)
    : QWidget(parent)
    , x_(makeMetricBox(tr("Metric across")))
    , xLog_(new QCheckBox(tr("log"), this))
    , y_(makeMetricBox(tr("Metric up")))
    , yLog_(new QCheckBox(tr("log"), this))
    , lines_(new QComboBox(this))
    , series_(new QComboBox(this))
    , extras_(new FrontierExtras(this))
    , more_(makeIconButton(u"settings"_s, tr("Third metric, limits, lines of equal cost"), this))
    , zoomIn_(makeIconButton(u"zoom-in"_s, tr("Zoom in (+)"), this))
    , zoomOut_(makeIconButton(u"zoom-out"_s, tr("Zoom out (−)"), this))
    , showAll_(makeIconButton(u"zoom-reset"_s, tr("Show everything (0)"), this))
{
    xLog_->setAccessibleName(tr("Logarithmic axis across"));
    yLog_->setAccessibleName(tr("Logarithmic axis up"));
    lines_->addItems({tr("A frontier each"), tr("One frontier")});
    lines_->setAccessibleName(tr("Frontier of overlaid experiments"));
    series_->addItems({tr("Marks by strategy"), tr("Marks by experiment")});
    series_->setAccessibleName(tr("What colours and shapes stand for"));
    auto* xLabel = makeLabel(tr("&x"), "muted", this, false);
    auto* yLabel = makeLabel(tr("&y"), "muted", this, false);
    xLabel->setBuddy(x_);
    yLabel->setBuddy(y_);
    auto* layout = new QHBoxLayout;
    layout->setContentsMargins(spacing().medium, spacing().tiny, spacing().tiny, spacing().tiny);
    layout->setSpacing(spacing().small);
    for (QWidget* widget : std::initializer_list<QWidget*>{xLabel, x_, xLog_, yLabel, y_, yLog_, lines_, series_})
        layout->addWidget(widget);
    layout->addStretch();
    layout->setSpacing(spacing().tiny);
    for (QToolButton* button : {more_, zoomIn_, zoomOut_, showAll_}) layout->addWidget(button);
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addLayout(layout);
    rows->addWidget(extras_);
    more_->setCheckable(true);
    extras_->setVisible(false);
    connect(more_, &QToolButton::toggled, extras_, &QWidget::setVisible);
    connect(extras_, &FrontierExtras::changed, this, &FrontierControls::changed);
    connect(xLog_, &QCheckBox::toggled, this, &FrontierControls::changed);
    connect(yLog_, &QCheckBox::toggled, this, &FrontierControls::changed);
    connect(lines_, &QComboBox::currentIndexChanged, this, &FrontierControls::changed);
    connect(series_, &QComboBox::currentIndexChanged, this, &FrontierControls::changed);
    setMetrics({});
    setOverlaid(false);
}

QComboBox* FrontierControls::makeMetricBox(const QString& name)
{
    auto* box = new QComboBox(this);
    box->setAccessibleName(name);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(14);
    connect(box, &QComboBox::currentIndexChanged, this, [this, box] {
        if (filling_) return;
        QCheckBox* log = box == x_ ? xLog_ : yLog_;
        const QSignalBlocker quiet(log);
        log->setChecked(metricInfo(metricOf(box)).preferLog);
        Q_EMIT changed();
    });
    return box;
}

std::string FrontierControls::metricOf(const QComboBox* box)
{
    return fromQt(box->currentData().toString());
}

void FrontierControls::setMetrics(const std::vector<std::string>& measured)
{
    if (measured == measured_ && x_->count() > 0) return;
    measured_ = measured;
    std::vector<std::string> names = measured;
    for (const Metric* metric : metrics::all())
        if (std::find(names.begin(), names.end(), metric->info.name) == names.end())
            names.push_back(metric->info.name);
    extras_->setMetrics(names);
    filling_ = true;
    for (QComboBox* box : {x_, y_}) {
        const QVariant chosen = box->currentData();
        box->clear();
        for (size_t i = 0; i < names.size(); ++i) {
            if (i == measured.size() && i > 0) box->insertSeparator(box->count());
            const MetricInfo info = metricInfo(names[i]);
            box->addItem(toQt(info.title), toQt(names[i]));
            box->setItemData(box->count() - 1, toQt(info.description), Qt::ToolTipRole);
        }
        box->setCurrentIndex(std::max(0, box->findData(chosen)));
    }
    filling_ = false;
}

void FrontierControls::setOverlaid(bool severalExperiments)
{
    lines_->setVisible(severalExperiments);
    series_->setVisible(severalExperiments);
}

void FrontierControls::choose(const std::string& x, const std::string& y)
{
    filling_ = true;
    const auto set = [](QComboBox* box, QCheckBox* log, const std::string& name) {
        if (box->findData(toQt(name)) < 0) box->addItem(toQt(metricInfo(name).title), toQt(name));
        box->setCurrentIndex(box->findData(toQt(name)));
        const QSignalBlocker quiet(log);
        log->setChecked(metricInfo(name).preferLog);
    };
    set(x_, xLog_, x);
    set(y_, yLog_, y);
    filling_ = false;
    Q_EMIT changed();
}

Json FrontierControls::state() const
{
    return {{"x", metricOf(x_)},
            {"y", metricOf(y_)},
            {"x_log", xLog_->isChecked()},
            {"y_log", yLog_->isChecked()},
            {"one_frontier", lines_->currentIndex() == 1},
            {"marks_by_experiment", series_->currentIndex() == 1},
            {"extras", extras_->state()}};
}

void FrontierControls::restore(const Json& state)
{
    if (!state.is_object()) return;
    {
        const QSignalBlocker quiet(this);
        const std::string x = state.value("x", metricOf(x_)), y = state.value("y", metricOf(y_));
        choose(x, y);
        xLog_->setChecked(state.value("x_log", xLog_->isChecked()));
        yLog_->setChecked(state.value("y_log", yLog_->isChecked()));
        lines_->setCurrentIndex(state.value("one_frontier", false) ? 1 : 0);
        series_->setCurrentIndex(state.value("marks_by_experiment", false) ? 1 : 0);
        extras_->restore(state.value("extras", Json()));
    }
    more_->setChecked(extras_->inUse());
    Q_EMIT changed();
}

FrontierChartOptions FrontierControls::options() const
{
    FrontierChartOptions options;
    options.x = metricOf(x_);
    options.y = metricOf(y_);
    options.xLog = xLog_->isChecked();
    options.yLog = yLog_->isChecked();
    const bool overlaid = !lines_->isHidden();
    options.linePerExperiment = !overlaid || lines_->currentIndex() == 0;
    extras_->setAxes(options.x, options.y);
    extras_->apply(options);
    options.seriesBy = overlaid && series_->currentIndex() == 1 ? SeriesBy::Experiment
                                                                : SeriesBy::Strategy;
    return options;
}

} // namespace paretoscope

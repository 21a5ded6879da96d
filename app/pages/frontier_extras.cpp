#include "app/pages/frontier_extras.h"

#include "core/base/json.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/metric_format.h"
#include "widgets/basics/metric_parse.h"
#include "widgets/basics/text.h"
#include "widgets/theme/spacing.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace paretoscope {

FrontierExtras::FrontierExtras(QWidget* parent)
    : QWidget(parent)
    , look_(new QComboBox(this))
    , metric_(new QComboBox(this))
    , xLabel_(makeLabel(QString(), "muted", this, false))
    , xLimit_(new QLineEdit(this))
    , yLabel_(makeLabel(QString(), "muted", this, false))
    , yLimit_(new QLineEdit(this))
    , iso_(new QCheckBox(tr("Equal cost"), this))
{
    look_->addItems({tr("No third metric"), tr("Colour shows"), tr("Size shows")});
    look_->setAccessibleName(tr("How a third metric shows"));
    metric_->setAccessibleName(tr("Third metric"));
    metric_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    metric_->setMinimumContentsLength(12);
    metric_->setVisible(false);
    iso_->setToolTip(tr("Dotted lines along which size times loss, or size for a right answer, stays the same, in "
                        "multiples of the baseline's"));
    for (QLineEdit* field : {xLimit_, yLimit_}) {
        field->setPlaceholderText(tr("no limit"));
        field->setClearButtonEnabled(true);
        field->setMaximumWidth(charactersWide(14));
    }
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(spacing().medium, 0, spacing().tiny, spacing().tiny);
    layout->setSpacing(spacing().small);
    for (QWidget* widget : std::initializer_list<QWidget*>{look_, metric_, xLabel_, xLimit_, yLabel_, yLimit_, iso_})
        layout->addWidget(widget);
    layout->addStretch();
    xLabel_->setBuddy(xLimit_);
    yLabel_->setBuddy(yLimit_);
    connect(look_, &QComboBox::currentIndexChanged, this, [this](int index) {
        metric_->setVisible(index > 0);
        if (!filling_) Q_EMIT changed();
    });
    connect(metric_, &QComboBox::currentIndexChanged, this, [this] {
        if (!filling_) Q_EMIT changed();
    });
    connect(iso_, &QCheckBox::toggled, this, [this] {
        if (!filling_) Q_EMIT changed();
    });
    connect(xLimit_, &QLineEdit::editingFinished, this, [this] { readLimit(xLimit_, x_); });
    connect(yLimit_, &QLineEdit::editingFinished, this, [this] { readLimit(yLimit_, y_); });
    // The little cross clears at once.
    for (QLineEdit* field : {xLimit_, yLimit_})
        connect(field, &QLineEdit::textChanged, this, [this, field](const QString& text) {
            if (text.isEmpty() && !filling_) readLimit(field, field == xLimit_ ? x_ : y_);
        });
}

void FrontierExtras::setMetrics(const std::vector<std::string>& names)
{
    filling_ = true;
    const QVariant chosen = metric_->currentData();
    metric_->clear();
    for (const std::string& name : names)
        metric_->addItem(toQt(metricInfo(name).title), toQt(name));
    metric_->setCurrentIndex(std::max(0, metric_->findData(chosen)));
    filling_ = false;
}

// What is being typed stays: points arrive all the time.
void FrontierExtras::setAxes(const std::string& x, const std::string& y)
{
    const bool newX = std::exchange(x_, x) != x, newY = std::exchange(y_, y) != y;
    if (newX || !xLimit_->hasFocus()) showLimit(xLimit_, xLabel_, x);
    if (newY || !yLimit_->hasFocus()) showLimit(yLimit_, yLabel_, y);
}

void FrontierExtras::showLimit(QLineEdit* field, QLabel* label, const std::string& metric)
{
    const MetricInfo info = metricInfo(metric);
    const auto limit = limits_.find(metric);
    const QString bound = info.higherIsBetter ? u"≥"_s : u"≤"_s;
    label->setText(u"%1 %2"_s.arg(field == xLimit_ ? tr("x") : tr("y"), bound));
    const QString words = info.higherIsBetter ? tr("At least this %1").arg(toQt(info.title).toLower())
                                              : tr("At most this %1").arg(toQt(info.title).toLower());
    field->setAccessibleName(words);
    field->setToolTip(words);
    filling_ = true;
    field->setText(limit == limits_.end() ? QString() : formatMetric(info, limit->second));
    filling_ = false;
    setRole(label, "muted");
}

// Said back in the program's words, so that one sees how it was understood.
void FrontierExtras::readLimit(QLineEdit* field, const std::string& metric)
{
    const auto known = limits_.find(metric);
    const QString shown = known == limits_.end() ? QString() : formatMetric(metricInfo(metric), known->second);
    if (field->text() == shown) return;
    const std::optional<double> value = parseMetric(metricInfo(metric), field->text());
    const bool wrong = !value && !field->text().trimmed().isEmpty();
    QLabel* label = field == xLimit_ ? xLabel_ : yLabel_;
    setRole(label, wrong ? "bad" : "muted");
    if (wrong) {
        label->setText(tr("not a number:"));
        return; // to be corrected
    }
    setLimit(metric, value);
}

void FrontierExtras::setLimit(const std::string& metric, std::optional<double> value)
{
    if (value)
        limits_[metric] = *value;
    else
        limits_.erase(metric);
    showLimit(xLimit_, xLabel_, x_);
    showLimit(yLimit_, yLabel_, y_);
    Q_EMIT changed();
}

void FrontierExtras::apply(FrontierChartOptions& options) const
{
    options.zLook = ThirdLook(look_->currentIndex());
    options.z = fromQt(metric_->currentData().toString());
    const auto limitOf = [&](const std::string& metric) {
        const auto limit = limits_.find(metric);
        return limit == limits_.end() ? std::nullopt : std::optional(limit->second);
    };
    options.xLimit = limitOf(options.x);
    options.yLimit = limitOf(options.y);
    options.isoLines = iso_->isChecked();
}

bool FrontierExtras::inUse() const
{
    return look_->currentIndex() > 0 || !limits_.empty() || iso_->isChecked();
}

Json FrontierExtras::state() const
{
    return {{"look", look_->currentIndex()},
            {"third", fromQt(metric_->currentData().toString())},
            {"limits", limits_},
            {"equal_cost", iso_->isChecked()}};
}

void FrontierExtras::restore(const Json& state)
{
    if (!state.is_object()) return;
    filling_ = true;
    const std::string third = state.value("third", std::string());
    if (!third.empty() && metric_->findData(toQt(third)) < 0)
        metric_->addItem(toQt(metricInfo(third).title), toQt(third));
    if (!third.empty()) metric_->setCurrentIndex(metric_->findData(toQt(third)));
    look_->setCurrentIndex(std::clamp(state.value("look", 0), 0, 2));
    iso_->setChecked(state.value("equal_cost", false));
    limits_.clear();
    if (const auto limits = state.find("limits"); limits != state.end() && limits->is_object())
        for (const auto& [name, value] : limits->items())
            if (value.is_number()) limits_[name] = value.get<double>();
    filling_ = false;
    setAxes(x_, y_);
}

} // namespace paretoscope

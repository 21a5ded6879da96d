#include "widgets/editors/step_card.h"

#include "core/base/json.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/text.h"
#include "widgets/forms/parameter_form.h"
#include "widgets/theme/spacing.h"

#include <QHBoxLayout>

using namespace Qt::StringLiterals;

namespace paretoscope {

StepCard::StepCard(const Strategy& strategy, QWidget* parent)
    : QFrame(parent)
    , strategy_(strategy)
    , title_(makeLabel(QString(), "title", this))
    , form_(new ParameterForm(strategy.parameters(), true, this))
{
    setProperty("role", u"card"_s);
    const StrategyInfo& info = strategy.info();
    const QString name = toQt(info.name);
    auto* about = makeIconButton(u"info"_s, tr("About %1").arg(name), this);
    up_ = makeIconButton(u"up"_s, tr("Move %1 up").arg(name), this);
    down_ = makeIconButton(u"down"_s, tr("Move %1 down").arg(name), this);
    auto* remove = makeIconButton(u"remove"_s, tr("Remove %1").arg(name), this);
    about->setCheckable(true);
    auto* header = new QHBoxLayout;
    header->setSpacing(0);
    header->addWidget(title_, 1);
    for (QToolButton* button : {about, up_, down_, remove}) header->addWidget(button);

    auto* summary = makeLabel(toQt(info.summary), "muted", this);
    auto* paper = makeLabel(toQt(info.paper), "muted", this);
    summary->hide();
    paper->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(spacing().panel());
    layout->setSpacing(spacing().small);
    layout->addLayout(header);
    layout->addWidget(summary);
    layout->addWidget(paper);
    layout->addWidget(form_);
    if (strategy.parameters().empty()) form_->hide();
    connect(about, &QToolButton::toggled, summary, &QWidget::setVisible);
    connect(about, &QToolButton::toggled, paper, &QWidget::setVisible);
    connect(up_, &QToolButton::clicked, this, [this] { Q_EMIT moveRequested(-1); });
    connect(down_, &QToolButton::clicked, this, [this] { Q_EMIT moveRequested(1); });
    connect(remove, &QToolButton::clicked, this, &StepCard::removeRequested);
    connect(form_, &ParameterForm::changed, this, &StepCard::changed);
    setPlace(0, 1);
}

RecipeStep StepCard::step() const
{
    const std::string& id = strategy_.info().id;
    return {id, completeSettings(strategy_.parameters(), form_->values(), id)};
}

std::vector<SweepAxis> StepCard::axes() const
{
    std::vector<SweepAxis> axes;
    for (const ParameterForm::Sweep& sweep : form_->sweeps())
        axes.push_back({strategy_.info().id, sweep.parameter, sweep.values});
    return axes;
}

void StepCard::setPlace(int index, int count)
{
    title_->setText(count > 1 ? u"%1. %2"_s.arg(index + 1).arg(toQt(strategy_.info().name))
                              : toQt(strategy_.info().name));
    up_->setEnabled(index > 0);
    down_->setEnabled(index + 1 < count);
    up_->setVisible(count > 1);
    down_->setVisible(count > 1);
}

} // namespace paretoscope

#include "app/pages/metric_menu.h"

#include "widgets/basics/metric_format.h"
#include "widgets/basics/text.h"
#include "widgets/theme/icons.h"

#include <QMenu>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace paretoscope {

MetricMenu::MetricMenu(const QString& text, size_t most, QWidget* parent)
    : QToolButton(parent)
    , most_(most)
{
    setText(text);
    setAccessibleName(text);
    setIcon(themeIcon(u"columns"_s));
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    setFocusPolicy(Qt::StrongFocus);
    setPopupMode(QToolButton::InstantPopup);
    setMenu(new QMenu(this));
    connect(menu(), &QMenu::aboutToShow, this, &MetricMenu::fill);
}

void MetricMenu::setAvailable(const std::vector<std::string>& metrics)
{
    available_ = metrics;
}

void MetricMenu::setChosen(const std::vector<std::string>& metrics)
{
    chosen_ = metrics;
    if (chosen_.size() > most_) chosen_.resize(most_);
}

void MetricMenu::toggle(const std::string& metric)
{
    const auto place = std::find(chosen_.begin(), chosen_.end(), metric);
    if (place != chosen_.end())
        chosen_.erase(place);
    else if (chosen_.size() < most_)
        chosen_.push_back(metric);
    else
        return;
    Q_EMIT chosenChanged();
}

void MetricMenu::fill()
{
    menu()->clear();
    const bool full = chosen_.size() >= most_;
    for (const std::string& name : available_) {
        const MetricInfo info = metricInfo(name);
        QAction* action = menu()->addAction(toQt(info.title));
        action->setToolTip(toQt(info.description));
        action->setCheckable(true);
        action->setChecked(std::find(chosen_.begin(), chosen_.end(), name) != chosen_.end());
        action->setEnabled(action->isChecked() || !full);
        connect(action, &QAction::toggled, this, [this, name] { toggle(name); });
    }
    if (!full) return;
    menu()->addSeparator();
    menu()->addAction(tr("%1 are the most that can be read").arg(most_))->setEnabled(false);
}

} // namespace paretoscope

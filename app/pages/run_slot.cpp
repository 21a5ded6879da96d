#include "app/pages/run_slot.h"

#include "core/experiment/experiment.h"
#include "widgets/basics/elided_label.h"
#include "widgets/basics/labels.h"
#include "widgets/basics/text.h"
#include "widgets/models/run_columns.h"
#include "widgets/theme/spacing.h"

#include <QHBoxLayout>
#include <QSignalBlocker>

using namespace Qt::StringLiterals;

namespace paretoscope {

RunSlot::RunSlot(const QString& letter, QWidget* parent)
    : QWidget(parent)
    , letter_(letter)
    , recipe_(new ElidedLabel(this))
    , origin_(new ElidedLabel(this, Qt::ElideRight))
    , pin_(makeIconButton(u"pin"_s, tr("Keep this run as %1").arg(letter), this))
{
    pin_->setCheckable(true);
    QFont strong = font();
    strong.setWeight(QFont::DemiBold);
    recipe_->setFont(strong);
    origin_->setMuted(true);
    auto* badge = makeLabel(letter, "badge", this, false);
    badge->setAlignment(Qt::AlignCenter);
    badge->setFixedWidth(charactersWide(3));
    auto* words = new QVBoxLayout;
    words->setSpacing(0);
    words->addWidget(recipe_);
    words->addWidget(origin_);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(spacing().small);
    layout->addWidget(badge);
    layout->addLayout(words, 1);
    layout->addWidget(pin_);
}

void RunSlot::setRun(const Run& run, bool pinned)
{
    recipe_->setText(RunColumn{RunColumn::Kind::Recipe, {}}.text(run));
    origin_->setText(tr("run %1 of %2").arg(run.id).arg(toQt(run.experiment)));
    const QSignalBlocker quiet(pin_);
    pin_->setEnabled(true);
    pin_->setChecked(pinned);
}

void RunSlot::clear(const QString& hint)
{
    recipe_->setText(u"–"_s);
    origin_->setText(hint);
    const QSignalBlocker quiet(pin_);
    pin_->setChecked(false);
    pin_->setEnabled(false);
}

QString RunSlot::text() const
{
    return recipe_->text();
}

} // namespace paretoscope

#include "widgets/charts/hover_card.h"

#include "widgets/theme/spacing.h"

#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace paretoscope {

HoverCard::HoverCard(QWidget* view) : QFrame(view), label_(new QLabel(this))
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setProperty("role", QStringLiteral("card"));
    label_->setTextFormat(Qt::RichText);
    auto* layout = new QVBoxLayout(this);
    const int space = spacing().small;
    layout->setContentsMargins(space, space, space, space);
    layout->addWidget(label_);
    hide();
}

QString HoverCard::text() const { return label_->text(); }

void HoverCard::showAt(const QPoint& anchor, const QString& html)
{
    label_->setText(html);
    // Long recipes wrap; numbers stay on their line.
    label_->setWordWrap(false);
    const int widest = std::max(200, parentWidget()->width() / 2);
    if (label_->sizeHint().width() > widest) {
        label_->setWordWrap(true);
        label_->setFixedWidth(widest);
    } else {
        label_->setMinimumWidth(0);
        label_->setMaximumWidth(QWIDGETSIZE_MAX);
    }
    adjustSize();
    const int gap = spacing().medium;
    QPoint place = anchor + QPoint(gap, gap);
    const QSize room = parentWidget()->size();
    if (place.x() + width() > room.width()) place.setX(anchor.x() - gap - width());
    if (place.y() + height() > room.height()) place.setY(anchor.y() - gap - height());
    move(std::max(0, place.x()), std::max(0, place.y()));
    raise();
    show();
}

} // namespace paretoscope

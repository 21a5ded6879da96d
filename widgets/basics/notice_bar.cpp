#include "widgets/basics/notice_bar.h"

#include "widgets/basics/labels.h"
#include "widgets/theme/icons.h"
#include "widgets/theme/spacing.h"

#include <QAccessible>
#include <QHBoxLayout>

using namespace Qt::StringLiterals;

namespace paretoscope {

NoticeBar::NoticeBar(QWidget* parent)
    : QFrame(parent)
    , icon_(new QLabel(this))
    , label_(makeLabel(QString(), "", this))
    , close_(makeIconButton(u"cancel"_s, tr("Dismiss this message"), this))
{
    setProperty("role", u"notice"_s);
    label_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* layout = new QHBoxLayout(this);
    const int space = spacing().small;
    layout->setContentsMargins(spacing().medium, space, space, space);
    layout->setSpacing(space);
    layout->addWidget(icon_, 0, Qt::AlignTop);
    layout->addWidget(label_, 1);
    layout->addWidget(close_, 0, Qt::AlignTop);
    connect(close_, &QToolButton::clicked, this, &QWidget::hide);
    hide();
}

void NoticeBar::showError(const QString& sentence) { showText(sentence, "bad", u"warning"_s); }

void NoticeBar::showInfo(const QString& sentence) { showText(sentence, "", u"info"_s); }

QString NoticeBar::text() const { return isHidden() ? QString() : label_->text(); }

void NoticeBar::showText(const QString& sentence, const char* role, const QString& icon)
{
    label_->setText(sentence);
    setRole(label_, role);
    const int side = fontMetrics().height();
    const IconTint tint = *role ? IconTint::Bad : IconTint::Accent;
    icon_->setPixmap(themeIcon(icon, tint).pixmap(side, side));
    show();
    setAccessibleName(sentence);
    QAccessibleEvent event(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

} // namespace paretoscope

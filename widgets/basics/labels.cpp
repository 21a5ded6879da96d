#include "widgets/basics/labels.h"

#include "widgets/theme/icons.h"

#include <QStyle>

namespace paretoscope {

QLabel* makeLabel(const QString& text, const char* role, QWidget* parent, bool wrapped)
{
    auto* label = new QLabel(text, parent);
    label->setWordWrap(wrapped);
    label->setProperty("role", QString::fromLatin1(role));
    return label;
}

void setRole(QWidget* widget, const char* role)
{
    const QString name = QString::fromLatin1(role);
    if (widget->property("role") == name) return;
    widget->setProperty("role", name);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

QToolButton* makeIconButton(const QString& icon, const QString& tip, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setIcon(themeIcon(icon));
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    button->setProperty("compact", true);
    return button;
}

QPushButton* makePrimaryButton(const QString& text, QWidget* parent)
{
    auto* button = new QPushButton(text, parent);
    button->setProperty("primary", true);
    return button;
}

} // namespace paretoscope

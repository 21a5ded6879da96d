#include "widgets/basics/elided_label.h"

#include "widgets/theme/theme.h"

#include <QPainter>

namespace paretoscope {

ElidedLabel::ElidedLabel(QWidget* parent, Qt::TextElideMode mode)
    : QWidget(parent)
    , mode_(mode)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void ElidedLabel::setText(const QString& text)
{
    if (text_ == text) return;
    text_ = text;
    setToolTip(text);
    setAccessibleDescription(text);
    updateGeometry();
    update();
}

void ElidedLabel::setMuted(bool muted)
{
    muted_ = muted;
    update();
}

QSize ElidedLabel::sizeHint() const
{
    return {fontMetrics().horizontalAdvance(text_), fontMetrics().height()};
}

QSize ElidedLabel::minimumSizeHint() const
{
    return {fontMetrics().averageCharWidth() * 8, fontMetrics().height()};
}

void ElidedLabel::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const ThemeColors& colors = Theme::instance().colors();
    painter.setPen(muted_ ? colors.muted : colors.text);
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter, fontMetrics().elidedText(text_, mode_, width()));
}

} // namespace paretoscope

#include "widgets/basics/part_bar.h"

#include "widgets/theme/spacing.h"
#include "widgets/theme/theme.h"

#include <QLocale>
#include <QPainter>

#include <array>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

// Series colours that differ in lightness as well.
constexpr std::array<size_t, 5> partColors{0, 4, 3, 6, 7};

QColor colorOf(size_t part)
{
    return Theme::instance().colors().series[partColors[part % partColors.size()]];
}

} // namespace

PartBar::PartBar(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void PartBar::setParts(std::vector<Part> parts)
{
    std::erase_if(parts, [](const Part& part) { return !(part.amount > 0); });
    parts_ = std::move(parts);
    total_ = 0;
    QStringList texts;
    for (const Part& part : parts_) {
        total_ += part.amount;
        texts << part.name + u' ' + part.text;
    }
    setAccessibleName(texts.join(u", "_s));
    updateGeometry();
    update();
}

int PartBar::lineHeight() const { return fontMetrics().height() + spacing().tiny; }

QSize PartBar::sizeHint() const
{
    return {charactersWide(30), lineHeight() * int(parts_.size() + 1)};
}

QSize PartBar::minimumSizeHint() const { return sizeHint(); }

void PartBar::paintEvent(QPaintEvent*)
{
    if (!(total_ > 0)) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const ThemeColors& colors = Theme::instance().colors();
    const double thickness = fontMetrics().height() * 0.6;
    double x = 0;
    for (size_t i = 0; i < parts_.size(); ++i) {
        const double wide = width() * parts_[i].amount / total_;
        // A hairline of background keeps neighbours apart without relying on colour.
        painter.fillRect(QRectF(x, 0, std::max(1.0, wide - 1), thickness), colorOf(i));
        x += wide;
    }
    for (size_t i = 0; i < parts_.size(); ++i) {
        const int top = lineHeight() * int(i + 1);
        const QRect line(0, top, width(), lineHeight());
        const int side = fontMetrics().height() / 2;
        painter.fillRect(QRect(0, top + (lineHeight() - side) / 2, side, side), colorOf(i));
        painter.setPen(colors.muted);
        painter.drawText(line.adjusted(side + spacing().small, 0, 0, 0), Qt::AlignVCenter, parts_[i].name);
        painter.setPen(colors.text);
        const QString share = QLocale().toString(100 * parts_[i].amount / total_, 'f', 1);
        painter.drawText(line, Qt::AlignVCenter | Qt::AlignRight, u"%1 · %2 %"_s.arg(parts_[i].text, share));
    }
}

} // namespace paretoscope

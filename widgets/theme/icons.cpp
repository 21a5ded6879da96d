#include "widgets/theme/icons.h"

#include "widgets/theme/theme.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

using namespace Qt::StringLiterals;

namespace paretoscope {

namespace {

QColor tintColor(IconTint tint, QIcon::Mode mode)
{
    const ThemeColors& colors = Theme::instance().colors();
    if (mode == QIcon::Disabled) return colors.faint;
    switch (tint) {
    case IconTint::Text: return colors.text;
    case IconTint::Accent: return colors.accent;
    case IconTint::OnAccent: return colors.accentText;
    case IconTint::Muted: return colors.muted;
    case IconTint::Bad: return colors.bad;
    }
    return colors.text;
}

class StrokeIconEngine : public QIconEngine {
public:
    StrokeIconEngine(QByteArray svg, IconTint tint) : svg_(std::move(svg)), tint_(tint) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        QByteArray tinted = svg_;
        tinted.replace("currentColor", tintColor(tint_, mode).name().toLatin1());
        QSvgRenderer renderer(tinted);
        renderer.setAspectRatioMode(Qt::KeepAspectRatio);
        renderer.render(painter, rect);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap image(size);
        image.fill(Qt::transparent);
        QPainter painter(&image);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        return image;
    }

    QIconEngine* clone() const override { return new StrokeIconEngine(svg_, tint_); }

private:
    QByteArray svg_;
    IconTint tint_;
};

} // namespace

QIcon themeIcon(const QString& name, IconTint tint)
{
    QFile file(u":/icons/"_s + name + u".svg"_s);
    if (!file.open(QIODevice::ReadOnly)) return {};
    return QIcon(new StrokeIconEngine(file.readAll(), tint));
}

} // namespace paretoscope

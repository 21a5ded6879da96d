#include "widgets/theme/theme.h"

#include "widgets/theme/style_sheet.h"

#include <QApplication>
#include <QEvent>
#include <QStyle>
#include <QStyleFactory>

using namespace Qt::StringLiterals;

namespace paretoscope {

Theme& Theme::instance()
{
    static Theme theme;
    return theme;
}

void Theme::apply(ThemeMode mode)
{
    if (!installed_) {
        installed_ = true;
        readSystemScheme();
        QApplication::setStyle(QStyleFactory::create(u"Fusion"_s));
        qApp->installEventFilter(this);
    }
    mode_ = mode;
    show();
}

void Theme::show()
{
    scheme_ = mode_ == ThemeMode::System ? systemScheme_
              : mode_ == ThemeMode::Dark ? ColorScheme::Dark
                                         : ColorScheme::Light;
    QApplication::setPalette(themePalette(colors()));
    qApp->setStyleSheet(styleSheet(colors()));
    Q_EMIT changed();
}

// The desktop's palette, before ours covers it, tells which scheme it uses.
void Theme::readSystemScheme()
{
    const QPalette palette = QApplication::palette();
    const bool dark = palette.color(QPalette::Window).lightness()
                      < palette.color(QPalette::WindowText).lightness();
    systemScheme_ = dark ? ColorScheme::Dark : ColorScheme::Light;
}

bool Theme::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::ThemeChange && watched->isWindowType()) {
        QApplication::setPalette(QPalette());
        readSystemScheme();
        show();
    }
    return QObject::eventFilter(watched, event);
}

} // namespace paretoscope
